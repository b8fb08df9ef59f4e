using System.Text.Json;
using Mesos.V1;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Docker.Sessions;
using Offerbook.Agent.Hosting.Networks;
using Offerbook.Agent.Hosting.Volumes;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// Runs containers by a Docker engine, which outlives the agent as the agent outlives it.
///
/// <code>
///   Launch, Signal, Update, Forget ─▶ DockerContainer (one for each, its wishes one after the other) ─▶ engine
///                                           ▲ Observe
///   engine ─ events, lists ─▶ EngineWatch ──┘      engine ─ log ─▶ OutputCopier ─▶ sandbox
/// </code>
///
/// The engine is not touched before the first container that needs it, nor at a start if the work directory never needed one.
/// Containers are ours by a label with the work directory's own id; those with the label that nobody knows are removed.
/// </summary>
internal sealed class DockerContainers : IContainerRuntime, IContainerStatistics, IContainerSessions, IContainerTerminals
{
    private readonly DockerOptions _options;
    private readonly IsolationOptions _isolation;
    private readonly DockerRecords _records;
    private readonly SandboxDirectories _sandboxes;
    private readonly VolumeDirectories _volumes;
    private readonly string _bootId;
    private readonly Func<AgentMessage, ValueTask> _post;
    private readonly ILogger _logger;
    private readonly EngineClient _engine;
    private readonly DockerSessions _sessions;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly ContainerTable _containers = new();
    private readonly EngineNews _news;
    private readonly EngineMakes _makes;
    private readonly DockerTerminals _terminals;
    private DockerParts? _parts;
    private Task _watching = Task.CompletedTask;
    private Task _recovery = Task.CompletedTask;
    private int _disposed;

    public DockerContainers(string workDirectory, SandboxDirectories sandboxes, VolumeDirectories volumes, DockerOptions options,
        IsolationOptions isolation, string bootId,
        Func<AgentMessage, ValueTask> post, ILogger logger)
    {
        (_options, _isolation, _sandboxes, _volumes, _bootId, _post, _logger) = (options, isolation, sandboxes, volumes, bootId, post,
            logger);
        _records = new DockerRecords(workDirectory);
        _engine = new EngineClient(options.Socket, options.Timings);
        _sessions = new DockerSessions(_engine, sandboxes, options, isolation, _containers.FindAround);
        _news = new EngineNews(options.Enabled, _containers, post);
        _makes = new EngineMakes(_engine, _news, _stopping.Token);
        Networks = new HolderNetworks(_engine, _containers.Find, _stopping.Token);
        _terminals = new DockerTerminals(_engine, _containers.Find, _stopping.Token);
        Checks = new DockerChecks(_engine, options.Timings, id => _containers.Find(id) is { HasOwnNetwork: true, Pid: > 0 } container
            ? container.Pid : null);
    }

    public IContainerChecks? Checks { get; }

    /// <summary>For processes of the host that join pods.</summary>
    public IPodNetworks Networks { get; }

    public Task Completion => _completion.Task;

    public void Launch(ContainerSpec spec)
    {
        if (!_options.Enabled)
        {
            var what = spec.Docker!.IsHolder ? "the network of this pod" : $"the image '{spec.Docker.Image}'";
            Refuse(spec, $"This agent runs no Docker containers, and {what} needs one; start it with --containerizers=mesos,docker");
            return;
        }
        DockerContainer container;
        try
        {
            container = Track(spec, null, Begin());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Refuse(spec, $"The agent's work directory cannot be written: {failure.Message}");
            return;
        }
        container.Launch(spec);
    }

    public void Recover(IReadOnlyList<ContainerSpec> wanted)
    {
        if (_records.ReadAgent() is null)
        {
            // No engine was ever asked for anything.
            foreach (var spec in wanted)
            {
                _ = _post(new AgentMessage.ContainerNeverStarted(spec.Container));
            }
            return;
        }
        var parts = Begin(wanted);
        _recovery = PresumeAsync(parts);
    }

    public void Signal(ContainerId id, ContainerSignal signal) =>
        _containers.Find(id)?.Ask(signal == ContainerSignal.Kill ? Wish.Kill : Wish.Terminate);

    public void Send(ContainerId id, int signal) => _containers.Find(id)?.Send(signal);

    /// <summary>Gives up a launch for which the engine has not been asked to start anything.</summary>
    public void Cancel(ContainerId id) => _containers.Find(id)?.CancelLaunch();

    public void Update(ContainerId id, ContainerLimits limits) => _containers.Find(id)?.Update(limits);

    public void Forget(ContainerId id) => _containers.Find(id)?.Ask(Wish.Forget);

    public Task<AttachedStart> StartAttachedAsync(ContainerSpec spec, CancellationToken cancellation) =>
        _sessions.StartAttachedAsync(spec, cancellation);

    public Task<AttachedContainer?> TerminalOfAsync(ContainerId id) => _terminals.AttachAsync(id);

