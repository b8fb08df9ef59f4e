using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Scheduler;
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

public sealed record FakeAgent(string Id, string Host, double Cpus, double Mem, int Ports)
{
    private const ulong FirstPort = 31_000;
    private const double Disk = 100_000;

    public Offer Offer(string id, string role, IReadOnlyCollection<FakeTask> running)
    {
        var allocation = new Resource.Types.AllocationInfo { Role = role };
        var used = running.SelectMany(task => task.Info.Resources)
            .Concat(running.Select(task => task.Executor).OfType<ExecutorInfo>().Distinct().SelectMany(executor => executor.Resources)).ToList();
        double Free(string name, double total) => Math.Round(total - used.Where(resource => resource.Name == name).Sum(resource => resource.Scalar.Value), 3);
        var taken = used.Where(resource => resource.Name == "ports").SelectMany(resource => resource.Ranges.Range)
            .SelectMany(range => Enumerable.Range((int)range.Begin, (int)(range.End - range.Begin) + 1)).ToHashSet();
        var ports = new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = new Value.Types.Ranges(), AllocationInfo = allocation };
        ports.Ranges.Range.Add(Enumerable.Range((int)FirstPort, Ports).Where(port => !taken.Contains(port))
            .Select(port => new Value.Types.Range { Begin = (ulong)port, End = (ulong)port }));
        return new Offer
        {
            Id = new OfferID { Value = id },
            FrameworkId = new FrameworkID { Value = "framework-1" },
            AgentId = new AgentID { Value = Id },
            Hostname = Host,
            AllocationInfo = allocation,
            Resources = { Scalar("cpus", Free("cpus", Cpus), allocation), Scalar("mem", Free("mem", Mem), allocation), Scalar("disk", Free("disk", Disk), allocation), ports },
        };
    }

    private static Resource Scalar(string name, double value, Resource.Types.AllocationInfo allocation) => new()
    {
        Name = name,
        Type = Value.Types.Type.Scalar,
        Scalar = new Value.Types.Scalar { Value = value },
        AllocationInfo = allocation,
    };
}
