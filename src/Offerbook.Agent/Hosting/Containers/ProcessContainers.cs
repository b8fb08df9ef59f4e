using Microsoft.Extensions.Logging;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Networks;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Runs containers as plain processes of the host, each under its own supervisor (<see cref="Supervision.SupervisorProgram"/>), which
/// outlives the agent.
///
/// <code>
///   LaunchContainer ─▶ launch threads ─▶ meta/supervise ─▶ PROGRAM
///                                           │ writes
///   ContainerStarted, ContainerExited ◀─ reader ◀─ inotify ◀─ meta/containers/ID
/// </code>
///
/// One reader looks at records, so a container's start is always told before its end. The kernel tells when a supervisor is gone;
/// a scan every few seconds then finds that it was killed and will write no more, and a rarer one looks at every container, in case
/// something
/// went unheard. Processes are known by number and start time: one that merely
/// got the number of a dead task is neither taken for it nor signalled. What a task leaves behind is killed with its control group;
/// where there is none, a process that leaves the session (a daemon that calls setsid) escapes.
/// </summary>
internal sealed class ProcessContainers : IContainerRuntime, IContainerStatistics, IContainerTerminals
{
    private static readonly TimeSpan ScanInterval = TimeSpan.FromSeconds(3);

    /// <summary>Every 30 s a scan is one of everything: a record and a process each, some 0.1 s of a processor for two thousand.</summary>
    private const int ScansUntilFull = 10;

    private readonly ContainerFiles _files;
    private readonly ProcessChecks _checks;
    private readonly Func<AgentMessage, ValueTask> _post;
    private readonly ILogger _logger;
    private readonly string _bootId;
    private readonly TrackedContainers _tracked = new();
    private readonly ContainerObserver _observer;
    private readonly ContainerGroups _groups;
    private readonly SupervisorWatch _supervisors;
    private readonly TaskTerminals _terminals;
    private readonly ContainerCare _care;
    private readonly DiskCare _disks;
    private readonly ForgottenContainers _forgotten;
    private readonly ContainerUsage _usage;
    private readonly ContainerLaunches _launches;
    private readonly RecordWatcher _watcher;
    private readonly Precedence _precedence;
    private readonly ContainerKiller _killer;
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _scanTimer;
    private readonly Task _running;
    private int _scanDue;
    private int _scans;
    private int _disposed;

    public ProcessContainers(ContainerFiles files, ProcessLauncher launcher, ContainerGroups groups, SandboxDirectories sandboxes,
        IsolationOptions options, string bootId, IPodNetworks pods, Func<AgentMessage, ValueTask> post, TimeProvider time, ILogger logger)
    {
        (_files, _groups, _bootId, _post, _logger) = (files, groups, bootId, post, logger);
        Namespaces = new JoinedNamespaces(_tracked, time);
        Networks = new JoinedNetworks(_tracked, pods);
        _checks = new ProcessChecks(launcher, id => _tracked.Find(id) is { IsRunning: true, Record.Main: { } main } ? main.Pid : null,
            id => Networks.Of(id));
        files.WriteScript();
        _killer = new ContainerKiller(files, groups, bootId, logger);
        _terminals = new TaskTerminals(sandboxes, logger);
        _supervisors = new SupervisorWatch(_tracked);
        _observer = new ContainerObserver(files, new ContainerEndings(files, groups, bootId), sandboxes, _killer, _supervisors, _terminals,
            Networks, bootId, post);
        _care = new ContainerCare(_tracked.Running, sandboxes, groups, new LogRotator(options, logger), _killer.Kill, time);
        _disks = new DiskCare(_tracked.Running, sandboxes, options, _killer.EndOverDisk, time);
        _usage = new ContainerUsage(groups, options, time);
        _forgotten = new ForgottenContainers(files, groups, _tracked.IsGroupNeeded);
        _watcher = new RecordWatcher(files.Records, time, logger);
        _precedence = new Precedence(time, _watcher.Wake);
        _launches = new ContainerLaunches(launcher, Namespaces, Networks, _tracked, groups, _terminals, _supervisors, _watcher, post);
        _scanTimer = time.CreateTimer(_ => RequestScan(), null, ScanInterval, ScanInterval);
        new Thread(Read) { IsBackground = true, Name = "container records" }.Start();
        _running = Task.WhenAll(_read.Task, _care.Completion, _disks.Completion, _forgotten.Completion, _launches.Completion);
    }

