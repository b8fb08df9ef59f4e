using Mesos.V1;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Instances;

/// <summary>What a status from the master means for an instance.</summary>
public static class TaskConditions
{
    public static Condition Of(TaskStatus status) => status.State switch
    {
        TaskState.TaskStaging => Condition.Staging,
        TaskState.TaskStarting => Condition.Starting,
        TaskState.TaskRunning => Condition.Running,
        TaskState.TaskKilling => Condition.Killing,
        TaskState.TaskFinished => Condition.Finished,
        TaskState.TaskFailed => Condition.Failed,
        TaskState.TaskKilled => Condition.Killed,
        TaskState.TaskError => Condition.Error,
        TaskState.TaskDropped => Condition.Dropped,
        TaskState.TaskGone or TaskState.TaskGoneByOperator => Condition.Gone,
        TaskState.TaskUnreachable => Condition.Unreachable,
        TaskState.TaskUnknown => Condition.Unknown,
        TaskState.TaskLost => OfLost(status),
        _ => Condition.Unknown,
    };

    /// <summary>
    /// TASK_LOST says several things; the reason tells which. Frameworks with PARTITION_AWARE, like this one, hardly see it.
    /// </summary>
    private static Condition OfLost(TaskStatus status) => !status.HasReason ? Condition.Dropped : status.Reason switch
    {
        TaskStatus.Types.Reason.Reconciliation or TaskStatus.Types.Reason.AgentDisconnected or TaskStatus.Types.Reason.AgentRemoved
            => Condition.Unreachable,
        TaskStatus.Types.Reason.TaskUnknown => Condition.Unknown,
        TaskStatus.Types.Reason.AgentRestarted or TaskStatus.Types.Reason.AgentUnknown or TaskStatus.Types.Reason.ContainerLaunchFailed
            or TaskStatus.Types.Reason.ExecutorTerminated or TaskStatus.Types.Reason.ExecutorUnregistered
            or TaskStatus.Types.Reason.AgentRemovedByOperator => Condition.Gone,
        _ => Condition.Dropped,
    };

    /// <summary>The name of a state in the API: <c>TASK_RUNNING</c>.</summary>
    public static string WireName(this TaskState state) => state switch
    {
        TaskState.TaskStaging => "TASK_STAGING",
        TaskState.TaskStarting => "TASK_STARTING",
        TaskState.TaskRunning => "TASK_RUNNING",
        TaskState.TaskKilling => "TASK_KILLING",
        TaskState.TaskFinished => "TASK_FINISHED",
        TaskState.TaskFailed => "TASK_FAILED",
        TaskState.TaskKilled => "TASK_KILLED",
        TaskState.TaskError => "TASK_ERROR",
        TaskState.TaskLost => "TASK_LOST",
        TaskState.TaskDropped => "TASK_DROPPED",
        TaskState.TaskUnreachable => "TASK_UNREACHABLE",
        TaskState.TaskGone => "TASK_GONE",
        TaskState.TaskGoneByOperator => "TASK_GONE_BY_OPERATOR",
        _ => "TASK_UNKNOWN",
    };

    public static bool TryParse(string name, out TaskState state)
    {
        foreach (var candidate in Enum.GetValues<TaskState>())
        {
            if (candidate.WireName() == name)
            {
                state = candidate;
                return true;
            }
        }
        state = TaskState.TaskUnknown;
        return false;
    }
}
