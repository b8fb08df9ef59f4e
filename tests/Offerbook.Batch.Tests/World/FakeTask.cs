using Google.Protobuf;
using Mesos.V1;
using MesosTaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Batch.Tests.World;

/// <summary>A task as agents and master know it, with the updates that the framework has not acknowledged.</summary>
internal sealed class FakeTask(TaskInfo info)
{
    private int _updates;

    public TaskInfo Info { get; } = info;

    public string Id => Info.TaskId.Value;

    public TaskState State { get; private set; } = TaskState.TaskStaging;

    public bool IsAlive => State is TaskState.TaskStaging or TaskState.TaskRunning or TaskState.TaskUnreachable;

    public Queue<MesosTaskStatus> Unacknowledged { get; } = new();

    /// <summary>The state as reconciliation or the master tells it: without uuid.</summary>
    public MesosTaskStatus Status(TaskState? state = null) =>
        new() { TaskId = Info.TaskId, AgentId = Info.AgentId, State = state ?? State };

    /// <summary>The executor reports a new state; it is sent until it is acknowledged.</summary>
    public void Enter(TaskState state, string? message = null)
    {
        State = state;
        var status = Status();
        status.Uuid =
            ByteString.CopyFrom([.. BitConverter.GetBytes(Id.GetHashCode()), .. BitConverter.GetBytes(++_updates), .. new byte[8]]);
        if (message is not null)
        {
            status.Message = message;
        }
        Unacknowledged.Enqueue(status);
    }

    /// <summary>The master's view changes without the executor: unreachable, or reachable again.</summary>
    public void Assume(TaskState state) => State = state;
}
