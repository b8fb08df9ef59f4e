using System.Globalization;
using System.Threading.Channels;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Kills whole sessions. Members are found by reading all of /proc, which takes milliseconds, so this runs beside the agent, and
/// all kills that have come meanwhile share one reading.
/// </summary>
internal sealed class SessionKiller : IAsyncDisposable
{
    /// <summary>Kills that may wait: the agent's bound on tasks. More are dropped; the core asks again.</summary>
    private readonly Channel<ProcessIdentity> _orders = Channel.CreateBounded<ProcessIdentity>(16_384);

    private readonly Task _running;

    public SessionKiller() => _running = RunAsync();

    /// <param name="leader">The session's leader, alive or not.</param>
    public void Kill(ProcessIdentity leader) => _orders.Writer.TryWrite(leader);

    public async ValueTask DisposeAsync()
    {
        _orders.Writer.TryComplete();
        await _running;
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        var sessions = new HashSet<int>();
        while (await _orders.Reader.WaitToReadAsync())
        {
            sessions.Clear();
            while (_orders.Reader.TryRead(out var leader))
            {
                if (ProcessTable.Read(leader.Pid) is { } found)
                {
                    if (found.Start != leader.Start)
                    {
                        // The number belongs to somebody else now, so nothing of the session is left.
                        continue;
                    }
                    Native.SignalGroup(leader.Pid, Native.Kill);
                }
                sessions.Add(leader.Pid);
            }
            if (sessions.Count > 0)
            {
                KillMembers(sessions);
            }
        }
    }

    private static void KillMembers(HashSet<int> sessions)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ProcessTable.Read(pid) is { Ended: false } stat && sessions.Contains(stat.Session))
            {
                Native.Signal(pid, Native.Kill);
            }
        }
    }
}
