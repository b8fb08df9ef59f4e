using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Executors;

/// <summary>
/// An executor's life from the start of its container to its end, and the times that it has for each step (API section 4).
///
/// <code>
///   admitted ─▶ starting ─▶ registering ─SUBSCRIBE─▶ running ─SHUTDOWN─▶ terminating ─exited─▶ over
///                  │             └─ 1 min, no SUBSCRIBE ─▶ killed             └─ grace over ─▶ killed
///                  └─ launch failed ─▶ over
/// </code>
///
/// After a restart of the agent a running one has 2 s to subscribe anew. It is over when its container is, and then its tasks are.
/// </summary>
internal sealed class ExecutorLife(AgentContext context, ExecutorTasks tasks, ResourceLedger ledger, ExecutorExits exits)
{
    /// <summary>Executors whose container could not be started, since the process started.</summary>
    public long LaunchErrors { get; private set; }

    /// <summary>Launches the container of one that was just admitted.</summary>
    public void Start(AgentExecutor executor)
    {
        executor.Runtime.Phase = ContainerPhase.Starting;
        context.Do(new LaunchContainer(SpecOf(executor)));
        AwaitSubscription(executor, context.Settings.ExecutorRegistrationTimeout);
    }

    public ContainerSpec SpecOf(AgentExecutor executor) =>
        ExecutorSpecs.Of(executor, context.State.Frameworks[executor.Key.Framework].Info, context.Settings);

    public void Started(AgentExecutor executor, int pid)
    {
        var runtime = executor.Runtime;
        if (runtime.Phase is not (ContainerPhase.Starting or ContainerPhase.Unknown))
        {
            return;
        }
        var adopted = runtime.Phase == ContainerPhase.Unknown;
        (runtime.Phase, runtime.Pid) = (ContainerPhase.Running, pid);
        // Tasks may have come and gone since the launch.
        UpdateLimits(executor);
        if (runtime.Termination is not null)
        {
            Kill(executor);
        }
        else if (executor.ShuttingDown)
        {
            ShutDown(executor);
        }
        else if (adopted && !runtime.Subscribed)
        {
            AwaitSubscription(executor, executor.Engaged
                ? context.Settings.ExecutorReregistrationTimeout : context.Settings.ExecutorRegistrationTimeout);
        }
    }

    public void NoteLaunchError() => LaunchErrors++;

    public void AwaitSubscription(AgentExecutor executor, TimeSpan patience)
    {
        executor.Runtime.Patience = patience;
        context.StartTimer(new AgentMessage.ExecutorSubscriptionOverdue(executor.Container), patience);
    }

    public void Subscribed(AgentExecutor executor) => context.CancelTimer(new AgentMessage.ExecutorSubscriptionOverdue(executor.Container));

    public void SubscriptionOverdue(ContainerId container)
    {
        if (context.State.Executors.Find(container) is not { Runtime.Subscribed: false, ShuttingDown: false } executor)
        {
            return;
        }
        var framework = context.State.Frameworks[executor.Key.Framework].Info;
        var termination = executor.Engaged || executor.Runtime.HasSubscribed
            ? ExecutorTermination.NotReregistered(framework, executor.Runtime.Patience)
            : ExecutorTermination.NotRegistered(executor.Runtime.Patience);
        Destroy(executor, termination);
    }

    /// <summary>The container may use what the executor and its live tasks were given together.</summary>
    public void UpdateLimits(AgentExecutor executor)
    {
        if (executor.Runtime.Phase == ContainerPhase.Running)
        {
            context.Do(new UpdateContainer(executor.Container, ExecutorSpecs.Limits(executor)));
        }
    }

    /// <summary>Asks the executor to end, and kills it when its grace period is over.</summary>
    public void ShutDown(AgentExecutor executor)
    {
        RecordShutdown(executor);
        if (executor.Runtime.ShutdownBegun)
        {
            return;
        }
        executor.Runtime.ShutdownBegun = true;
        if (executor.Runtime.Stream is { } stream)
        {
            context.Do(new ExecutorEffect.Send(stream, ExecutorEvents.Shutdown));
        }
        context.StartTimer(
            new AgentMessage.ExecutorGraceExpired(executor.Container),
            ExecutorEnvironment.Grace(executor.Info.ShutdownGracePeriod, context.Settings));
    }

    /// <summary>
    /// Kills the executor; its tasks' ends are called what <paramref name="termination"/> says. Those that it never had are over at once.
    /// </summary>
    public void Destroy(AgentExecutor executor, ExecutorTermination termination)
    {
        executor.Runtime.Termination ??= termination;
        RecordShutdown(executor);
        tasks.EndUndelivered(executor, termination);
        Kill(executor);
    }

    public void GraceExpired(ContainerId container)
    {
        if (context.State.Executors.Find(container) is { } executor)
        {
            Kill(executor);
        }
    }

    /// <summary>The container is gone, or never came to be.</summary>
    /// <param name="exit">Null when it never ran.</param>
    public void Over(AgentExecutor executor, ContainerExit? exit, ExecutorTermination termination)
    {
        if (executor.Runtime.Phase == ContainerPhase.Ended)
        {
            return;
        }
        executor.Runtime.Phase = ContainerPhase.Ended;
        executor.Runtime.Queue.Clear();
        Subscribed(executor);
        context.CancelTimer(new AgentMessage.ExecutorGraceExpired(executor.Container));
        foreach (var task in executor.LiveTasks.ToList())
        {
            tasks.End(task, executor.Runtime.Termination ?? termination);
        }
        context.Record(new ExecutorEnded
        {
            FrameworkId = executor.Key.Framework.ToProto(),
            ExecutorId = executor.Key.Executor.ToProto(),
            EndedNanoseconds = context.Now.UnixNanoseconds,
        });
        ledger.Release(executor);
        exits.Tell(executor, exit);
        context.Do(new ForgetContainer(executor.Container));
    }

    private void RecordShutdown(AgentExecutor executor)
    {
        if (!executor.ShuttingDown)
        {
            context.Record(new ExecutorShutdownRequested
            {
                FrameworkId = executor.Key.Framework.ToProto(), ExecutorId = executor.Key.Executor.ToProto(),
            });
        }
        Subscribed(executor);
    }

    /// <summary>Again and again: a container that is still starting hears nothing, and a process may hang in the kernel.</summary>
    private void Kill(AgentExecutor executor)
    {
        if (executor.Runtime.Phase == ContainerPhase.Starting)
        {
            context.Do(new CancelLaunch(executor.Container));
        }
        context.Do(new SignalContainer(executor.Container, ContainerSignal.Kill));
        context.StartTimer(new AgentMessage.ExecutorGraceExpired(executor.Container), context.Settings.KillRetry);
    }
}
