namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Looks after running containers: rotates their logs, ends those whose memory ran out, removes control groups that have become
/// empty. Each container is looked at every five seconds, one whose logs grow fast every second: three calls of the kernel, so
/// two thousand containers cost some 5 ms a second.
/// </summary>
internal sealed class ContainerCare : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>Beats in which every container is looked at once.</summary>
    private const int Rounds = 5;

    private static readonly string[] Logs = ["stdout", "stderr"];

    private readonly Func<IReadOnlyList<TrackedContainer>> _running;
    private readonly SandboxDirectories _sandboxes;
    private readonly ContainerGroups _groups;
    private readonly LogRotator _logs;
    private readonly Action<TrackedContainer> _kill;
    private readonly PeriodicTimer _timer;

    /// <param name="kill">Ends a container whose memory ran out without its first process having been killed.</param>
    public ContainerCare(Func<IReadOnlyList<TrackedContainer>> running, SandboxDirectories sandboxes, ContainerGroups groups,
        LogRotator logs, Action<TrackedContainer> kill, TimeProvider time)
    {
        (_running, _sandboxes, _groups, _logs, _kill) = (running, sandboxes, groups, logs, kill);
        _timer = new PeriodicTimer(Beat, time);
        Completion = RunAsync();
    }

    public Task Completion { get; }

    public ValueTask DisposeAsync()
    {
        _timer.Dispose();
        return new ValueTask(Completion);
    }

    private async Task RunAsync()
    {
        var round = 0;
        while (await _timer.WaitForNextTickAsync())
        {
            _groups.RemoveLeaving();
            round = (round + 1) % Rounds;
            foreach (var container in _running())
            {
                if (container.LogsGrowFast || (container.Id.GetHashCode() & int.MaxValue) % Rounds == round)
                {
                    Look(container);
                }
            }
        }
    }

    private void Look(TrackedContainer container)
    {
        var sandbox = _sandboxes.PathOf(container.Spec.Sandbox);
        var bytes = 0L;
        foreach (var log in Logs)
        {
            bytes += _logs.Look(Path.Combine(sandbox, log));
        }
        container.LogsGrowFast = _logs.IsFast(bytes - container.LogBytes);
        container.LogBytes = bytes;
        // The bounds of a pod are its holder's to keep, unless an engine runs that: then each process answers for all.
        if (_groups.Overuse(container.Spec, killed: container.Spec.SharesNetwork) is not null)
        {
            _kill(container);
        }
    }
}
