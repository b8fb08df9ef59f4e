using System.Globalization;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;
using Call = Offerbook.Wire.AgentProtocol.Call;
using TaskStatus = Mesos.V1.TaskStatus;
using Type = Offerbook.Wire.AgentProtocol.Call.Types.Type;

namespace Offerbook.Bench.SimulatedAgents;

/// <summary>What simulated agents say: registrations of the size that real ones have, and updates.</summary>
internal sealed class AgentReports(FleetOptions options)
{
    public const string Path = "/offerbook/agent/v1";

    private static readonly double Started = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    private readonly List<Resource> _total = [.. options.Resources.Split(';').Select(Parse)];

    public static string FrameworkOf(int number) => $"simulated-framework-{number}";

    public byte[] Subscribe(SimulatedAgent agent) =>
        HttpText.Post(Path, Subscribe(agent.Number, agent.Id, agent.Tasks, agent.Fleet.FrameworkInfo), MessageFormat.Protobuf);

    public Call Subscribe(int number, string id, IEnumerable<SimulatedTask> tasks, Func<string, FrameworkInfo> frameworkInfo)
    {
        var subscribe = new Call.Types.Subscribe
        {
            AgentInfo = new AgentInfo
            {
                Id = new AgentID { Value = id },
                Hostname = $"agent-{number}.simulated",
                Port = 5051,
                Attributes =
                {
                    Text("rack", $"r{number / 40}"),
                    Text("zone", $"z{number % 3}"),
                },
            },
            Version = "0.1.0",
            BootId = "6a204bd5-9d0f-4d1f-9f5c-3f6a3b7c1e11",
            Capabilities =
            {
                new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.MultiRole },
                new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.HierarchicalRole },
                new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.ReservationRefinement },
            },
        };
        subscribe.AgentInfo.Resources.Add(_total);
        var frameworks = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            frameworks.Add(task.Framework);
            subscribe.Tasks.Add(Describe(id, task));
        }
        subscribe.Frameworks.Add(frameworks.Select(frameworkInfo));
        return new Call { Type = Type.Subscribe, AgentId = new AgentID { Value = id }, Subscribe = subscribe };
    }

    public static byte[] Pong(SimulatedAgent agent) => Post(agent, new Call { Type = Type.Pong });

    public static byte[] Update(SimulatedAgent agent, string framework, TaskStatus status, TaskState latest) => Post(agent, new Call
    {
        Type = Type.Update,
        Update = new Call.Types.Update { FrameworkId = new FrameworkID { Value = framework }, Status = status, LatestState = latest },
    });

    public static FrameworkInfo DescribeFramework(string id) => new()
    {
        Id = new FrameworkID { Value = id },
        User = "root",
        Name = id,
        Roles = { "services" },
        Checkpoint = true,
        FailoverTimeout = 604_800,
        Capabilities = { new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole } },
    };

    private static byte[] Post(SimulatedAgent agent, Call call)
    {
        call.AgentId = new AgentID { Value = agent.Id };
        return HttpText.Post(Path, call, MessageFormat.Protobuf, $"Offerbook-Stream-Id: {agent.StreamId}\r\n");
    }

    private static Mesos.V1.Task Describe(string agent, SimulatedTask task)
    {
        var description = new Mesos.V1.Task
        {
            Name = task.Launched?.Name ?? "web",
            TaskId = new TaskID { Value = task.Id },
            FrameworkId = new FrameworkID { Value = task.Framework },
            AgentId = new AgentID { Value = agent },
            State = task.State,
            StatusUpdateState = task.Awaited is null ? task.State : task.AwaitedState,
            StatusUpdateUuid = task.Awaited ?? ByteString.CopyFrom(new byte[16]),
            Statuses =
            {
                new TaskStatus
                {
                    TaskId = new TaskID { Value = task.Id },
                    State = task.State,
                    AgentId = new AgentID { Value = agent },
                    Source = TaskStatus.Types.Source.Executor,
                    Timestamp = Started,
                    Uuid = ByteString.CopyFrom(new byte[16]),
                },
            },
        };
        if (task.Launched is { } launched)
        {
            description.Resources.Add(launched.Resources);
            description.Labels = launched.Labels;
        }
        else
        {
            description.Resources.Add([Allocated(Scalar("cpus", 0.5)), Allocated(Scalar("mem", 256))]);
            description.Labels = new Labels { Labels_ = { Label("app", "/shop/web"), Label("version", "2026-01-01T00:00:00Z") } };
        }
        return description;
    }

    private static Label Label(string key, string value) => new() { Key = key, Value = value };

    private static Mesos.V1.Attribute Text(string name, string value) =>
        new() { Name = name, Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = value } };

    private static Resource Parse(string text)
    {
        var (name, value) = (text.Split(':')[0], text.Split(':')[1].Trim('[', ']'));
        return value.Split('-') is [var first, var last]
            ? new Resource
            {
                Name = name,
                Type = Value.Types.Type.Ranges,
                Ranges = new Value.Types.Ranges
                {
                    Range = { new Value.Types.Range { Begin = ulong.Parse(first, CultureInfo.InvariantCulture),
                        End = ulong.Parse(last, CultureInfo.InvariantCulture) } },
                },
            }
            : Scalar(name, double.Parse(value, CultureInfo.InvariantCulture));
    }

    private static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };

    private static Resource Allocated(Resource resource)
    {
        resource.AllocationInfo = new Resource.Types.AllocationInfo { Role = "services" };
        return resource;
    }
}
