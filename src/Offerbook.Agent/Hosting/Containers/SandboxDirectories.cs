using Offerbook.Agent.Sandbox;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Makes and removes sandboxes under the work directory.</summary>
internal sealed class SandboxDirectories(string workDirectory)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>Making and removing the directories that sandboxes share must not interleave.</summary>
    private readonly Lock _shared = new();

    public string PathOf(SandboxPath sandbox) => Path.Combine(workDirectory, sandbox.Directory);

    /// <summary>Creates the sandbox, points <c>latest</c> at it, and returns its absolute path.</summary>
    public string Prepare(SandboxPath sandbox)
    {
        var path = PathOf(sandbox);
        lock (_shared)
        {
            Directory.CreateDirectory(path, Mode);
        }
        if (!sandbox.IsRun)
        {
            return path;
        }
        var latest = Path.Combine(workDirectory, sandbox.Latest);
        try
        {
            File.CreateSymbolicLink(latest, sandbox.Container.Value);
        }
        catch (IOException) when (new FileInfo(latest).LinkTarget is not null)
        {
            // The executor ran here before: replace the link in one step.
            var fresh = latest + "." + sandbox.Container.Value;
            File.CreateSymbolicLink(fresh, sandbox.Container.Value);
            Native.Rename(fresh, latest);
        }
        return path;
    }

    /// <summary>Removes the sandbox, and the directories above it that it leaves empty.</summary>
    public void Remove(SandboxPath sandbox)
    {
        var path = PathOf(sandbox);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        if (!sandbox.IsRun)
        {
            return;
        }
        var latest = Path.Combine(workDirectory, sandbox.Latest);
        if (new FileInfo(latest).LinkTarget == sandbox.Container.Value)
        {
            File.Delete(latest);
        }
        lock (_shared)
        {
            RemoveIfEmpty(sandbox.RunsDirectory, sandbox.ExecutorDirectory, $"{sandbox.FrameworkDirectory}/executors", sandbox.FrameworkDirectory);
        }
    }

    private void RemoveIfEmpty(params ReadOnlySpan<string> innermostFirst)
    {
        foreach (var relative in innermostFirst)
        {
            var directory = Path.Combine(workDirectory, relative);
            if (!Directory.Exists(directory) || Directory.EnumerateFileSystemEntries(directory).Any())
            {
                return;
            }
            Directory.Delete(directory);
        }
    }
}
