using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Pods;

/// <summary>The holders of pods. The containers within them are their tasks'.</summary>
internal sealed class PodContainers(AgentContext context, PodLife life, ResourceLedger ledger) : IContainerOwner
{
    public bool Owns(ContainerId container) => Find(container) is not null;

    public IEnumerable<ContainerSpec> Recoverable()
    {
        foreach (var pod in context.State.Executors.Live.Where(executor => executor.Kind == ExecutorKind.Default).ToList())
        {
            // As for tasks: one of an identity given up is not accounted for, because the master already counts the machine as empty.
            if (pod.Sandbox.Agent == context.State.Id)
            {
                ledger.Restore(pod);
            }
            life.KillDoomedGroups(pod);
            yield return life.SpecOf(pod);
        }
    }

    public ContainerSpec? SpecOf(ContainerId container) => Find(container) is { } pod ? life.SpecOf(pod) : null;

    public void Started(AgentMessage.ContainerStarted started) => life.HolderStarted(Find(started.Container)!, started.Pid);

    public void LaunchFailed(AgentMessage.ContainerLaunchFailed failed) =>
        life.HolderEnded(Find(failed.Container)!, null, ExecutorTermination.LaunchFailed(failed.Reason));

    public void NeverStarted(ContainerId container)
    {
        var pod = Find(container)!;
        life.HolderEnded(pod, null, ExecutorTermination.NeverStarted(context.State.Frameworks[pod.Key.Framework].Info));
    }

    public void Exited(AgentMessage.ContainerExited exited) =>
        life.HolderEnded(Find(exited.Container)!, exited.Exit, ExecutorTermination.Of(exited.Exit));

    private AgentExecutor? Find(ContainerId container) =>
        context.State.Executors.Find(container) is { Kind: ExecutorKind.Default } pod ? pod : null;
}
