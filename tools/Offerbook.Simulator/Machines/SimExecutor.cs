using Google.Protobuf;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Simulator.Engine;
using Offerbook.Wire.Identity;
using CallType = Mesos.V1.Executor.Call.Types.Type;
using EventType = Mesos.V1.Executor.Event.Types.Type;
using ExecutorCall = Mesos.V1.Executor.Call;
using ExecutorEvent = Mesos.V1.Executor.Event;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Simulator.Machines;

/// <summary>
/// The program in an executor's container: it subscribes, runs each task for the time that its data says, reports, repeats what was
/// not acknowledged when it subscribes anew, and goes when it has had nothing to do for a while. It may ignore SHUTDOWN (a stubborn
/// one) and be too slow to find a restarted agent.
/// </summary>
public sealed class SimExecutor(SimWorld world, SimContainer container, SeededRandom chance, SimExecutors connections)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, TaskInfo> _unacknowledgedTasks = new(StringComparer.Ordinal);
    private readonly List<TaskStatus> _unacknowledgedUpdates = [];
    private readonly SortedDictionary<string, ContainerScript> _running = new(StringComparer.Ordinal);
    private readonly HashSet<string> _delivered = [];
    private long _busy;

    public SimContainer Container => container;

    /// <summary>The stream that it listens to, or has asked for.</summary>
    public ConnectionId? Stream { get; private set; }

    public IEnumerable<TaskId> Running => _running.Keys.Select(task => new TaskId(task));

    public void Connect()
    {
        if (!container.IsRunning || Stream is not null)
        {
            return;
        }
        var subscribe = new ExecutorCall.Types.Subscribe();
        subscribe.UnacknowledgedTasks.AddRange(_unacknowledgedTasks.Values);
        subscribe.UnacknowledgedUpdates.AddRange(
            _unacknowledgedUpdates.Select(status => new ExecutorCall.Types.Update { Status = status }));
        Stream = connections.Call(this, Make(CallType.Subscribe, call => call.Subscribe = subscribe));
        if (Stream is null)
        {
            ConnectLater();
        }
    }

    /// <summary>The stream is gone, or was refused. Now and then it takes longer than the agent waits.</summary>
    public void Disconnected()
    {
        Stream = null;
        ConnectLater();
    }

    public void Hear(ExecutorEvent @event)
    {
        switch (@event.Type)
        {
            case EventType.Launch:
                Launch(@event.Launch.Task);
                break;
            case EventType.LaunchGroup:
                foreach (var task in @event.LaunchGroup.TaskGroup.Tasks)
                {
                    Launch(task);
                }
                break;
            case EventType.Kill when _running.TryGetValue(@event.Kill.TaskId.Value, out var script) && !script.Stubborn:
                var victim = @event.Kill.TaskId.Value;
                world.Schedule(chance.Exponential(TimeSpan.FromMilliseconds(200)), null, () => End(victim, TaskState.TaskKilled));
                break;
            case EventType.Acknowledged:
                _unacknowledgedTasks.Remove(@event.Acknowledged.TaskId.Value);
                _unacknowledgedUpdates.RemoveAll(status => status.Uuid == @event.Acknowledged.Uuid);
                AwaitIdleness();
                break;
            case EventType.Shutdown when !container.Script.Stubborn:
                foreach (var task in _running.Keys.ToList())
                {
                    End(task, TaskState.TaskKilled);
                }
                world.Schedule(TimeSpan.FromMilliseconds(50), null, () => connections.Exit(this, 0));
                break;
            case EventType.Subscribed:
                AwaitIdleness();
                break;
        }
    }

    private void ConnectLater() =>
        world.Schedule(chance.Chance(0.03) ? TimeSpan.FromSeconds(5) : chance.Exponential(TimeSpan.FromMilliseconds(300)), null, Connect);

    private void Launch(TaskInfo task)
    {
        var id = task.TaskId.Value;
        Invariant.Check(_delivered.Add(id), $"I3: {id} is delivered to {container.Task} twice in one life");
        var script = ContainerScript.Parse(task.Data.ToStringUtf8());
        _unacknowledgedTasks[id] = task;
        _running[id] = script;
        connections.TaskBegan(this, new TaskId(id));
        world.Schedule(chance.Exponential(TimeSpan.FromMilliseconds(20)), null, () =>
        {
            if (_running.ContainsKey(id))
            {
                Report(id, TaskState.TaskRunning);
            }
        });
        if (script.Life is { } life)
        {
            world.Schedule(life, null, () => End(id, script.ExitCode == 0 ? TaskState.TaskFinished : TaskState.TaskFailed));
        }
        _busy++;
    }

    private void End(string task, TaskState state)
    {
        if (container.IsRunning && _running.Remove(task))
        {
            Report(task, state);
            AwaitIdleness();
        }
    }

    private void Report(string task, TaskState state)
    {
        if (!container.IsRunning)
        {
            return;
        }
        var status = new TaskStatus
        {
            TaskId = new TaskID { Value = task },
            State = state,
            Source = TaskStatus.Types.Source.Executor,
            Uuid = ByteString.CopyFrom(chance.NextGuid().ToByteArray()),
        };
        _unacknowledgedUpdates.Add(status);
        if (Stream is not null)
        {
            connections.Call(this, Make(CallType.Update, call => call.Update = new ExecutorCall.Types.Update { Status = status }));
        }
    }

    private void AwaitIdleness()
    {
        var busy = _busy;
        if (_running.Count > 0 || _unacknowledgedUpdates.Count > 0)
        {
            return;
        }
        world.Schedule(Idle, null, () =>
        {
            if (busy == _busy && _running.Count == 0 && _unacknowledgedUpdates.Count == 0)
            {
                connections.Exit(this, 0);
            }
        });
    }

    private ExecutorCall Make(CallType type, Action<ExecutorCall> complete)
    {
        var call = new ExecutorCall
        {
            Type = type, FrameworkId = container.Framework.ToProto(), ExecutorId = container.Spec.Sandbox.Executor.ToProto(),
        };
        complete(call);
        return call;
    }
}
