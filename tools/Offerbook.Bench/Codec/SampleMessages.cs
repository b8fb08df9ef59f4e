using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Master;
using SchedulerEvent = Mesos.V1.Scheduler.Event;

namespace Offerbook.Bench.Codec;

/// <summary>
/// Messages as a busy cluster sends them: long ids, several resources and attributes, ranges with holes, labels, statuses.
/// </summary>
internal static class SampleMessages
{
    private const string Master = "6d2a6f6c-9a8e-4b7e-9a57-1f7c5d1f3c11";

    public static SchedulerEvent Offers(int count)
    {
        var offers = new SchedulerEvent.Types.Offers();
        for (var i = 0; i < count; i++)
        {
            offers.Offers_.Add(Offer(i));
        }
        return new SchedulerEvent { Type = SchedulerEvent.Types.Type.Offers, Offers = offers };
    }

    public static Response GetState(int agents, int tasksPerAgent)
    {
        var state = new Response.Types.GetState
        {
            GetAgents = new Response.Types.GetAgents(),
            GetFrameworks = new Response.Types.GetFrameworks(),
            GetTasks = new Response.Types.GetTasks(),
            GetExecutors = new Response.Types.GetExecutors(),
        };
        for (var i = 0; i < agents; i++)
        {
            state.GetAgents.Agents.Add(Agent(i));
            for (var j = 0; j < tasksPerAgent; j++)
            {
                state.GetTasks.Tasks.Add(Task(i, j));
            }
        }
        for (var i = 0; i < 1 + agents / 20; i++)
        {
            state.GetFrameworks.Frameworks.Add(Framework(i));
        }
        return new Response { Type = Response.Types.Type.GetState, GetState = state };
    }

    private static Offer Offer(int i)
    {
        var offer = new Offer
        {
            Id = new OfferID { Value = $"{Master}-O{10_000 + i}" },
            FrameworkId = new FrameworkID { Value = $"{Master}-0003" },
            AgentId = new AgentID { Value = $"{Master}-S{i}" },
            Hostname = $"node-{i:0000}.rack-{i % 40:00}.example.net",
            Url = new URL
            {
                Scheme = "http",
                Address = new Address { Hostname = $"node-{i:0000}.example.net", Ip = $"10.0.{i / 256}.{i % 256}", Port = 5051 },
                Path = "/slave(1)",
            },
            AllocationInfo = new Resource.Types.AllocationInfo { Role = "services" },
            Resources = { Resources(i) },
            Attributes = { Attributes(i) },
        };
        foreach (var resource in offer.Resources)
        {
            resource.AllocationInfo = new Resource.Types.AllocationInfo { Role = "services" };
        }
        return offer;
    }

    private static Response.Types.GetAgents.Types.Agent Agent(int i)
    {
        return new Response.Types.GetAgents.Types.Agent
        {
            AgentInfo = new AgentInfo
            {
                Hostname = $"node-{i:0000}.rack-{i % 40:00}.example.net",
                Id = new AgentID { Value = $"{Master}-S{i}" },
                Resources = { Resources(i) },
                Attributes = { Attributes(i) },
            },
            Active = true,
            Version = "1.12.0",
            Pid = $"slave(1)@10.0.{i / 256}.{i % 256}:5051",
            RegisteredTime = new TimeInfo { Nanoseconds = 1_795_331_888_746_839_040 + i },
            ReregisteredTime = new TimeInfo { Nanoseconds = 1_795_331_999_746_839_040 + i },
            TotalResources = { Resources(i) },
            AllocatedResources = { Resources(i + 1) },
            Capabilities =
            {
                new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.MultiRole },
                new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.ReservationRefinement },
            },
        };
    }

    private static Response.Types.GetFrameworks.Types.Framework Framework(int i) => new()
    {
        FrameworkInfo = new FrameworkInfo
        {
            Id = new FrameworkID { Value = $"{Master}-{i:0000}" },
            Name = $"framework-{i}",
            User = "root",
            FailoverTimeout = 604800,
            Checkpoint = true,
            Roles = { "services" },
            Capabilities = { new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.PartitionAware } },
        },
        Active = true,
        Connected = true,
        Recovered = false,
        RegisteredTime = new TimeInfo { Nanoseconds = 1_795_331_888_746_839_040 },
        AllocatedResources = { Resources(i) },
    };

    private static Mesos.V1.Task Task(int agent, int number)
    {
        var id = new TaskID { Value = $"storefront_web.instance-{agent:00000000}-{number:0000}-11f0-8de9-0242ac120002._app.1" };
        return new Mesos.V1.Task
        {
            Name = "web.storefront",
            TaskId = id,
            FrameworkId = new FrameworkID { Value = $"{Master}-0003" },
            AgentId = new AgentID { Value = $"{Master}-S{agent}" },
            State = TaskState.TaskRunning,
            Resources = { Scalar("cpus", 0.1 + 0.1 * number), Scalar("mem", 128 + number), Ports(31000 + number, 31000 + number) },
            Statuses = { Status(id, TaskState.TaskStarting, number), Status(id, TaskState.TaskRunning, number) },
            Labels = new Labels { Labels_ = { new Label { Key = "HAPROXY_GROUP", Value = "external" },
                new Label { Key = "owner", Value = "team \"é\"" } } },
            User = "root",
        };
    }

    private static Mesos.V1.TaskStatus Status(TaskID id, TaskState state, int number) => new()
    {
        TaskId = id,
        State = state,
        Source = Mesos.V1.TaskStatus.Types.Source.Executor,
        Timestamp = 1_795_331_888.746_839 + number,
        Uuid = ByteString.CopyFrom(new Guid(number, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).ToByteArray()),
        Healthy = true,
        ContainerStatus = new ContainerStatus
        {
            NetworkInfos = { new NetworkInfo { IpAddresses = { new NetworkInfo.Types.IPAddress { IpAddress = "10.0.1.17" } } } },
        },
    };

    private static IEnumerable<Resource> Resources(int i) =>
    [
        Scalar("cpus", 32 - 0.1 * (i % 300)),
        Scalar("mem", 131_072 - 128 * (i % 900)),
        Scalar("disk", 1_048_576),
        Scalar("gpus", i % 3),
        Ports(31000, 31000 + i % 50, 31100 + i % 70, 31900, 31902, 32000),
    ];

    private static IEnumerable<Mesos.V1.Attribute> Attributes(int i) =>
    [
        new() { Name = "rack", Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = $"rack-{i % 40:00}" } },
        new() { Name = "generation", Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = 7 + i % 3 } },
    ];

    private static Resource Scalar(string name, double value) => new()
    {
        Name = name,
        Type = Value.Types.Type.Scalar,
        Scalar = new Value.Types.Scalar { Value = value },
    };

    private static Resource Ports(params int[] bounds)
    {
        var ranges = new Value.Types.Ranges();
        for (var i = 0; i < bounds.Length; i += 2)
        {
            ranges.Range.Add(new Value.Types.Range { Begin = (ulong)bounds[i], End = (ulong)bounds[i + 1] });
        }
        return new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = ranges };
    }
}
