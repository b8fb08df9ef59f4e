using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Sandbox;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Makes and removes sandboxes under the work directory. Each is its user's, and shown to no other but those of its group; whoever it is comes
/// to it by its absolute path, as what is above it lets everybody through.
/// </summary>
internal sealed class SandboxDirectories(string workDirectory)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>Of directories that nobody runs in, above sandboxes.</summary>
    private const UnixFileMode Shared = Mode | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Of the sandbox around those of a pod's tasks, each of which may be another user's.</summary>
    public const UnixFileMode Passage = Mode | UnixFileMode.OtherExecute;

    /// <summary>Making and removing the directories that sandboxes share must not interleave.</summary>
    private readonly Lock _shared = new();

    public string PathOf(SandboxPath sandbox) => Path.Combine(workDirectory, sandbox.Directory);

    /// <summary>Creates the sandbox, points <c>latest</c> at it, and holds it open.</summary>
    /// <exception cref="IOException">It is within another, whose owner has put something else in its way.</exception>
    public OpenSandbox Open(SandboxPath sandbox)
    {
        var path = Prepare(sandbox);
        return new OpenSandbox(path, sandbox.Container.IsNested ? Within(sandbox) : OpenOrFail(null, path, path));
    }

    /// <summary>Creates the sandbox, points <c>latest</c> at it, and returns its absolute path.</summary>
    /// <exception cref="IOException">It is within another, whose owner has put something else in its way.</exception>
    public string Prepare(SandboxPath sandbox)
    {
        var path = PathOf(sandbox);
        if (sandbox.Container.IsNested)
        {
            Within(sandbox).Dispose();
            return path;
        }
        lock (_shared)
        {
            Make(sandbox, path);
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

    /// <summary>
    /// Nearly always the framework's directory is there, and the three below it are not: three calls of the kernel instead of a dozen.
    /// </summary>
    private void Make(SandboxPath sandbox, string path)
    {
        if (!sandbox.IsRun || !Native.MakeDirectory(Path.Combine(workDirectory, sandbox.ExecutorDirectory), Shared)
            || !Native.MakeDirectory(Path.Combine(workDirectory, sandbox.RunsDirectory), Shared) || !Native.MakeDirectory(path, Mode))
        {
            Directory.CreateDirectory(path, Mode);
        }
    }

    /// <summary>
    /// Makes and opens a sandbox within another. That one belongs to whoever runs in it, who may put links in the way: each directory is
    /// opened from the one before, and no link is followed.
    /// </summary>
    private SafeFileHandle Within(SandboxPath sandbox)
    {
        var outermost = sandbox with { Container = sandbox.Container.Root };
        var path = PathOf(outermost);
        lock (_shared)
        {
            Directory.CreateDirectory(path, Mode);
        }
        var at = OpenOrFail(null, path, path);
        foreach (var name in sandbox.Directory[(outermost.Directory.Length + 1)..].Split('/'))
        {
            path = Path.Combine(path, name);
            using var parent = at;
            Native.MakeDirectory(parent, name, name == SandboxPath.Nested ? Shared : Mode);
            at = OpenOrFail(parent, name, path);
        }
        return at;
    }

    private static SafeFileHandle OpenOrFail(SafeFileHandle? parent, string name, string path) =>
        Native.OpenDirectory(parent, name) ?? throw new IOException($"{path} is no directory, or a link is in its place");

    /// <summary>
    /// The last line of a file in a sandbox, at most some hundred characters of it; null when there is none. Follows no link.
    /// </summary>
    public string? LastLineOf(SandboxPath sandbox, string name)
    {
        const int maxBytes = 512;
        using var file = Native.OpenReadWrite(Path.Combine(PathOf(sandbox), name));
        if (file is null || Native.Facts(file) is not { IsRegular: true } facts)
        {
            return null;
        }
        Span<byte> end = stackalloc byte[maxBytes];
        var length = RandomAccess.Read(file, end, Math.Max(0, facts.Length - maxBytes));
        return System.Text.Encoding.UTF8.GetString(end[..length])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
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
            RemoveIfEmpty(sandbox.RunsDirectory, sandbox.ExecutorDirectory, $"{sandbox.FrameworkDirectory}/executors",
                sandbox.FrameworkDirectory);
        }
    }

    private void RemoveIfEmpty(params ReadOnlySpan<string> innermostFirst)
    {
        foreach (var relative in innermostFirst)
        {
            if (!Native.RemoveDirectory(Path.Combine(workDirectory, relative)))
            {
                return;
            }
        }
    }
}
