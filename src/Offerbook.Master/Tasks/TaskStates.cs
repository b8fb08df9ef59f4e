using Mesos.V1;

namespace Offerbook.Master.Tasks;

/// <summary>The order of task states. A task's recorded state only moves to a higher rank, and never leaves a terminal state.</summary>
internal static class TaskStates
{
    private const int TerminalRank = 4;

    public static bool IsTerminal(TaskState state) => Rank(state) == TerminalRank;

    /// <summary>Whether a task that was last recorded as <paramref name="from"/> may be recorded as <paramref name="to"/>.</summary>
    public static bool CanMove(TaskState from, TaskState to) => !IsTerminal(from) && Rank(to) >= Rank(from);

    /// <summary>States that only frameworks with PARTITION_AWARE know; the others are told TASK_LOST.</summary>
    public static TaskState ForFramework(TaskState state, bool partitionAware) =>
        !partitionAware && IsPartitionAware(state) ? TaskState.TaskLost : state;

    private static bool IsPartitionAware(TaskState state) => state is TaskState.TaskDropped or TaskState.TaskUnreachable
        or TaskState.TaskGone or TaskState.TaskGoneByOperator or TaskState.TaskUnknown;

    private static int Rank(TaskState state) => state switch
    {
        TaskState.TaskStaging => 0,
        TaskState.TaskStarting => 1,
        TaskState.TaskRunning => 2,
        TaskState.TaskKilling => 3,
        // Not a state of a task but of what is known about it; a task found again resumes from what its agent says.
        TaskState.TaskUnreachable or TaskState.TaskUnknown => 0,
        _ => TerminalRank,
    };
}
