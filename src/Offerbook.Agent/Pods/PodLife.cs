using Mesos.V1;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.StatusUpdates;
using Offerbook.Agent.Tasks;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Agent.Pods;

/// <summary>
/// A pod's life. It begins and ends with its holder, the container around those of its tasks (semantics 4.7).
///
/// <code>
///   admitted ─▶ holder starting ─▶ holder running ─▶ tasks of each group start … the last task has ended ─▶ holder killed ─▶ over
///                  │                     │               └─ one ends and not FINISHED ─▶ the rest of its group is killed
///                  │                     └─ holder ends by itself ─▶ all tasks killed: FAILED ─▶ over
///                  └─ launch failed ─▶ all tasks FAILED ─▶ over
/// </code>
///
/// Invariants: a task starts only in a holder that runs; a group starts as a whole or not at all; of a group of which a task has
/// failed or was killed, every other is to die; the end of a pod is recorded after that of its last task.
/// </summary>
internal sealed class PodLife(
    AgentContext context, TaskLife life, TaskKiller killer, TaskChecks checks, StatusMaker statuses, ResourceLedger ledger,
    ExecutorExits exits)
{
    private const string KilledBeforeDelivery = "A task within the task group was killed before delivery to the executor";

    public ContainerSpec SpecOf(AgentExecutor pod) =>
        PodSpecs.Holder(pod, context.State.Frameworks[pod.Key.Framework].Info, context.Settings);

    /// <summary>Starts an admitted group, as soon as the holder runs.</summary>
    public void Launch(AgentExecutor pod, QueuedLaunch group, bool isNew)
    {
        pod.Runtime.Queue.AddLast(group);
        if (isNew)
        {
            pod.Runtime.Phase = ContainerPhase.Starting;
            context.Do(new LaunchContainer(SpecOf(pod)));
        }
        else if (pod.Runtime.Phase == ContainerPhase.Running)
        {
            UpdateLimits(pod);
            StartQueued(pod);
        }
    }

    public void HolderStarted(AgentExecutor pod, int pid)
    {
        if (pod.Runtime.Phase is not (ContainerPhase.Starting or ContainerPhase.Unknown))
        {
            return;
        }
        (pod.Runtime.Phase, pod.Runtime.Pid) = (ContainerPhase.Running, pid);
        if (!pod.LiveTasks.Any())
        {
            End(pod);
            return;
        }
        // Groups may have come and gone since the launch.
        UpdateLimits(pod);
        StartQueued(pod);
        if (pod.ShuttingDown)
        {
            AwaitEnd(pod);
        }
    }

    /// <summary>The holder is gone, or never came to be: nothing of the pod is to be left.</summary>
    /// <param name="exit">Null when it never ran.</param>
    public void HolderEnded(AgentExecutor pod, ContainerExit? exit, ExecutorTermination termination)
    {
        var runtime = pod.Runtime;
        if (runtime.Phase == ContainerPhase.Ended)
        {
            return;
        }
        runtime.Phase = ContainerPhase.Ended;
        context.CancelTimer(new AgentMessage.ExecutorGraceExpired(pod.Container));
        var live = pod.LiveTasks.ToList();
        if (live.Count == 0)
        {
            // It has ended because the agent ended it, and in order.
            Conclude(pod, new ContainerExit.Exited(0));
            return;
        }
        runtime.Exit = exit;
        RecordShutdown(pod);
        foreach (var group in TakeQueued(pod))
        {
            EndUnlaunched(group, termination);
        }
        foreach (var task in live.Where(task => !task.Ended))
        {
            if (task.Kill is null or { Cause: KillCause.Executor })
            {
                task.Runtime.Overruling = new Ending(termination.State, Source.Agent, termination.Message, termination.Reason, null)
                {
                    Limitation = termination.Limitation,
                };
            }
            Kill(task, KillCause.Executor, TimeSpan.Zero);
        }
    }

    /// <summary>Kills a task. Of a group that has not started the whole is over at once.</summary>
    /// <param name="grace">Null when the kill does not say.</param>
    public void Kill(AgentTask task, KillCause cause, TimeSpan? grace)
    {
        if (task.Ended || task.Runtime.Phase == ContainerPhase.Ended || context.State.Executors.Of(task) is not { } pod)
        {
            return;
        }
        if (pod.Runtime.Queue.FirstOrDefault(group => group.Tasks.Contains(task)) is { } waiting)
        {
            pod.Runtime.Queue.Remove(waiting);
            EndUnlaunched(waiting, new ExecutorTermination(TaskState.TaskKilled, Reason.TaskKilledDuringLaunch, KilledBeforeDelivery));
            return;
        }
        checks.Stop(task);
        killer.Kill(task, cause, grace);
    }

    /// <summary>
    /// Kills all tasks and takes no more. What is still there when the executor's grace period is over is killed with the holder.
    /// </summary>
    public void ShutDown(AgentExecutor pod, KillCause cause)
    {
        RecordShutdown(pod);
        foreach (var task in pod.LiveTasks.ToList())
        {
            Kill(task, cause, null);
        }
        if (pod.LiveTasks.Any())
        {
            AwaitEnd(pod);
        }
    }

    /// <summary>A task has ended, for whatever reason.</summary>
    public void TaskEnded(AgentTask task)
    {
        if (!task.InPod || context.State.Executors.Find(task.ExecutorKey) is not { } pod || pod.Container != task.Container.Parent)
        {
            return;
        }
        if (task.State != TaskState.TaskFinished)
        {
            KillGroup(pod, task.Group);
        }
        if (pod.LiveTasks.Any())
        {
            UpdateLimits(pod);
        }
        else if (pod.Runtime.Phase == ContainerPhase.Ended)
        {
            Conclude(pod, pod.Runtime.Exit);
        }
        else
        {
            End(pod);
        }
    }

    /// <summary>After a restart: kills what is left of groups whose end was not carried through.</summary>
    public void KillDoomedGroups(AgentExecutor pod)
    {
        var doomed = pod.Tasks.Values.Where(task => task is { InPod: true, Ended: true } && task.State != TaskState.TaskFinished)
            .Select(task => task.Group).Distinct().ToList();
        doomed.ForEach(group => KillGroup(pod, group));
    }

    private void KillGroup(AgentExecutor pod, long? group)
    {
        foreach (var task in pod.LiveTasks.Where(task => task.Group == group && task.Kill is null).ToList())
        {
            Kill(task, KillCause.Group, null);
        }
    }

    private void StartQueued(AgentExecutor pod)
    {
        foreach (var group in TakeQueued(pod))
        {
            foreach (var task in group.Tasks)
            {
                life.Start(task);
            }
        }
    }

    private static List<QueuedLaunch> TakeQueued(AgentExecutor pod)
    {
        var taken = pod.Runtime.Queue.ToList();
        pod.Runtime.Queue.Clear();
        return taken;
    }

    private void EndUnlaunched(QueuedLaunch group, ExecutorTermination termination)
    {
        foreach (var task in group.Tasks)
        {
            // The end of one is not to kill the others.
            task.Runtime.Phase = ContainerPhase.Ended;
        }
        foreach (var task in group.Tasks)
        {
            life.EndShared(task, statuses.Make(task, termination.State, Source.Agent, termination.Message, termination.Reason,
                limitation: termination.Limitation));
        }
    }

    /// <summary>The holder may use what the executor and its live tasks were given together.</summary>
    private void UpdateLimits(AgentExecutor pod)
    {
        if (pod.Runtime.Phase == ContainerPhase.Running)
        {
            context.Do(new UpdateContainer(pod.Container, ExecutorSpecs.Limits(pod)));
        }
    }

    /// <summary>Nothing is left to hold. One that is still starting hears nothing: it is ended when it has started.</summary>
    private void End(AgentExecutor pod)
    {
        RecordShutdown(pod);
        switch (pod.Runtime.Phase)
        {
            case ContainerPhase.Starting:
                context.Do(new CancelLaunch(pod.Container));
                break;
            case ContainerPhase.Running:
                context.Do(new SignalContainer(pod.Container, ContainerSignal.Kill));
                context.StartTimer(new AgentMessage.ExecutorGraceExpired(pod.Container), context.Settings.KillRetry);
                break;
        }
    }

    private void Conclude(AgentExecutor pod, ContainerExit? exit)
    {
        context.Record(new ExecutorEnded
        {
            FrameworkId = pod.Key.Framework.ToProto(),
            ExecutorId = pod.Key.Executor.ToProto(),
            EndedNanoseconds = context.Now.UnixNanoseconds,
        });
        ledger.Release(pod);
        exits.Tell(pod, exit);
        context.Do(new ForgetContainer(pod.Container));
    }

    private void RecordShutdown(AgentExecutor pod)
    {
        if (!pod.ShuttingDown)
        {
            context.Record(
                new ExecutorShutdownRequested { FrameworkId = pod.Key.Framework.ToProto(), ExecutorId = pod.Key.Executor.ToProto() });
        }
    }

    private void AwaitEnd(AgentExecutor pod) => context.StartTimer(
        new AgentMessage.ExecutorGraceExpired(pod.Container), ExecutorEnvironment.Grace(pod.Info.ShutdownGracePeriod, context.Settings));
}
