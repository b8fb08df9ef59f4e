using System.Collections.Concurrent;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>
/// Runs the containers whose input and output are in the agent's hands (<see cref="ContainerSpec.Attach"/>), in containers of any kind.
/// They end with the agent: one that is recovered has ended, and how is not known.
/// </summary>
/// <param name="sessionsOf">Who can start it: the runtime of the container that it joins; null: nobody can.</param>
/// <param name="terminalOf">The terminal of a container that is none of these, if it has one.</param>
internal sealed class AttachedContainers(
    Func<ContainerSpec, IContainerSessions?> sessionsOf, Func<ContainerId, Task<AttachedContainer?>> terminalOf,
    Func<AgentMessage, ValueTask> post) : IContainerRuntime
{
    private const int SignalTerminate = 15;
    private const int SignalKill = 9;

    /// <summary>Bounded by the core, which bounds the containers of operators.</summary>
    private readonly ConcurrentDictionary<ContainerId, AttachedContainer> _containers = [];

    private readonly ConcurrentDictionary<ContainerId, Task> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Completion => _failed.Task;

    /// <summary>Null when there is none of that id whose input and output can be attached to.</summary>
    public AttachedContainer? Find(ContainerId container) =>
        _containers.GetValueOrDefault(container) is { IsOpen: true } found ? found : null;

    /// <summary>As <see cref="Find"/>, or a container of another runtime with a terminal.</summary>
    public async Task<AttachedContainer?> FindAsync(ContainerId container) => Find(container) ?? await terminalOf(container);

    public void Launch(ContainerSpec spec)
    {
        var container = new AttachedContainer(spec.Container, spec.Attach!);
        _containers[spec.Container] = container;
        _running[spec.Container] = RunAsync(spec, container);
    }

    public void Recover(IReadOnlyList<ContainerSpec> wanted)
    {
        foreach (var spec in wanted)
        {
            _ = post(new AgentMessage.ContainerExited(spec.Container,
                new ContainerExit.Vanished(
                    "The agent, which held the container's input and output, was restarted; the exit status is not known"))).AsTask();
        }
    }

    public void Signal(ContainerId id, ContainerSignal signal) => Send(id, signal == ContainerSignal.Kill ? SignalKill : SignalTerminate);

    public void Send(ContainerId id, int signal) => _containers.GetValueOrDefault(id)?.Signal(signal);

    /// <summary>They use what the container that they are in may use.</summary>
    public void Update(ContainerId id, ContainerLimits limits)
    {
    }

    public void Forget(ContainerId id)
    {
        _containers.TryRemove(id, out _);
        _running.TryRemove(id, out _);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var container in _containers.Values)
        {
            container.Signal(SignalKill);
        }
        await Task.WhenAll(_running.Values);
        _stopping.Dispose();
    }

    private async Task RunAsync(ContainerSpec spec, AttachedContainer container)
    {
        await Task.Yield();
        try
        {
            var start = sessionsOf(spec) is { } sessions
                ? await sessions.StartAttachedAsync(spec, _stopping.Token)
                : new AttachedStart(null, "Nothing can be attached to in a container of this kind");
            if (start.Process is not { } process)
            {
                _containers.TryRemove(spec.Container, out _);
                await post(new AgentMessage.ContainerLaunchFailed(spec.Container, start.Failure ?? "The process could not be started"));
                return;
            }
            var ended = container.RunAsync(process);
            if (_stopping.IsCancellationRequested)
            {
                container.Signal(SignalKill);
            }
            await post(new AgentMessage.ContainerStarted(spec.Container, process.Pid));
            await post(new AgentMessage.ContainerExited(spec.Container, await ended));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent stops, and the container with it.
        }
        catch (Exception fault)
        {
            _failed.TrySetException(fault);
        }
    }
}
