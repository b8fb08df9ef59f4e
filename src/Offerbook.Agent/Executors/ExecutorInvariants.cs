using Offerbook.Actors;
using Offerbook.Agent.Recovery;

namespace Offerbook.Agent.Executors;

/// <summary>What holds of an agent's executors between any two turns.</summary>
internal static class ExecutorInvariants
{
    public static void Check(AgentState state)
    {
        foreach (var executor in state.Executors.Live)
        {
            Invariant.Check(ReferenceEquals(state.Executors.Find(executor.Container), executor), "a container belongs to one executor");
            Invariant.Check(state.Frameworks.ContainsKey(executor.Key.Framework), "the framework of an executor is known");
            Invariant.Check(!executor.Silenced || executor.ShuttingDown, "an executor of nobody is to end");
            foreach (var (id, task) in executor.Tasks)
            {
                Invariant.Check(ReferenceEquals(state.Find(task.Key), task) && task.Key.Task == id,
                    "an executor's task is the agent's task");
                Invariant.Check(task.Container.Root == executor.Container, "a task's container is its executor's or lies in it");
            }
        }
        foreach (var (id, framework) in state.Frameworks)
        {
            Invariant.Check(framework.LiveExecutors == state.Executors.Of(id).Count, "the count of a framework's executors is right");
        }
        foreach (var task in state.Tasks.Values)
        {
            Invariant.Check(task.Ended || !task.HasExecutor || state.Executors.Of(task) is not null, "a live task has its executor");
        }
    }
}
