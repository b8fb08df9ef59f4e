using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Checks;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Runs containers as plain processes of the host, each under its own supervisor (supervise.sh), which outlives the agent.
///
/// <code>
///   LaunchContainer ─▶ launch workers ─▶ setsid sh supervise.sh ─▶ setsid PROGRAM
///                                               │ writes
///   ContainerStarted, ContainerExited ◀─ reader ◀─ inotify ◀─ meta/containers/ID
/// </code>
///
/// One reader looks at records, so a container's start is always told before its end. The kernel tells when a supervisor is gone;
/// a scan every few seconds then finds that it was killed and will write no more, and a rarer one looks at every container, in case something
/// went unheard. Processes are known by number and start time: one that merely
/// got the number of a dead task is neither taken for it nor signalled. What a task leaves behind is killed with its control group;
/// where there is none, a process that leaves the session (a daemon that calls setsid) escapes.
/// </summary>
internal sealed class ProcessContainers : IContainerRuntime, IContainerStatistics
{
    /// <summary>Launches that may wait: the agent's bound on tasks; the core refuses more.</summary>
    private const int LaunchCapacity = 16_384;

    /// <summary>Starting a process blocks for milliseconds, most of it in the kernel.</summary>
    private const int LaunchWorkers = 2;

    private static readonly TimeSpan ScanInterval = TimeSpan.FromSeconds(3);

    /// <summary>Every 30 s a scan is one of everything: a record and a process each, some 0.1 s of a processor for two thousand.</summary>
    private const int ScansUntilFull = 10;

    /// <summary>15 s: a machine so loaded that a shell takes longer to begin is better off with one task less.</summary>
    private const int ScansUntilUnbegun = 5;

    /// <summary>Five seconds in all.</summary>
    private const int LooksForNamespaces = 250;

    private static readonly TimeSpan LookForNamespaces = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly ContainerFiles _files;
    private readonly ProcessLauncher _launcher;
    private readonly ProcessChecks _checks;
    private readonly Func<AgentMessage, ValueTask> _post;
    private readonly ILogger _logger;
    private readonly string _bootId;
    private readonly Lock _lock = new();
    private readonly Dictionary<ContainerId, TrackedContainer> _tracked = [];
    private readonly ContainerGroups _groups;
    private readonly SupervisorReaper _reaper = new();
    private readonly ProcessEnds _ends;
    private readonly ContainerCare _care;
    private readonly DiskCare _disks;
    private readonly ContainerUsage _usage;
    private readonly Channel<ContainerSpec> _launches = Channel.CreateBounded<ContainerSpec>(LaunchCapacity);
    private readonly RecordWatcher _watcher;
    private readonly SessionKiller _killer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _scanTimer;
    private readonly Task _running;
    private int _scanDue;
    private int _scans;
    private int _disposed;

    public ProcessContainers(ContainerFiles files, ProcessLauncher launcher, ContainerGroups groups, SandboxDirectories sandboxes,
        IsolationOptions options, string bootId, Func<AgentMessage, ValueTask> post, TimeProvider time, ILogger logger)
    {
        (_files, _launcher, _groups, _bootId, _post, _logger) = (files, launcher, groups, bootId, post, logger);
        _checks = new ProcessChecks(launcher, id => Known([id]) is [{ IsRunning: true, Record.Main: { } main }] ? main.Pid : null);
        _time = time;
        files.WriteScript();
        _killer = new SessionKiller(groups);
        _care = new ContainerCare(Running, sandboxes, groups, new LogRotator(options, logger), Kill, time);
        _disks = new DiskCare(Running, sandboxes, options, EndOverDisk, time);
        _usage = new ContainerUsage(groups, options, time);
        _watcher = new RecordWatcher(files.Records, time, logger);
        _ends = new ProcessEnds(SupervisorEnded);
        _scanTimer = time.CreateTimer(_ => RequestScan(), null, ScanInterval, ScanInterval);
        _running = Task.WhenAll([ReadAsync(), _care.Completion, _disks.Completion, .. Enumerable.Range(0, LaunchWorkers).Select(_ => LaunchAsync())]);
    }

