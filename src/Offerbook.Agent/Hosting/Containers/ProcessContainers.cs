using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Checks;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Runs containers as plain processes of the host, each under its own supervisor (<see cref="Supervision.SupervisorProgram"/>), which outlives the agent.
///
/// <code>
///   LaunchContainer ─▶ launch workers ─▶ meta/supervise ─▶ PROGRAM
///                                           │ writes
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

    private readonly ContainerFiles _files;
    private readonly ProcessLauncher _launcher;
    private readonly ProcessChecks _checks;
    private readonly Func<AgentMessage, ValueTask> _post;
    private readonly ILogger _logger;
    private readonly string _bootId;
    private readonly TrackedContainers _tracked = new();
    private readonly ContainerEndings _endings;
    private readonly ContainerGroups _groups;
    private readonly SandboxDirectories _sandboxes;
    private readonly SupervisorReaper _reaper = new();
    private readonly ProcessEnds _ends;
    private readonly ContainerCare _care;
    private readonly DiskCare _disks;
    private readonly ForgottenContainers _forgotten;
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
        (_files, _launcher, _groups, _sandboxes, _bootId, _post, _logger) = (files, launcher, groups, sandboxes, bootId, post, logger);
        _checks = new ProcessChecks(launcher, id => _tracked.Find(id) is { IsRunning: true, Record.Main: { } main } ? main.Pid : null);
        Namespaces = new JoinedNamespaces(_tracked, time);
        _endings = new ContainerEndings(files, groups, bootId);
        files.WriteScript();
        _killer = new SessionKiller(groups);
        _care = new ContainerCare(_tracked.Running, sandboxes, groups, new LogRotator(options, logger), Kill, time);
        _disks = new DiskCare(_tracked.Running, sandboxes, options, EndOverDisk, time);
        _usage = new ContainerUsage(groups, options, time);
        _forgotten = new ForgottenContainers(files, groups, _tracked.IsGroupNeeded);
        _watcher = new RecordWatcher(files.Records, time, logger);
        _ends = new ProcessEnds(SupervisorEnded);
        _scanTimer = time.CreateTimer(_ => RequestScan(), null, ScanInterval, ScanInterval);
        _running = Task.WhenAll([ReadAsync(), _care.Completion, _disks.Completion, _forgotten.Completion, .. Enumerable.Range(0, LaunchWorkers).Select(_ => LaunchAsync())]);
    }

    /// <summary>Faults when a worker fails unexpectedly.</summary>
    public Task Completion => _running;

    public IContainerChecks Checks => _checks;

    public JoinedNamespaces Namespaces { get; }

    public void Launch(ContainerSpec spec)
    {
        _tracked.Add(spec);
        if (!_launches.Writer.TryWrite(spec))
        {
            _ = _post(new AgentMessage.ContainerLaunchFailed(spec.Container, "Too many launches are waiting on this agent"));
        }
    }

    /// <summary>Takes over what an earlier process left; see <see cref="RecoverContainers"/>.</summary>
    public void Recover(IReadOnlyList<ContainerSpec> wanted)
    {
        var ids = wanted.Select(spec => spec.Container).ToList();
        foreach (var spec in wanted)
        {
            _tracked.Add(spec);
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
        if (_tracked.Find(id) is not { EndReported: false } container)
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
        if (_tracked.Find(id) is { EndReported: false, Record: { Main: { IsAlive: true } main } record } && record.BootId == _bootId)
        {
            Native.Signal(main.Pid, signal);
        }
    }

    public void Update(ContainerId id, ContainerLimits limits)
    {
        if (_tracked.Find(id) is { } container)
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
        var container = _tracked.Remove(id);
        _forgotten.Remove(id, container?.Spec);
    }

    public ValueTask<ResourceStatistics?> StatisticsAsync(ContainerId id, CancellationToken cancellation) =>
        ValueTask.FromResult(_tracked.Find(id) is { IsRunning: true } container ? _usage.Of(container) : null);

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
        await _forgotten.DisposeAsync();
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
            else if (_tracked.Find(spec.Container) is { } container)
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
            return await _launcher.LaunchAsync(spec, await Namespaces.ForAsync(spec));
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
                foreach (var container in named is null ? _tracked.All() : _tracked.Known(named))
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
            if (_endings.IsUnbegun(container, scan))
            {
                container.EndReported = true;
                await _post(new AgentMessage.ContainerLaunchFailed(
                    container.Id, "The task's supervisor did not come up; is the disk of the agent's work directory full?"));
            }
            return;
        }
        container.Record = record;
        if (record.Cancelled)
        {
            container.EndReported = true;
            await _post(new AgentMessage.ContainerNeverStarted(container.Id));
            return;
        }
        if (FailureToStart(container) is { } failure)
        {
            container.EndReported = true;
            KillLeftovers(container);
            await _post(new AgentMessage.ContainerLaunchFailed(container.Id, failure));
            return;
        }
        // A task may be over before its start is seen; its start is told all the same.
        if (!container.StartReported && record.Main is { } main && record.BootId == _bootId
            && (record.Status is not null || (main.IsAlive && !record.IsBeingSetUp)))
        {
            container.StartReported = true;
            if (!container.IsWatched && record is { Status: null, Supervisor: { } supervisor })
            {
                container.IsWatched = _ends.TryWatch(supervisor, isChild: false, container.Id);
            }
            await _post(new AgentMessage.ContainerStarted(container.Id, main.Pid));
        }
        if (_endings.ExitOf(container, scan) is { } exit)
        {
            container.EndReported = true;
            KillLeftovers(container);
            await _post(new AgentMessage.ContainerExited(container.Id, exit));
        }
    }

    private string? FailureToStart(TrackedContainer container) => container.Record switch
    {
        { Main: null, Status: not null, Words: var words } => $"The task's process could not be started: {words}",
        { IsBeingSetUp: true, Status: not null, Signalled: false } =>
            $"The task's process could not be set up: {_sandboxes.LastLineOf(container.Spec.Sandbox, "stderr") ?? "see stderr in its sandbox"}",
        _ => null,
    };

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

    private void RequestScan()
    {
        Interlocked.Exchange(ref _scanDue, 1);
        _watcher.Wake();
    }

    /// <summary>A supervisor that this process has just started.</summary>
    private void Watch(ContainerId id, int supervisor)
    {
        var container = _tracked.Find(id);
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
        if (_tracked.Find(id) is { } container)
        {
            container.IsWatched = false;
        }
    }

    private List<TrackedContainer> ToScan()
    {
        _reaper.Reap();
        var everything = ++_scans % ScansUntilFull == 0;
        return _tracked.Where(container => !container.EndReported && (everything || !container.IsWatched || !container.StartReported));
    }
}
