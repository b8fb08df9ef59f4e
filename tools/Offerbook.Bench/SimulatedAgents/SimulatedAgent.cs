using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Bench.Sockets;
using Event = Offerbook.Wire.AgentProtocol.Event;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Bench.SimulatedAgents;

/// <summary>
/// One agent as the master sees it: a stream that it reads, and calls on a lane that it shares with others. Tasks run by name only;
/// like a real agent it sends a task's next update when the one before was acknowledged.
/// </summary>
internal sealed class SimulatedAgent(Fleet fleet, int number, string id, IEnumerable<SimulatedTask> tasks) : IHttpLinkUser
{
    private RecordSplitter _records;
    private HttpLink? _stream;
    private long _began;

    public Fleet Fleet => fleet;

    public int Number => number;

    public string Id => id;

    public string StreamId { get; private set; } = "";

    public bool Registered { get; private set; }

    public List<SimulatedTask> Tasks { get; } = [.. tasks];

    public void Subscribe()
    {
        _began = Stopwatch.GetTimestamp();
        _records = default;
        _stream = HttpLink.Connect(fleet.Reactor, this, fleet.Master, fleet.SourceOf(this));
    }

    /// <summary>Breaks the stream, as a network would.</summary>
    public void Break()
    {
        _stream?.Close();
        _stream = null;
        Registered = false;
    }

    void IHttpLinkUser.Opened(HttpLink link) => link.Send(fleet.Reports.Subscribe(this));

    void IHttpLinkUser.Head(HttpLink link, ReadOnlySpan<byte> head)
    {
        if (link.Status == 200)
        {
            StreamId = Encoding.ASCII.GetString(AnswerParser.Header(head, "Offerbook-Stream-Id"u8));
        }
    }

    void IHttpLinkUser.Body(HttpLink link, ReadOnlySpan<byte> bytes)
    {
        if (link.Status == 200)
        {
            _records.Take(bytes, Take);
        }
    }

    void IHttpLinkUser.Answered(HttpLink link)
    {
        // The master has ended the stream, or refused it.
        var refused = link.Status != 200;
        link.Close();
        Lost(refused ? $"{link.Status} to SUBSCRIBE" : "the stream ended");
    }

    void IHttpLinkUser.Closed(HttpLink link, string reason)
    {
        if (link == _stream)
        {
            Lost(reason);
        }
    }

    private void Lost(string reason)
    {
        var was = Registered;
        _stream = null;
        Registered = false;
        fleet.Lost(this, was, reason);
    }

    private void Take(ReadOnlySpan<byte> record)
    {
        fleet.Counters.Events++;
        // A ping is {type: PING}: no need to build a message for 3,000 of them a second.
        if (record.SequenceEqual("\b\u0002"u8))
        {
            fleet.Counters.Pings++;
            fleet.Call(this, AgentReports.Pong(this));
            return;
        }
        var happened = Event.Parser.ParseFrom(record);
        switch (happened.Type)
        {
            case Event.Types.Type.Subscribed:
                Registered = true;
                fleet.Subscribed(this, Stopwatch.GetElapsedTime(_began));
                break;
            case Event.Types.Type.Launch:
                Launch(happened.Launch.FrameworkInfo, happened.Launch.Task);
                break;
            case Event.Types.Type.LaunchGroup:
                foreach (var task in happened.LaunchGroup.TaskGroup.Tasks)
                {
                    Launch(happened.LaunchGroup.FrameworkInfo, task);
                }
                break;
            case Event.Types.Type.Kill:
                if (Find(happened.Kill.TaskId.Value) is { } killed)
                {
                    Move(killed, TaskState.TaskKilled);
                }
                break;
            case Event.Types.Type.Acknowledge:
                Acknowledge(happened.Acknowledge);
                break;
            case Event.Types.Type.Reconcile:
                foreach (var asked in happened.Reconcile.Tasks)
                {
                    Reconcile(asked);
                }
                break;
            case Event.Types.Type.ShutdownFramework:
                foreach (var task in Tasks.Where(task => task.Framework == happened.ShutdownFramework.FrameworkId.Value).ToList())
                {
                    Move(task, TaskState.TaskKilled);
                }
                break;
            case Event.Types.Type.Shutdown:
                Tasks.Clear();
                break;
        }
    }

    private void Launch(FrameworkInfo framework, TaskInfo info)
    {
        fleet.Counters.Launches++;
        fleet.Learn(framework);
        var task = new SimulatedTask(framework.Id.Value, info.TaskId.Value, info);
        Tasks.Add(task);
        Report(task, TaskState.TaskRunning);
        if (fleet.Options.TaskTime == TimeSpan.Zero)
        {
            task.Next = TaskState.TaskFinished;
        }
        else if (fleet.Options.TaskTime < TimeSpan.MaxValue)
        {
            fleet.Reactor.After(fleet.Options.TaskTime, () => Move(task, TaskState.TaskFinished));
        }
    }

    /// <summary>Reports the state, at once or when the update before is acknowledged. A task that has ended stays as it ended.</summary>
    private void Move(SimulatedTask task, TaskState state)
    {
        if (task.Next is not null || task.State is TaskState.TaskFinished or TaskState.TaskKilled)
        {
            return;
        }
        if (task.Awaited is null)
        {
            Report(task, state);
        }
        else
        {
            task.Next = state;
        }
    }

    private void Report(SimulatedTask task, TaskState state)
    {
        task.State = state;
        task.AwaitedState = state;
        task.Awaited = fleet.NextUuid();
        Send(task.Framework, task.Id, state, task.Awaited);
    }

    private void Acknowledge(Event.Types.Acknowledge acknowledge)
    {
        fleet.Counters.Acknowledgements++;
        if (Find(acknowledge.TaskId.Value) is not { } task || task.Awaited != acknowledge.Uuid)
        {
            return;
        }
        task.Awaited = null;
        if (task.State is TaskState.TaskFinished or TaskState.TaskKilled)
        {
            Tasks.Remove(task);
        }
        else if (task.Next is { } next)
        {
            task.Next = null;
            Report(task, next);
        }
    }

    private void Reconcile(Event.Types.Reconcile.Types.Entry asked)
    {
        if (Find(asked.TaskId.Value) is null)
        {
            Send(asked.FrameworkId.Value, asked.TaskId.Value, asked.PartitionAware ? TaskState.TaskDropped : TaskState.TaskLost,
                fleet.NextUuid());
        }
    }

    private void Send(string framework, string task, TaskState state, ByteString uuid)
    {
        fleet.Counters.Updates++;
        var status = new TaskStatus
        {
            TaskId = new TaskID { Value = task },
            State = state,
            AgentId = new AgentID { Value = id },
            Source = TaskStatus.Types.Source.Executor,
            Timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0,
            Uuid = uuid,
        };
        fleet.Call(this, AgentReports.Update(this, framework, status, state));
    }

    private SimulatedTask? Find(string id)
    {
        foreach (var task in Tasks)
        {
            if (task.Id == id)
            {
                return task;
            }
        }
        return null;
    }
}
