using System.Globalization;
using System.Threading.Channels;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Kills whole containers: their control groups, from which nothing escapes, or else their sessions. A session's members are found
/// by reading all of /proc, which takes milliseconds, so this runs beside the agent, and all kills that have come meanwhile share one
/// reading.
/// </summary>
internal sealed class SessionKiller : IAsyncDisposable
{
    /// <summary>Kills that may wait: the agent's bound on tasks. More are dropped; the core asks again.</summary>
    private readonly Channel<Order> _orders = Channel.CreateBounded<Order>(16_384);

    private readonly ContainerGroups _groups;
    private readonly Task _running;

    public SessionKiller(ContainerGroups groups)
    {
        _groups = groups;
        _running = RunAsync();
    }

    /// <param name="leader">The session's leader, alive or not; null: there never was one that could be killed.</param>
    /// <param name="group">The container whose control group goes with it, if it has its own.</param>
    public void Kill(ProcessIdentity? leader, ContainerId? group) => _orders.Writer.TryWrite(new Order(leader, group));

    /// <summary>Kills one session at once, which takes milliseconds; nothing when the leader's number is somebody else's by now.</summary>
    public static void KillSession(ProcessIdentity leader)
    {
        if (ProcessTable.Read(leader.Pid) is { } found)
        {
            if (!leader.Matches(found))
            {
                return;
            }
            Native.SignalGroup(leader.Pid, Native.Kill);
        }
        KillMembers([leader.Pid]);
    }

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
            while (_orders.Reader.TryRead(out var order))
            {
                var known = order.Group is { } group && _groups.TryKill(group);
                if (order.Leader is not { } leader)
                {
                    continue;
                }
                if (ProcessTable.Read(leader.Pid) is { } found)
                {
                    if (!leader.Matches(found))
                    {
                        // The number belongs to somebody else now, so nothing of the session is left.
                        continue;
                    }
                    Native.SignalGroup(leader.Pid, Native.Kill);
                }
                if (!known)
                {
                    sessions.Add(leader.Pid);
                }
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

    private readonly record struct Order(ProcessIdentity? Leader, ContainerId? Group);
}
