using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Executors;

/// <summary>The containers of executors that are programs of frameworks.</summary>
internal sealed class ExecutorContainers(AgentContext context, ExecutorLife life, ExecutorCalls calls, ExecutorTasks tasks,
    ResourceLedger ledger) : IContainerOwner
{
    public bool Owns(ContainerId container) => context.State.Executors.Find(container) is { Kind: ExecutorKind.Custom };

    public IEnumerable<ContainerSpec> Recoverable()
    {
        EndOrphans();
        foreach (var executor in context.State.Executors.Live.Where(executor => executor.Kind == ExecutorKind.Custom).ToList())
        {
            // As for tasks: one of an identity given up is not accounted for, because the master already counts the machine as empty.
            if (executor.Sandbox.Agent == context.State.Id)
            {
                ledger.Restore(executor);
            }
            Resume(executor);
            yield return life.SpecOf(executor);
        }
    }

    public ContainerSpec? SpecOf(ContainerId container) =>
        context.State.Executors.Find(container) is { Kind: ExecutorKind.Custom } executor ? life.SpecOf(executor) : null;

    public void Started(AgentMessage.ContainerStarted started) => life.Started(Get(started.Container), started.Pid);

    public void LaunchFailed(AgentMessage.ContainerLaunchFailed failed)
    {
        life.NoteLaunchError();
        Over(Get(failed.Container), null, ExecutorTermination.LaunchFailed(failed.Reason));
    }

    public void NeverStarted(ContainerId container)
    {
        var executor = Get(container);
        Over(executor, null, ExecutorTermination.NeverStarted(context.State.Frameworks[executor.Key.Framework].Info));
    }

    public void Exited(AgentMessage.ContainerExited exited) =>
        Over(Get(exited.Container), exited.Exit, ExecutorTermination.Of(exited.Exit));

    private void Over(AgentExecutor executor, ContainerExit? exit, ExecutorTermination termination)
    {
        calls.Close(executor);
        life.Over(executor, exit, termination);
    }

    private AgentExecutor Get(ContainerId container) => context.State.Executors.Find(container)!;

    /// <summary>
    /// Before the first task was sent, all still wait to be. Afterwards nobody knows which arrived, until the executor says so:
    /// those count as sent.
    /// </summary>
    private void Resume(AgentExecutor executor)
    {
        var framework = context.State.Frameworks[executor.Key.Framework].Info;
        if (!framework.Checkpoint)
        {
            executor.Runtime.Termination = ExecutorTermination.NotCheckpointed(framework);
            if (!executor.ShuttingDown)
            {
                context.Record(new ExecutorShutdownRequested { FrameworkId = framework.Id, ExecutorId = executor.Key.Executor.ToProto() });
            }
        }
        var live = executor.LiveTasks.ToList();
        foreach (var task in live)
        {
            task.Runtime.Phase = executor.Engaged ? ContainerPhase.Running : ContainerPhase.Starting;
        }
        if (executor.Engaged)
        {
            return;
        }
        foreach (var launch in live.GroupBy(task => (task.AdmittedNanoseconds, task.Group)).OrderBy(launch => launch.Key))
        {
            if (launch.Key.Group is not null)
            {
                executor.Runtime.Queue.AddLast(new QueuedLaunch([.. launch], IsGroup: true));
                continue;
            }
            foreach (var task in launch)
            {
                executor.Runtime.Queue.AddLast(new QueuedLaunch([task], IsGroup: false));
            }
        }
    }

    /// <summary>A refused launch whose end did not become durable: the task has no executor and never will.</summary>
    private void EndOrphans()
    {
        foreach (var task in context.State.Tasks.Values.Where(task => task is { HasExecutor: true, SharesContainer: true, Ended: false }).ToList())
        {
            if (context.State.Executors.Of(task) is null)
            {
                tasks.End(task, new ExecutorTermination(
                    context.State.Frameworks[task.Key.Framework].Info.Dropped(), Reason.AgentRestarted,
                    "Task launched during agent restart"));
            }
        }
    }
}
