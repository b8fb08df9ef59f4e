using Google.Protobuf;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Storage;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Identity;
using AgentSubscribe = Offerbook.Wire.AgentProtocol.Call.Types.Subscribe;

namespace Offerbook.Master.Hosting;

/// <summary>
/// Has the code that a storm of returning agents needs compiled before they come: agents register with a core that is thrown away,
/// from bytes to bytes, with no journal and no sockets. The engine compiles well only what was called 30 times after it had nothing
/// new to compile for a while (100 ms): hence more than one round. Some 0.6 s of processor time on threads of their own, which the first
/// agents would have to wait for else; nobody waits for it.
/// </summary>
internal sealed class WarmUp
{
    /// <summary>Agents in a round, more than the calls after which code is compiled well.</summary>
    private const int Agents = 40;

    private const int TasksAnAgent = 4;
    private const int Rounds = 4;

    /// <summary>More than the engine waits for quiet.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private static readonly Now s_now = new(TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch.AddYears(60));

    private readonly MasterCore _core = new(MasterSettings.Default, new SeededRandom(1));
    private readonly Effects _effects = new();
    private long _connections;

    private WarmUp() => _core.Recover(new Recovery(null, [], 0), s_now, _effects);

    /// <summary>Agents that registered, again ones included.</summary>
    public int Registered { get; private set; }

    public static void Start() => new Thread(() => Run(Pause)) { IsBackground = true, Name = "warm-up", Priority = ThreadPriority.BelowNormal }.Start();

    public static WarmUp Run(TimeSpan pause)
    {
        var warming = new WarmUp();
        for (var round = 0; round < Rounds; round++)
        {
            // New ones first, then the same again, as after a broken stream; then new ones …
            var first = round / 2 * Agents;
            for (var agent = first; agent < first + Agents; agent++)
            {
                warming.Register(agent);
            }
            Thread.Sleep(pause);
        }
        return warming;
    }

    private void Register(int number)
    {
        var bytes = MessageCodec.ToBytes(new AgentCall { Type = AgentCall.Types.Type.Subscribe, AgentId = IdOf(number), Subscribe = Describe(number) }, MessageFormat.Protobuf);
        Invariant.Check(MessageCodec.Read<AgentCall>(bytes, MessageFormat.Protobuf).TryGet(out var call, out _), "the master reads what it writes");
        Take(new MasterMessage.AgentCallReceived(new ConnectionId(++_connections), call!, null, "127.0.0.1"));
    }

    /// <summary>Handles a message, and what is due at once; encodes what would be sent.</summary>
    private void Take(MasterMessage message)
    {
        _effects.Clear();
        _core.Handle(message, s_now, _effects);
        var allocates = false;
        for (var i = 0; i < _effects.Count; i++)
        {
            switch (_effects[i])
            {
                case MasterEffect.SendToAgent sent:
                    Registered += sent.Event.Type == AgentEvent.Types.Type.Subscribed ? 1 : 0;
                    new EncodedEvent<AgentEvent>(sent.Event).Frame(MessageFormat.Protobuf);
                    break;
                case StartTimer { Message: MasterMessage.AllocationBatched }:
                    allocates = true;
                    break;
            }
        }
        if (allocates)
        {
            _core.Handle(new MasterMessage.AllocationBatched(), s_now, _effects);
        }
    }

    private static AgentID IdOf(int number) => new() { Value = $"warm-up-{number}" };

    private static AgentSubscribe Describe(int number)
    {
        var report = new AgentSubscribe
        {
            AgentInfo = new AgentInfo
            {
                Id = IdOf(number), Hostname = $"warm-up-{number}", Port = 5051, Resources = { Scalar("cpus", 8), Scalar("mem", 8_192) },
                Attributes = { new Mesos.V1.Attribute { Name = "rack", Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = "1" } } },
            },
            Version = "0",
            BootId = "warm-up",
            Capabilities = { new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.MultiRole } },
            Frameworks =
            {
                new FrameworkInfo
                {
                    Id = new FrameworkID { Value = "warm-up" }, User = "root", Name = "warm-up", Roles = { "warm-up" }, FailoverTimeout = 3_600,
                    Capabilities = { new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole } },
                },
            },
        };
        for (var i = 0; i < TasksAnAgent; i++)
        {
            report.Tasks.Add(DescribeTask(number, new TaskID { Value = $"warm-up-{number}-{i}" }));
        }
        return report;
    }

    private static MesosTask DescribeTask(int agent, TaskID id) => new()
    {
        Name = "warm-up", TaskId = id, FrameworkId = new FrameworkID { Value = "warm-up" }, AgentId = IdOf(agent), State = TaskState.TaskRunning,
        Resources = { Allocated("cpus", 0.5), Allocated("mem", 64) },
        Labels = new Labels { Labels_ = { new Label { Key = "warm", Value = "up" } } },
        StatusUpdateState = TaskState.TaskRunning,
        StatusUpdateUuid = ByteString.CopyFrom(new byte[16]),
        Statuses =
        {
            new TaskStatus
            {
                TaskId = id, State = TaskState.TaskRunning, AgentId = IdOf(agent), Source = TaskStatus.Types.Source.Executor, Timestamp = 1,
                Uuid = ByteString.CopyFrom(new byte[16]),
            },
        },
    };

    private static Resource Allocated(string name, double value)
    {
        var resource = Scalar(name, value);
        resource.AllocationInfo = new Resource.Types.AllocationInfo { Role = "warm-up" };
        return resource;
    }

    private static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
}