    /// <summary>Faults when a worker fails unexpectedly.</summary>
    public Task Completion => _running;

    public IContainerChecks Checks => _checks;

    public void Launch(ContainerSpec spec)
    {
        lock (_lock)
        {
            _tracked[spec.Container] = new TrackedContainer(spec);
        }
        if (!_launches.Writer.TryWrite(spec))
        {
            _ = _post(new AgentMessage.ContainerLaunchFailed(spec.Container, "Too many launches are waiting on this agent"));
        }
    }

    /// <summary>Takes over what an earlier process left; see <see cref="RecoverContainers"/>.</summary>
    public void Recover(IReadOnlyList<ContainerSpec> wanted)
    {
        var ids = wanted.Select(spec => spec.Container).ToList();
        lock (_lock)
        {
            foreach (var spec in wanted)
            {
                _tracked[spec.Container] = new TrackedContainer(spec);
            }
        }
        foreach (var stray in _files.List().Except(ids))
        {
            KillStray(stray);
        }
        _groups.KillStrays(wanted);
        foreach (var id in ids.Where(_files.TryCancel))
        {
            _logger.LogInformation("Container {Container} had not started when the agent ended; it never will.", id);
        }
        _watcher.NameEverything();
    }

    public void Signal(ContainerId id, ContainerSignal signal)
    {
        if (Known([id]) is not [{ EndReported: false } container])
        {
            return;
        }
        var record = container.Record;
        if (signal == ContainerSignal.Kill)
        {
            Kill(container);
        }
        else if (record.Main is { IsAlive: true } main && record.BootId == _bootId)
        {
            Native.SignalGroup(main.Pid, Native.Terminate);
        }
    }

    public void Send(ContainerId id, int signal)
    {
        if (Known([id]) is [{ EndReported: false, Record: { Main: { IsAlive: true } main } record }] && record.BootId == _bootId)
        {
            Native.Signal(main.Pid, signal);
        }
    }

    public void Update(ContainerId id, ContainerLimits limits)
    {
        if (Known([id]) is [var container])
        {
            if (container.EndReported || !ContainerGroups.IsOwn(container.Spec))
            {
                return;
            }
            container.Limits = limits;
        }
        _groups.Apply(id, limits);
    }

    public void Forget(ContainerId id)
    {
        TrackedContainer? container;
        lock (_lock)
        {
            _tracked.Remove(id, out container);
        }
        _files.Delete(id);
        if (container is not null)
        {
            _groups.Leave(container.Spec, IsGroupNeeded);
        }
    }

    public ValueTask<ResourceStatistics?> StatisticsAsync(ContainerId id, CancellationToken cancellation) =>
        ValueTask.FromResult(Known([id]) is [{ IsRunning: true } container] ? _usage.Of(container) : null);

