using Google.Protobuf;
using Mesos.V1;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Core;

/// <summary>An agent's side of a test. It runs nothing: the test says what its tasks do.</summary>
internal sealed class TestAgent(MasterHarness master, string ip = "10.0.0.1", string resources = "cpus:4;mem:4096;ports:[31000-31099]")
{
    private byte _uuids;

    /// <summary>Set when the test is about operations.</summary>
    public Operations.OperatingAgent? Operations { get; init; }

    public AgentID? Id { get; set; }

    /// <summary>Whether it says that it can be drained.</summary>
    public bool Drains { get; init; }

    /// <summary>Why it can take no new work, said when it subscribes.</summary>
    public string? Degraded { get; set; }

    public ConnectionId Stream { get; private set; }

    public string StreamId { get; private set; } = "";

    /// <summary>What the agent reports when it subscribes.</summary>
    public List<Mesos.V1.Task> Tasks { get; } = [];

    public Dictionary<string, FrameworkInfo> Frameworks { get; } = [];

    public SortedDictionary<string, Call.Types.Executor> Executors { get; } = new(StringComparer.Ordinal);

    public List<AgentInfo.Types.Capability.Types.Type> Capabilities { get; } =
        [AgentInfo.Types.Capability.Types.Type.MultiRole, AgentInfo.Types.Capability.Types.Type.HierarchicalRole];

    public IReadOnlyList<Event> Events => master.Sent.OfType<MasterEffect.SendToAgent>()
        .Where(sent => sent.Stream == Stream).Select(sent => sent.Event).ToList();

    public IReadOnlyList<Event> Of(Event.Types.Type type) => Events.Where(e => e.Type == type).ToList();

    public TestAgent Subscribe()
    {
        var call = new Call
        {
            Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Subscribe,
            AgentId = Id,
            Subscribe = new()
            {
                AgentInfo = new AgentInfo { Hostname = "host-" + ip, Port = 5051, Id = Id },
                Version = "1.12.0",
                BootId = "boot",
            },
        };
        call.Subscribe.AgentInfo.Resources.Add(Offerbook.Resources.ResourceWriter.ToProto(
            Offerbook.Resources.ResourceBag.Parse(resources), Offerbook.Resources.ResourceFormat.PostRefinement));
        call.Subscribe.Tasks.Add(Tasks);
        call.Subscribe.Executors.Add(Executors.Values);
        call.Subscribe.Frameworks.Add(Frameworks.Values);
        foreach (var type in Capabilities)
        {
            call.Subscribe.Capabilities.Add(new AgentInfo.Types.Capability { Type = type });
        }
        if (Drains)
        {
            call.Subscribe.Capabilities.Add(new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.AgentDraining });
        }
        if (Degraded is not null)
        {
            call.Subscribe.Condition = new() { Degraded = Degraded };
        }
        Operations?.Describe(call.Subscribe);
        Stream = master.NewConnection();
        master.Handle(new MasterMessage.AgentCallReceived(Stream, call, null, ip));
        StreamId = master.Sent.OfType<MasterEffect.OpenStream>().Single(open => open.Connection == Stream).StreamId;
        Id = Events.FirstOrDefault(e => e.Type == Event.Types.Type.Subscribed)?.Subscribed.AgentId ?? Id;
        master.Settle();
        return this;
    }

    public void Disconnect()
    {
        master.Handle(new MasterMessage.ConnectionClosed(Stream));
        master.Settle();
    }

    public MasterEffect.Answer Call(Call call)
    {
        call.AgentId = Id;
        var connection = master.NewConnection();
        master.Handle(new MasterMessage.AgentCallReceived(connection, call, StreamId, ip));
        master.Settle();
        return master.Sent.OfType<MasterEffect.Answer>().Single(answer => answer.Connection == connection);
    }

    public void Pong() => Call(new Call { Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Pong });

    /// <summary>Takes the launches that came, as running tasks that the next report lists.</summary>
    public void TakeLaunches(TaskState state = TaskState.TaskRunning)
    {
        foreach (var launch in Of(Event.Types.Type.Launch).Select(e => e.Launch))
        {
            Take(launch.FrameworkInfo, launch.Task, null, state);
        }
        foreach (var launch in Of(Event.Types.Type.LaunchGroup).Select(e => e.LaunchGroup))
        {
            Executors[launch.Executor.ExecutorId.Value] = new Call.Types.Executor { FrameworkId = launch.FrameworkInfo.Id,
                ExecutorInfo = launch.Executor };
            foreach (var task in launch.TaskGroup.Tasks)
            {
                Take(launch.FrameworkInfo, task, launch.Executor.ExecutorId, state);
            }
        }
    }

    private void Take(FrameworkInfo framework, TaskInfo info, ExecutorID? executor, TaskState state)
    {
        Frameworks[framework.Id.Value] = framework;
        if (Tasks.All(task => task.TaskId.Value != info.TaskId.Value))
        {
            var task = new Mesos.V1.Task
            {
                Name = info.Name,
                TaskId = info.TaskId,
                FrameworkId = framework.Id,
                AgentId = Id,
                ExecutorId = executor,
                State = state,
            };
            task.Resources.Add(info.Resources);
            Tasks.Add(task);
        }
    }

    public TaskStatus Update(FrameworkID framework, string task, TaskState state, TaskState? latest = null)
    {
        var uuid = new byte[16];
        uuid[15] = ++_uuids;
        var status = new TaskStatus
        {
            TaskId = new TaskID { Value = task },
            State = state,
            AgentId = Id,
            Source = TaskStatus.Types.Source.Executor,
            Uuid = ByteString.CopyFrom(uuid),
            Timestamp = 1,
        };
        Report(framework, status, latest ?? state);
        return status;
    }

    public void Report(FrameworkID framework, TaskStatus status, TaskState latest)
    {
        foreach (var task in Tasks.Where(task => task.TaskId.Value == status.TaskId.Value))
        {
            task.State = latest;
        }
        var answer = Call(new Call
        {
            Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Update,
            Update = new() { FrameworkId = framework, Status = status, LatestState = latest },
        });
        Assert.That(answer.Status, Is.EqualTo(202), answer.Text);
    }
}
