using System.Runtime.InteropServices;

namespace Offerbook.Agent.Hosting.Checks;

/// <summary>
/// Waits for children without a thread for each: the kernel's signal that some child has ended makes it look at all of its own.
/// A look costs a system call for each that is under way, of which there are as many as <see cref="CheckRunner"/> lets run.
/// </summary>
internal sealed partial class ChildReaper : IDisposable
{
    private const int NoHang = 1;
    private const int SignalMask = 0x7F;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, TaskCompletionSource<int>> _children = [];
    private readonly List<int> _ended = [];
    private readonly PosixSignalRegistration _signal;

    public ChildReaper() => _signal = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Look());

    /// <param name="child">A child of this process that nobody else waits for.</param>
    /// <returns>Its exit code as a shell shows it: 128 + n for a death by signal n.</returns>
    public Task<int> WaitAsync(int child)
    {
        var completion = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _children.Add(child, completion);
        }
        // It may have ended before anybody knew of it.
        Look();
        return completion.Task;
    }

    public void Dispose() => _signal.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            foreach (var (child, completion) in _children)
            {
                var found = WaitCall(child, out var status, NoHang);
                if (found != 0)
                {
                    _ended.Add(child);
                    // Collected by somebody else: its code is lost, which no check passes for.
                    completion.SetResult(found < 0 ? 255 : (status & SignalMask) == 0 ? (status >> 8) & 0xFF : 128 + (status & SignalMask));
                }
            }
            _ended.ForEach(child => _children.Remove(child));
            _ended.Clear();
        }
    }

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitCall(int pid, out int status, int options);
}
