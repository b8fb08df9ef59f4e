using Mesos.V1;

namespace Offerbook.Agent.Tasks;

internal static class TaskStates
{
    public static bool IsTerminal(this TaskState state) => state is
        TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled or TaskState.TaskError or TaskState.TaskLost
        or TaskState.TaskDropped or TaskState.TaskGone or TaskState.TaskGoneByOperator;

    /// <summary>How far along a task's life the state is: updates only go up. States that an agent never gives a task are 0.</summary>
    public static int Rank(this TaskState state) => state switch
    {
        TaskState.TaskStarting => 1,
        TaskState.TaskRunning => 2,
        TaskState.TaskKilling => 3,
        _ => state.IsTerminal() ? 4 : 0,
    };

    public static bool Has(this FrameworkInfo framework, FrameworkInfo.Types.Capability.Types.Type capability)
    {
        foreach (var held in framework.Capabilities)
        {
            if (held.Type == capability)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>TASK_GONE, or TASK_LOST for a framework that does not know the finer states.</summary>
    public static TaskState Gone(this FrameworkInfo framework) =>
        framework.Has(FrameworkInfo.Types.Capability.Types.Type.PartitionAware) ? TaskState.TaskGone : TaskState.TaskLost;

    /// <summary>TASK_DROPPED, or TASK_LOST for a framework that does not know the finer states.</summary>
    public static TaskState Dropped(this FrameworkInfo framework) =>
        framework.Has(FrameworkInfo.Types.Capability.Types.Type.PartitionAware) ? TaskState.TaskDropped : TaskState.TaskLost;
}
