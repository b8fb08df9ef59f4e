using Offerbook.Actors;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Pods;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Recovery;

/// <summary>What holds of an agent between any two turns.</summary>
internal static class AgentInvariants
{
    public static void Check(AgentState state)
    {
        var live = 0;
        foreach (var (key, task) in state.Tasks)
        {
            Invariant.Check(key == task.Key, "a task is filed under its own key");
            Invariant.Check(task.SharesContainer || ReferenceEquals(state.Find(task.Container), task), "a container belongs to one task");
            Invariant.Check(state.Frameworks.ContainsKey(key.Framework), "the framework of a task is known");
            Invariant.Check(!task.Ended || task.Pending.Count > 0,
                "an ended task stays only while an update waits for its acknowledgement");
            Invariant.Check(!task.Silenced || task.Pending.Count == 0, "a silenced task has no updates");
            Invariant.Check(task.Pending.Count <= AgentTask.MaxPending + 4, "the updates that wait are bounded");
            Invariant.Check(task.Ended == (task.Runtime.Phase == ContainerPhase.Ended), "a task has ended exactly when its container has");
            Invariant.Check(StatesOnlyMoveForward(task), "a task's state only moves forward");
            live += task.Ended ? 0 : 1;
        }
        ExecutorInvariants.Check(state);
        PodInvariants.Check(state);
        Invariant.Check(live == state.LiveTasks, "the count of live tasks is right");
        foreach (var (id, framework) in state.Frameworks)
        {
            Invariant.Check(framework.LiveTasks == state.Tasks.Values.Count(task => task.Key.Framework == id),
                "the count of a framework's tasks is right");
        }
    }

    private static bool StatesOnlyMoveForward(AgentTask task)
    {
        var last = 0;
        foreach (var status in task.Statuses)
        {
            var rank = status.State.Rank();
            if (rank <= last)
            {
                return false;
            }
            last = rank;
        }
        return true;
    }
}
