using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Pods;

/// <summary>What holds of an agent's pods between any two turns.</summary>
internal static class PodInvariants
{
    public static void Check(AgentState state)
    {
        foreach (var pod in state.Executors.Live.Where(executor => executor.Kind == ExecutorKind.Default))
        {
            var live = pod.LiveTasks.ToList();
            Invariant.Check(pod.ShuttingDown || live.Count > 0 || pod.Runtime.Phase == ContainerPhase.Unknown,
                "a pod without a task that lives is to end");
            Invariant.Check(pod.Runtime.Phase != ContainerPhase.Ended || live.Count > 0,
                "a pod whose holder has ended waits for its last task");
            Invariant.Check(pod.Runtime.Phase == ContainerPhase.Starting || pod.Runtime.Queue.Count == 0,
                "groups wait only for their holder to start");
            foreach (var task in pod.Tasks.Values.Where(task => task is { InPod: true, Ended: true } && task.State != TaskState.TaskFinished))
            {
                Invariant.Check(live.TrueForAll(other => other.Group != task.Group || other.Kill is not null),
                    "a group of which a task has failed is to end");
            }
        }
    }
}