    /// <summary>Leaves the containers running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _stopping.CancelAsync();
        await Task.WhenAll(_watching, _recovery).ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var container in _containers.All())
        {
            container.Dispose();
        }
        _engine.Dispose();
        _completion.TrySetResult();
    }

    public async ValueTask<ResourceStatistics?> StatisticsAsync(ContainerId container, CancellationToken cancellation)
    {
        if (_containers.Find(container) is not { Pid: > 0 } running)
        {
            return null;
        }
        var answer = await _engine.AskAsync(HttpMethod.Get, $"/containers/{running.EngineName}/stats?stream=false&one-shot=true",
            cancellation);
        return answer is EngineAnswer.Done done
            ? DockerStatistics.Of(done.Body, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0) : null;
    }

    /// <summary>
    /// Gets ready for an engine, once: the first list must not come before what was recovered is known, or that would be taken for
    /// nobody's.
    /// </summary>
    private DockerParts Begin(IReadOnlyList<ContainerSpec>? recovered = null)
    {
        lock (_lock)
        {
            if (_parts is not null)
            {
                return _parts;
            }
            var labels = new DockerLabels(_records.MakeAgent(), _bootId);
            _parts = new DockerParts(_engine, new ContainerRequest(_sandboxes, _volumes, _options, _isolation),
                new ImagePuller(_engine, _options.Timings), _records,
                labels, _sandboxes, _options, _isolation, _sessions, new LaunchSlots(), _makes, _post, _logger, _stopping.Token);
            foreach (var spec in recovered ?? [])
            {
                if (_records.Read(spec.Container) is { } record)
                {
                    Track(spec, record, _parts);
                }
                else
                {
                    // The record comes before the start: there was none. What was made of it goes with the first list.
                    _ = _post(new AgentMessage.ContainerNeverStarted(spec.Container));
                }
            }
            var watch = new EngineWatch(_engine, labels, _options.Timings, _logger)
            {
                Happened = (what, attributes) =>
                {
                    if (labels.Container(attributes) is { } id)
                    {
                        _containers.Find(id)?.Tell(what);
                    }
                },
                Listed = list => CompareAsync(list, labels),
                Lost = why => _news.LostAsync(why),
                Found = () => _makes.AnsweredAsync(labels),
            };
            _watching = Guard(watch.RunAsync(_stopping.Token));
            return _parts;
        }
    }

    private DockerContainer Track(ContainerSpec spec, DockerRecord? record, DockerParts parts)
    {
        var container = new DockerContainer(spec, _sandboxes.PathOf(spec.Sandbox), parts, spec.Joins is { } joined
            ? _containers.Find(joined) : null, record, _containers.Remove, bug => _completion.TrySetException(bug));
        _containers.Add(container);
        return container;
    }

    /// <summary>Looks at every container of which the list says something new, and removes what nobody knows.</summary>
    private async ValueTask CompareAsync(JsonElement list, DockerLabels labels)
    {
        var listed = new Dictionary<ContainerId, bool>();
        foreach (var entry in list.Items())
        {
            if (entry.At("Labels") is { } texts && labels.Container(texts) is { } id)
            {
                listed[id] = entry.Text("State") is "running" or "paused" or "restarting";
                if (_containers.Find(id) is null)
                {
                    await RemoveStrayAsync(id, entry.Text("Id"));
                }
            }
        }
        foreach (var container in _containers.All())
        {
            var isAlive = listed.TryGetValue(container.Id, out var alive) && alive;
            if (!container.HasEnded && !(isAlive && container.IsSettled && !container.IsDegraded))
            {
                container.Ask(Wish.Observe);
            }
        }
    }

    private async ValueTask RemoveStrayAsync(ContainerId id, string? engineId)
    {
        _logger.LogWarning("Removing Docker container {Container}, which belongs to no task.", id);
        var answer = await _engine.WorkAsync(HttpMethod.Delete, $"/containers/{engineId ?? ContainerRequest.NameOf(id)}?force=1&v=1",
            _stopping.Token);
        if (answer is EngineAnswer.Done or EngineAnswer.Refused { IsMissing: true })
        {
            _records.Delete(id);
        }
    }

    /// <summary>
    /// The agent waits for the answer of every container before it registers; an engine that hangs must not keep it from its other tasks.
    /// </summary>
    private async Task PresumeAsync(DockerParts parts)
    {
        try
        {
            await Task.Delay(_options.Timings.RecoveryPatience, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        var unanswered = _containers.All().Where(container => container is { Record: not null, HasEnded: false, IsSettled: false })
            .ToList();
        if (unanswered.Count > 0)
        {
            parts.Logger.LogWarning(
                "The Docker engine has said nothing about {Count} containers of an earlier agent; they are taken to run on until it does.",
                unanswered.Count);
            await _news.LostAsync(
                $"The Docker engine at {_options.Socket} has said nothing about {unanswered.Count} containers since the agent was started");
        }
        foreach (var container in unanswered)
        {
            await container.PresumeRunningAsync();
        }
    }

    private void Refuse(ContainerSpec spec, string why) => _ = _post(new AgentMessage.ContainerLaunchFailed(spec.Container, why));

    private async Task Guard(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent stops.
        }
        catch (Exception bug)
        {
            _completion.TrySetException(bug);
        }
    }
}
