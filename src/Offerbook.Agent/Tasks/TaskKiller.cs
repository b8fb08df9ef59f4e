using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.StatusUpdates;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Agent.Tasks;

/// <summary>
/// Kills: TASK_KILLING if the framework knows it, SIGTERM, SIGKILL when the grace period is over, again and again until the
/// container has ended. The grace period is that of the kill, else of an earlier kill, else of the task, else the default
/// (semantics 4.5). The wish is durable: a restarted agent begins again with SIGTERM and the whole grace period.
/// </summary>
internal sealed class TaskKiller(AgentContext context, StatusMaker statuses, UpdateStreams updates)
{
    /// <summary>More than any use, and far from where durations overflow.</summary>
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(365);

    /// <param name="grace">Null when the kill does not say.</param>
    public void Kill(AgentTask task, KillCause cause, TimeSpan? grace)
    {
        if (task.Ended)
        {
            return;
        }
        var first = task.Kill is null;
        var wanted = GraceOf(task, grace);
        if (first || wanted != task.Kill?.Grace)
        {
            context.Record(new KillRequested
            {
                FrameworkId = task.Key.Framework.ToProto(),
                TaskId = task.Info.TaskId,
                Cause = cause,
                GraceNanoseconds = wanted.Ticks * TimeSpan.NanosecondsPerTick,
            });
        }
        if (first)
        {
            Announce(task, cause);
        }
        if (task.Runtime.Phase == ContainerPhase.Running)
        {
            Proceed(task);
        }
        else if (first && task.Runtime.Phase == ContainerPhase.Starting)
        {
            // Whatever is being fetched for it is fetched in vain.
            context.Do(new CancelLaunch(task.Container));
        }
    }

    /// <summary>
    /// Sends SIGTERM to a running container that is to die, or brings SIGKILL forward if the grace period has become shorter.
    /// </summary>
    public void Proceed(AgentTask task)
    {
        if (task.Kill is not { } kill)
        {
            return;
        }
        var runtime = task.Runtime;
        if (runtime.TerminatedAt is not { } terminatedAt)
        {
            runtime.TerminatedAt = context.Now.Elapsed;
            runtime.KillDeadline = context.Now.Elapsed + kill.Grace;
            if (kill.Grace > TimeSpan.Zero)
            {
                context.Do(new SignalContainer(task.Container, ContainerSignal.Terminate));
            }
        }
        else if (terminatedAt + kill.Grace < runtime.KillDeadline)
        {
            runtime.KillDeadline = terminatedAt + kill.Grace;
        }
        else
        {
            return;
        }
        if (runtime.KillDeadline <= context.Now.Elapsed)
        {
            Force(task);
        }
        else
        {
            context.StartTimer(new AgentMessage.KillGraceExpired(task.Container), runtime.KillDeadline - context.Now.Elapsed);
        }
    }

    public void GraceExpired(ContainerId container)
    {
        if (context.State.Find(container) is not { Ended: false, Runtime.Phase: ContainerPhase.Running } task)
        {
            return;
        }
        if (task.Runtime.KillDeadline > context.Now.Elapsed)
        {
            // An older timer, set before the deadline moved.
            context.StartTimer(new AgentMessage.KillGraceExpired(container), task.Runtime.KillDeadline - context.Now.Elapsed);
            return;
        }
        Force(task);
    }

    public void Forget(AgentTask task)
    {
        if (task.Runtime.TerminatedAt is not null)
        {
            context.CancelTimer(new AgentMessage.KillGraceExpired(task.Container));
        }
    }

    /// <param name="grace">What the kill says, if anything.</param>
    public TimeSpan GraceOf(AgentTask task, TimeSpan? grace) =>
        WithinDrain(Bounded(grace) ?? task.Kill?.Grace ?? Bounded(OfPolicy(task.Info.KillPolicy)) ?? context.Settings.DefaultKillGrace);

    public static TimeSpan? OfPolicy(KillPolicy? policy) =>
        policy?.GracePeriod is { } period ? TimeSpan.FromTicks(period.Nanoseconds / TimeSpan.NanosecondsPerTick) : null;

    private void Force(AgentTask task)
    {
        context.Do(new SignalContainer(task.Container, ContainerSignal.Kill));
        context.StartTimer(new AgentMessage.KillGraceExpired(task.Container), context.Settings.KillRetry);
    }

    private void Announce(AgentTask task, KillCause cause)
    {
        if (task.Silenced || !context.State.Frameworks[task.Key.Framework].Info.Has(Capability.TaskKillingState))
        {
            return;
        }
        TaskStatus.Types.Reason? reason = cause == KillCause.CompletionTime ? TaskStatus.Types.Reason.MaxCompletionTimeReached : null;
        bool? healthy = cause == KillCause.Health ? false : null;
        updates.Queue(task, statuses.Make(task, TaskState.TaskKilling, Source.Executor, null, reason, healthy));
    }

    /// <summary>On a draining agent no task gets more than the operator allows.</summary>
    private TimeSpan WithinDrain(TimeSpan grace) =>
        context.State.Drain?.Config.MaxGracePeriod is { } most
            && Bounded(TimeSpan.FromTicks(most.Nanoseconds / TimeSpan.NanosecondsPerTick)) is { } bound && bound < grace
            ? bound
            : grace;

    private static TimeSpan? Bounded(TimeSpan? grace) =>
        grace is not { } given ? null : given < TimeSpan.Zero ? TimeSpan.Zero : given > LongestGrace ? LongestGrace : given;
}
