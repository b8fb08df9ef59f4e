using System.Collections.Concurrent;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Fetcher;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Hands each container to the runtime of its kind. Holds an entry for every container that is not forgotten.</summary>
internal sealed class ContainerRuntimes : IContainerRuntime, IContainerStatistics
{
    private readonly IContainerRuntime _processes;
    private readonly IContainerRuntime _engine;
    private readonly IContainerSessions _sessions;
    private readonly ContainerGroups _groups;
    private readonly Fetches _fetches;
    private readonly ConcurrentDictionary<ContainerId, IContainerRuntime> _of = [];

    /// <param name="sessions">Starts attached processes beside those of <paramref name="processes"/>, or alone.</param>
    /// <param name="groups">Those of <paramref name="processes"/>, which may be in pods whose holders the engine runs.</param>
    public ContainerRuntimes(IContainerRuntime processes, IContainerRuntime engine, IContainerSessions sessions, ContainerGroups groups,
        Fetches fetches, Func<AgentMessage, ValueTask> post)
    {
        (_processes, _engine, _sessions, _groups, _fetches) = (processes, engine, sessions, groups, fetches);
        Attached = new AttachedContainers(
            SessionsOf, id =>
                _of.GetValueOrDefault(id) is IContainerTerminals terminals
                    ? terminals.TerminalOfAsync(id) : Task.FromResult<AttachedContainer?>(null), post);
        Completion = Task.WhenAny(processes.Completion, engine.Completion, Attached.Completion).Unwrap();
    }

    public AttachedContainers Attached { get; }

    public Task Completion { get; }

    public void Launch(ContainerSpec spec)
    {
        var runtime = Know(spec);
        if (spec.Fetch.Count > 0)
        {
            _fetches.Begin(spec, () => runtime.Launch(spec));
        }
        else
        {
            runtime.Launch(spec);
        }
    }

    public void Recover(IReadOnlyList<ContainerSpec> wanted)
    {
        foreach (var spec in wanted)
        {
            Know(spec);
        }
        _processes.Recover([.. wanted.Where(spec => For(spec) == _processes)]);
        _engine.Recover([.. wanted.Where(spec => For(spec) == _engine)]);
        Attached.Recover([.. wanted.Where(spec => spec.Attach is not null)]);
    }

    public void Signal(ContainerId id, ContainerSignal signal)
    {
        // What is to end need not begin.
        if (!_fetches.Cancel(id) && _of.TryGetValue(id, out var runtime))
        {
            runtime.Signal(id, signal);
        }
    }

    public void Send(ContainerId id, int signal)
    {
        if (_of.TryGetValue(id, out var runtime))
        {
            runtime.Send(id, signal);
        }
    }

    public void Cancel(ContainerId id)
    {
        if (!_fetches.Cancel(id) && _of.TryGetValue(id, out var runtime))
        {
            runtime.Cancel(id);
        }
    }

    /// <summary>How to look into a container; null when it is not known, or its runtime has no way.</summary>
    public IContainerChecks? ChecksOf(ContainerId id) => _of.TryGetValue(id, out var runtime) ? runtime.Checks : null;

    public void Update(ContainerId id, ContainerLimits limits)
    {
        _groups.TryChangePod(id, limits);
        // A pod has no process of its own, but a control group around its containers.
        _of.GetValueOrDefault(id, _processes).Update(id, limits);
    }

    public void Forget(ContainerId id)
    {
        if (_of.TryRemove(id, out var runtime))
        {
            _groups.ForgetPod(id);
            _groups.ForgetAttached(id);
            runtime.Forget(id);
        }
    }

    public ValueTask<ResourceStatistics?> StatisticsAsync(ContainerId container, CancellationToken cancellation) =>
        _of.TryGetValue(container, out var runtime) && runtime is IContainerStatistics statistics
            ? statistics.StatisticsAsync(container, cancellation)
            : default;

    public async ValueTask DisposeAsync()
    {
        await Attached.DisposeAsync();
        await _engine.DisposeAsync();
        await _processes.DisposeAsync();
    }

    private IContainerRuntime Know(ContainerSpec spec)
    {
        if (spec.Docker is { IsHolder: true })
        {
            _groups.BoundPod(spec.Container, spec.Limits);
        }
        return _of[spec.Container] = For(spec);
    }

    private IContainerRuntime For(ContainerSpec spec) =>
        spec.Attach is not null ? Attached : spec.Docker is not null ? _engine : _processes;

    /// <summary>A runtime of another kind starts processes in its containers itself, if it can.</summary>
    private IContainerSessions? SessionsOf(ContainerSpec spec)
    {
        // One that is attached itself is where the container around it is.
        for (var around = spec.Joins; around is { } parent; around = parent.Parent)
        {
            if (_of.TryGetValue(parent, out var runtime) && runtime != Attached)
            {
                return runtime == _processes ? _sessions : runtime as IContainerSessions;
            }
        }
        return _sessions;
    }
}