    /// <summary>Faults when a worker fails unexpectedly.</summary>
    public Task Completion => _running;

    public IContainerChecks Checks => _checks;

    public JoinedNamespaces Namespaces { get; }

    public JoinedNetworks Networks { get; }

    public void Launch(ContainerSpec spec)
    {
        var container = _tracked.Add(spec);
        container.AwaitsTerminal = spec.Process.Terminal is not null;
        _precedence.Begin(container);
        if (!_launches.TryBegin(spec))
        {
            _precedence.Settle(container);
            _ = _post(new AgentMessage.ContainerLaunchFailed(spec.Container, ContainerLaunches.TooMany));
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
            _killer.KillStray(stray);
        }
        _groups.KillStrays(wanted);
        _files.Secrets.RemoveAllBut(ids);
        foreach (var id in ids.Where(_files.TryCancel))
        {
            _logger.LogInformation("Container {Container} had not started when the agent ended; it never will.", id);
        }
        foreach (var spec in wanted)
        {
            if (spec.Process.Terminal is not null
                && _files.Read(spec.Container) is { Status: null, Supervisor: { IsAlive: true } supervisor } record
                && record.BootId == _bootId)
            {
                _terminals.TakeOver(spec, supervisor.Pid);
            }
        }
        _watcher.NameEverything();
    }

    public Task<AttachedContainer?> TerminalOfAsync(ContainerId id) => Task.FromResult(_terminals.Find(id));

    public void Signal(ContainerId id, ContainerSignal signal)
    {
        if (_tracked.Find(id) is not { EndReported: false } container)
        {
            return;
        }
        var record = container.Record;
        if (signal == ContainerSignal.Kill)
        {
            _killer.Kill(container);
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
        if (container is not null)
        {
            _precedence.Settle(container);
        }
        _forgotten.Remove(id, container);
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
        await _launches.DisposeAsync();
        _watcher.Stop();
        _precedence.Dispose();
        await _care.DisposeAsync();
        await _disks.DisposeAsync();
        await _killer.DisposeAsync();
        await _forgotten.DisposeAsync();
        await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
        _watcher.Dispose();
        await _terminals.DisposeAsync();
        _supervisors.Dispose();
        _checks.Dispose();
    }

    private void Read()
    {
        try
        {
            while (_watcher.Wait())
            {
                ReadAsync().AsTask().GetAwaiter().GetResult();
            }
            _read.SetResult();
        }
        catch (Exception failure)
        {
            _read.SetException(failure);
        }
    }

    private async ValueTask ReadAsync()
    {
        var scan = Interlocked.Exchange(ref _scanDue, 0) == 1;
        var named = _watcher.Take();
        // Those that have not been told to run yet come first: somebody waits for that more than for an end.
        foreach (var container in (named is null ? _tracked.All() : _tracked.Known(named)).OrderBy(container => container.StartReported))
        {
            await LookAsync(container, endsWait: true);
        }
        foreach (var container in _tracked.Known(_precedence.TakeDue()))
        {
            await LookAsync(container, endsWait: false);
        }
        foreach (var container in scan ? ToScan() : [])
        {
            await _observer.LookAsync(container, scan: true);
        }
    }

    private async ValueTask LookAsync(TrackedContainer container, bool endsWait)
    {
        var isLeft = await _observer.LookAsync(container, scan: false, endsWait: endsWait && _precedence.LaunchesAreUnderWay);
        if (container.StartReported || container.EndReported)
        {
            _precedence.Settle(container);
        }
        if (isLeft)
        {
            _precedence.Postpone(container.Id);
        }
    }

    private void RequestScan()
    {
        Interlocked.Exchange(ref _scanDue, 1);
        _watcher.Wake();
    }

    private List<TrackedContainer> ToScan()
    {
        _supervisors.Reap();
        var everything = ++_scans % ScansUntilFull == 0;
        return _tracked.Where(container => !container.EndReported && (everything || !container.IsWatched || !container.StartReported));
    }
}
