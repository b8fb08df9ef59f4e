using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// A sandbox that is held open while it is prepared. Others may run in it or around it already and replace names on its path by links;
/// what goes through this reaches the directory that was prepared, whatever it is called by now.
/// </summary>
internal sealed class OpenSandbox(string path, SafeFileHandle directory) : IDisposable
{
    private static readonly string[] Logs = ["stdout", "stderr"];

    /// <summary>What the container is told.</summary>
    public string Path { get; } = path;

    /// <summary>A way to it for this process and for those that it is just starting.</summary>
    public string Here => $"/proc/self/fd/{directory.DangerousGetHandle()}";

    /// <summary>What was fetched may have put something in the place of the logs, which are opened with the agent's rights.</summary>
    /// <exception cref="IOException">A log is a link or no plain file.</exception>
    public void CheckLogs()
    {
        foreach (var log in Logs)
        {
            if (Native.Facts(directory, log) is { } facts && (!facts.IsRegular || facts.Links != 1))
            {
                throw NoPlainFile(log);
            }
        }
    }

    /// <summary>The sandbox and its logs belong to the task's user. Null: they stay.</summary>
    public void GiveTo(HostUser? user)
    {
        if (user is null)
        {
            return;
        }
        foreach (var log in Logs)
        {
            using var file = Native.CreateNew(directory, log) ?? Native.OpenReadWrite(directory, log);
            if (file is null || Native.Facts(file) is not { IsRegular: true, Links: 1 })
            {
                throw NoPlainFile(log);
            }
            Native.ChangeOwner(file, user.Uid, user.Gid);
        }
        Native.ChangeOwner(directory, user.Uid, user.Gid);
    }

    /// <summary>Whose sandboxes are in it comes to them by their absolute paths.</summary>
    public void LetOthersThrough() => File.SetUnixFileMode(directory, SandboxDirectories.Passage);

    public void Dispose() => directory.Dispose();

    private static IOException NoPlainFile(string log) =>
        new($"{log} in its sandbox is a link or no plain file, and its output cannot be written there; fetch under another name");
}