    /// <summary>Leaves the containers running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _scanTimer.DisposeAsync();
        _launches.Writer.TryComplete();
        await _stopping.CancelAsync();
        _watcher.Dispose();
        await _care.DisposeAsync();
        await _disks.DisposeAsync();
        await _killer.DisposeAsync();
        await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
        _ends.Dispose();
        _stopping.Dispose();
        _checks.Dispose();
    }

    private async Task LaunchAsync()
    {
        await Task.Yield();
        await foreach (var spec in _launches.Reader.ReadAllAsync())
        {
            // What is still queued when the agent stops never starts, and the next agent reports so.
            if (_stopping.IsCancellationRequested)
            {
                continue;
            }
            var outcome = await LaunchAsync(spec);
            if (outcome.Supervisor is { } supervisor)
            {
                Watch(spec.Container, supervisor);
            }
            if (outcome.Failure is { } failure)
            {
                await _post(new AgentMessage.ContainerLaunchFailed(spec.Container, failure));
            }
            else if (Known([spec.Container]) is [var container])
            {
                container.Launched = true;
                if (container.Limits != spec.Limits && ContainerGroups.IsOwn(spec))
                {
                    // They were changed while it was on its way.
                    _groups.Apply(spec.Container, container.Limits);
                }
            }
        }
    }

    private async Task<LaunchOutcome> LaunchAsync(ContainerSpec spec)
    {
        try
        {
            return await _launcher.LaunchAsync(spec, await NamespacesForAsync(spec));
        }
        catch (IOException failure)
        {
            return new LaunchOutcome(null, $"The task's process could not be started: {failure.Message}");
        }
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        try
        {
            while (await _watcher.WaitAsync(_stopping.Token))
            {
                var scan = Interlocked.Exchange(ref _scanDue, 0) == 1;
                var named = _watcher.Take();
                foreach (var container in named is null ? All() : Known(named))
                {
                    await LookAsync(container, scan: false);
                }
                foreach (var container in scan ? ToScan() : [])
                {
                    await LookAsync(container, scan: true);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent stops; the containers go on.
        }
    }

    private async ValueTask LookAsync(TrackedContainer container, bool scan)
    {
        if (container.EndReported)
        {
            return;
        }
        if (_files.Read(container.Id) is not { } record)
        {
            await GiveUpUnbegunAsync(container, scan);
            return;
        }
        container.Record = record;
        if (record.Cancelled)
        {
            container.EndReported = true;
            await _post(new AgentMessage.ContainerNeverStarted(container.Id));
            return;
        }
        if (record is { Main: null, Status: not null })
        {
            container.EndReported = true;
            await _post(new AgentMessage.ContainerLaunchFailed(container.Id, $"The task's process could not be started: {record.Words}"));
            return;
        }
        // A task may be over before its start is seen; its start is told all the same.
        if (!container.StartReported && record.Main is { } main && record.BootId == _bootId && (record.Status is not null || main.IsAlive))
        {
            container.StartReported = true;
            if (!container.IsWatched && record is { Status: null, Supervisor: { } supervisor })
            {
                container.IsWatched = _ends.TryWatch(supervisor, isChild: false, container.Id);
            }
            await _post(new AgentMessage.ContainerStarted(container.Id, main.Pid));
        }
        if (ExitOf(container, scan) is { } exit)
        {
            container.EndReported = true;
            KillLeftovers(container);
            await _post(new AgentMessage.ContainerExited(container.Id, exit));
        }
    }

    /// <summary>A supervisor that was started but never began its record (no memory, no disk): nothing runs, and nothing will.</summary>
    private async ValueTask GiveUpUnbegunAsync(TrackedContainer container, bool scan)
    {
        if (!scan || !container.Launched || ++container.AbandonedScans < ScansUntilUnbegun || !_files.TryCancel(container.Id))
        {
            return;
        }
        container.EndReported = true;
        await _post(new AgentMessage.ContainerLaunchFailed(container.Id, "The task's supervisor did not come up; is the disk of the agent's work directory full?"));
    }

    private ContainerExit? ExitOf(TrackedContainer container, bool scan)
    {
        var record = container.Record;
        if (record.Status is { } status)
        {
            if ((record.Over ?? _groups.Overuse(container.Spec, record.Signalled && status == 128 + Native.Kill)?.ToExit()) is { } over)
            {
                return over;
            }
            return record.Signalled ? new ContainerExit.Signaled(status - 128) : new ContainerExit.Exited(status);
        }
        if (record.BootId is not null && record.BootId != _bootId)
        {
            return new ContainerExit.Vanished("The machine was restarted while the task ran; its exit status is not known");
        }
        if (!scan || record.Supervisor is { IsAlive: true } || record.Main is { IsAlive: true })
        {
            container.AbandonedScans = 0;
            return null;
        }
        // Two scans in a row: a record that is just being begun must not be taken for an abandoned one.
        return ++container.AbandonedScans < 2
            ? null
            : new ContainerExit.Vanished("The task's supervisor was killed before it could record the exit status");
    }

    /// <summary>A container that no task claims: its launch was never made durable, or its end was and its record stayed.</summary>
    private void KillStray(ContainerId id)
    {
        if (_files.Read(id) is { Status: null } record)
        {
            _logger.LogWarning("Killing container {Container}, which belongs to no task.", id);
            KillSession(record, id);
        }
        _files.Delete(id);
    }

    private void Kill(TrackedContainer container) => KillSession(container.Record, ContainerGroups.IsOwn(container.Spec) ? container.Id : null);

    private void KillSession(ContainerRecord record, ContainerId? group)
    {
        if (record.Main is { } main && record.BootId == _bootId)
        {
            _killer.Kill(main, group);
        }
    }

    /// <summary>What the task has left in its control group, whatever session it is in.</summary>
    private void KillLeftovers(TrackedContainer container)
    {
        if (_groups.IsPopulated(container.Spec))
        {
            _killer.Kill(null, container.Id);
        }
    }

    /// <summary>Written down first, so that an agent that dies now knows later why the container ended.</summary>
    private void EndOverDisk(TrackedContainer container, double usedMegabytes, double limitMegabytes)
    {
        _files.Append(container.Id, ContainerRecord.OverDiskLine(usedMegabytes, limitMegabytes));
        Kill(container);
    }

    private bool IsGroupNeeded(ContainerId group)
    {
        lock (_lock)
        {
            return _tracked.ContainsKey(group) || _tracked.Values.Any(other => other.Spec.Joins == group || other.Id.IsWithin(group));
        }
    }

    /// <summary>A process inside the namespaces of the container that this one joins; null when those are the host's.</summary>
    /// <exception cref="IOException">That container has ended.</exception>
    public async ValueTask<int?> NamespacesForAsync(ContainerSpec spec)
    {
        if (spec.Joins is not { } joined || Known([joined]) is not [var outer])
        {
            return null;
        }
        if (outer.Spec.Process is { OwnProcessNumbers: false, OwnIpc: false })
        {
            return await NamespacesForAsync(outer.Spec);
        }
        for (var look = 0; look < LooksForNamespaces && outer.IsRunning && outer.Record.Main is { IsAlive: true } main; look++)
        {
            if ((outer.Spec.Process.OwnProcessNumbers ? ProcessTable.FirstChild(main.Pid) : main.Pid) is { } inside)
            {
                return inside;
            }
            // The first process of the numbering is a child that is about to be started; nobody tells when.
            await Task.Delay(LookForNamespaces, _time);
        }
        throw new IOException($"the container {joined} that it joins has ended");
    }

    private void RequestScan()
    {
        Interlocked.Exchange(ref _scanDue, 1);
        _watcher.Wake();
    }

    /// <summary>A supervisor that this process has just started.</summary>
    private void Watch(ContainerId id, int supervisor)
    {
        var container = Known([id]).SingleOrDefault();
        if (container is not null)
        {
            // Before it is watched: its end may be told at once.
            container.IsWatched = true;
        }
        if (!_ends.TryWatch(new ProcessIdentity(supervisor, long.MaxValue), isChild: true, id))
        {
            _reaper.Add(supervisor);
            if (container is not null)
            {
                container.IsWatched = false;
            }
        }
    }

    private void SupervisorEnded(ContainerId id)
    {
        if (Known([id]) is [{ } container])
        {
            container.IsWatched = false;
        }
    }

    private List<TrackedContainer> ToScan()
    {
        _reaper.Reap();
        var everything = ++_scans % ScansUntilFull == 0;
        lock (_lock)
        {
            return [.. _tracked.Values.Where(container => !container.EndReported && (everything || !container.IsWatched || !container.StartReported))];
        }
    }

    private List<TrackedContainer> All()
    {
        lock (_lock)
        {
            return [.. _tracked.Values];
        }
    }

    private List<TrackedContainer> Running()
    {
        lock (_lock)
        {
            return [.. _tracked.Values.Where(container => container.IsRunning)];
        }
    }

    private List<TrackedContainer> Known(IReadOnlyList<ContainerId> ids)
    {
        lock (_lock)
        {
            return [.. ids.Select(id => _tracked.GetValueOrDefault(id)).OfType<TrackedContainer>()];
        }
    }
}
