using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Tasks;

/// <summary>The containers of tasks that have one of their own.</summary>
internal sealed class TaskContainers(AgentContext context, TaskLife life, ResourceLedger ledger) : IContainerOwner
{
    public bool Owns(ContainerId container) => context.State.Find(container) is not null;

    public IEnumerable<ContainerSpec> Recoverable()
    {
        foreach (var task in context.State.Tasks.Values)
        {
            if (task.Ended)
            {
                task.Runtime.Phase = ContainerPhase.Ended;
                continue;
            }
            // A task of a removed framework uses its resources until it has ended; one of an identity given up is left out,
            // because the master already counts the machine as empty.
            if (!task.Silenced || task.Info.AgentId.Value == context.State.Id?.Value)
            {
                ledger.Restore(task);
            }
            if (task.SharesContainer)
            {
                continue;
            }
            yield return ContainerSpecs.Of(task, context.State.Frameworks[task.Key.Framework].Info, context.Settings);
        }
    }

    public ContainerSpec? SpecOf(ContainerId container) => context.State.Find(container) is { Ended: false } task
        ? ContainerSpecs.Of(task, context.State.Frameworks[task.Key.Framework].Info, context.Settings)
        : null;

    public void Started(AgentMessage.ContainerStarted started) => life.Started(Get(started.Container), started);

    public void LaunchFailed(AgentMessage.ContainerLaunchFailed failed) => life.LaunchFailed(Get(failed.Container), failed.Reason);

    public void NeverStarted(ContainerId container) => life.NeverStarted(Get(container));

    public void Exited(AgentMessage.ContainerExited exited) => life.Exited(Get(exited.Container), exited.Exit);

    private AgentTask Get(ContainerId container) => context.State.Find(container)!;
}
