using Offerbook.Agent;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Simulator.Engine;
using Offerbook.Wire.Identity;
using ExecutorCall = Mesos.V1.Executor.Call;

namespace Offerbook.Simulator.Machines;

/// <summary>
/// The executors of one machine and their connections to its agent. They are of one host: a connection breaks when the agent's
/// process does, and never otherwise. What is under way then is lost.
/// </summary>
public sealed class SimExecutors
{
    private static readonly TimeSpan Loopback = TimeSpan.FromMilliseconds(1);

    private readonly SimWorld _world;
    private readonly SimContainers _containers;
    private readonly SortedDictionary<string, SimExecutor> _live = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ConnectionId, SimExecutor> _connections = [];
    private long _last;

    public SimExecutors(SimWorld world, SimContainers containers)
    {
        (_world, _containers) = (world, containers);
        containers.Began += Begin;
        containers.Finished += Finish;
    }

    /// <summary>Hands a message to the agent's core; false while there is none.</summary>
    public Func<AgentMessage, bool> TryPost { get; set; } = _ => false;

    /// <summary>Told of a task that an executor begins.</summary>
    public Action<SimExecutor, TaskId>? Began { get; set; }

    public IEnumerable<SimExecutor> All => _live.Values;

    /// <returns>The call's number, by which the agent answers; null when there is no agent.</returns>
    public ConnectionId? Call(SimExecutor executor, ExecutorCall call)
    {
        var connection = new ConnectionId(++_last);
        if (!TryPost(new AgentMessage.ExecutorCallReceived(connection, call, Claims: null)))
        {
            return null;
        }
        if (call.Type == ExecutorCall.Types.Type.Subscribe)
        {
            _connections[connection] = executor;
        }
        return connection;
    }

    public void Perform(ExecutorEffect effect)
    {
        switch (effect)
        {
            case ExecutorEffect.Send send:
                Later(send.Stream, executor => executor.Hear(send.Event));
                break;
            case ExecutorEffect.CloseStream close:
                Later(close.Stream, executor => Break(close.Stream, executor));
                break;
            case ExecutorEffect.Answer answer:
                // Of a subscription that was refused; what becomes of other calls an executor sees by their acknowledgement.
                Later(answer.Connection, executor => Break(answer.Connection, executor));
                break;
            case ExecutorEffect.OpenStream:
                break;
        }
    }

    public void AgentDied()
    {
        foreach (var (connection, executor) in _connections.ToList())
        {
            Break(connection, executor);
        }
    }

    public void TaskBegan(SimExecutor executor, TaskId task) => Began?.Invoke(executor, task);

    public void Exit(SimExecutor executor, int code) => _containers.End(executor.Container, new ContainerExit.Exited(code));

    private void Begin(SimContainer container)
    {
        if (!container.Script.IsExecutor)
        {
            return;
        }
        var executor = new SimExecutor(_world, container, _world.Seeds.For("executor " + container.Id), this);
        _live.Add(container.Id.Value, executor);
        _world.Schedule(Loopback, null, executor.Connect);
    }

    private void Finish(SimContainer container)
    {
        if (_live.Remove(container.Id.Value, out var executor) && executor.Stream is { } stream && _connections.Remove(stream))
        {
            TryPost(new AgentMessage.ExecutorStreamEnded(stream));
        }
    }

    private void Later(ConnectionId connection, Action<SimExecutor> happen) => _world.Schedule(Loopback, null, () =>
    {
        if (_connections.TryGetValue(connection, out var executor) && executor.Stream == connection)
        {
            happen(executor);
        }
    });

    private void Break(ConnectionId connection, SimExecutor executor)
    {
        _connections.Remove(connection);
        if (executor.Stream == connection)
        {
            executor.Disconnected();
        }
    }
}
