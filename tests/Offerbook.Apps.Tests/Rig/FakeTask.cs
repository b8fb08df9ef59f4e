using System.Globalization;
using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Resources;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Tests.Rig;

public sealed class FakeTask(TaskInfo info, string host)
{
    public TaskInfo Info => info;

    public string Id => info.TaskId.Value;

    public string Host => host;

    /// <summary>Of its pod.</summary>
    public ExecutorInfo? Executor { get; init; }

    public TaskState State { get; set; } = TaskState.TaskStaging;

    public bool HasEnded => State is not (TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskRunning or TaskState.TaskKilling
        or TaskState.TaskUnreachable);

    public string App => Id[..Id.IndexOf(".instance-", StringComparison.Ordinal)];

    public TaskStatus Status(TaskState state, bool? healthy, string message, bool uuid)
    {
        var status = new TaskStatus { TaskId = info.TaskId, AgentId = info.AgentId, State = state, Message = message };
        if (healthy is { } value)
        {
            status.Healthy = value;
        }
        if (uuid)
        {
            status.Uuid = ByteString.CopyFromUtf8("0123456789abcdef");
        }
        return status;
    }

    public static TaskStatus Unknown(string id) => new()
    {
        TaskId = new TaskID { Value = id },
        State = TaskState.TaskUnknown,
        Reason = TaskStatus.Types.Reason.Reconciliation,
        Message = "Reconciliation: Task is unknown",
    };
}

public sealed class FakeAgent(string id, string host, double cpus, double mem, int ports)
{
    private const int FirstPort = 31_000;

    public string Id => id;

    public string Host => host;

    public string? Region { get; init; }

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>All that it has, with what is reserved on it and its volumes.</summary>
    public ResourceBag Total { get; set; } = ResourceBag.Parse(string.Create(CultureInfo.InvariantCulture,
        $"cpus:{cpus};mem:{mem};disk:100000;ports:[{FirstPort}-{FirstPort + ports - 1}]"));

    public Offer Offer(string offer, string role, IReadOnlyCollection<FakeTask> running, IEnumerable<ExecutorInfo> executors)
    {
        var used = running.SelectMany(task => task.Info.Resources).Concat(executors.SelectMany(executor => executor.Resources));
        var free = Total - ResourceReader.Read(used).Bag.Unallocate();
        return new Offer
        {
            Id = new OfferID { Value = offer },
            FrameworkId = new FrameworkID { Value = "framework-1" },
            AgentId = new AgentID { Value = id },
            Hostname = host,
            AllocationInfo = new Resource.Types.AllocationInfo { Role = role },
            Domain = Region is null ? null : new DomainInfo
            {
                FaultDomain = new DomainInfo.Types.FaultDomain
                {
                    Region = new DomainInfo.Types.FaultDomain.Types.RegionInfo { Name = Region },
                    Zone = new DomainInfo.Types.FaultDomain.Types.ZoneInfo { Name = Region + "-1" },
                },
            },
            Attributes =
            {
                Attributes.Select(attribute => new Mesos.V1.Attribute
                {
                    Name = attribute.Key,
                    Type = Mesos.V1.Value.Types.Type.Text,
                    Text = new Mesos.V1.Value.Types.Text { Value = attribute.Value },
                }),
            },
            Resources = { free.AllocatableTo(role).Allocate(role).ToProto(ResourceFormat.PostRefinement) },
        };
    }

    /// <summary>Carries out what is not a launch.</summary>
    public void Apply(Offer.Types.Operation operation)
    {
        var result = Total.Apply(OperationConversions.Of(operation).Steps.Select(step =>
            step with { Consumed = step.Consumed.Unallocate(), Produced = step.Produced.Unallocate(), Gone = null }).ToList());
        Assert.That(result.Problem, Is.Null, operation.ToString());
        Total = result.Bag;
    }
}
