using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.StatusUpdates;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Agent.Tasks;

/// <summary>
/// A task's life on the agent.
///
/// <code>
///   LAUNCH ─▶ STAGING ─▶ STARTING ─started─▶ RUNNING ─▶ (KILLING) ─exited─▶ FINISHED | FAILED | KILLED
///                │           ├─ launch failed ─▶ FAILED
///                │           └─ agent restarted before the start ─▶ DROPPED or LOST
///                └─ refused ─▶ ERROR | FAILED
/// </code>
///
/// The admission is durable before the container starts, and a container that had not started when the agent died never will:
/// a task runs at most once. An end is durable before the container's traces on disk are dropped: it is reported at least once.
/// </summary>
internal sealed class TaskLife(AgentContext context, StatusMaker statuses, UpdateStreams updates, TaskKiller killer, TaskChecks checks,
    ResourceLedger ledger)
{
    private long _finished;
    private long _failed;
    private long _killed;
    private long _lost;
    private long _gone;
    private long _launchErrors;
    private long _commandsEnded;

    /// <summary>Told of every task that ends, when its end is recorded.</summary>
    public Action<AgentTask>? Ended { get; set; }

    public AgentCounters Counters => new(_finished, _failed, _killed, _lost, _gone, _launchErrors, 0, 0) { CommandsEnded = _commandsEnded };

    /// <summary>Admits a task and starts its container. The key is new.</summary>
    public void Launch(FrameworkInfo framework, TaskInfo info, LaunchRefusal? refusal)
    {
        var key = new TaskKey(Wire.Identity.FrameworkId.From(framework.Id), Wire.Identity.TaskId.From(info.TaskId));
        Know(framework);
        context.Record(new TaskAdmitted
        {
            FrameworkId = framework.Id,
            Task = info,
            ContainerId = context.Random.NextGuid().ToString(),
            AdmittedNanoseconds = context.Now.UnixNanoseconds,
        });
        var task = context.State.Tasks[key];
        refusal ??= LaunchChecks.Examine(info) ?? ledger.Reserve(task);
        if (refusal is not null)
        {
            _launchErrors++;
            End(task, new Ending(refusal.State, Source.Agent, refusal.Message, refusal.Reason, null), hadContainer: false);
            return;
        }
        Start(task);
    }

    /// <summary>Starts the container of a task that was admitted.</summary>
    public void Start(AgentTask task)
    {
        task.Runtime.Phase = ContainerPhase.Starting;
        updates.Queue(task, statuses.Make(task, TaskState.TaskStarting, Source.Executor));
        context.Do(new LaunchContainer(ContainerSpecs.Of(task, context.State.Frameworks[task.Key.Framework].Info, context.Settings)));
        WatchCompletionTime(task);
    }

    public void Know(FrameworkInfo framework)
    {
        if (!context.State.Frameworks.TryGetValue(Wire.Identity.FrameworkId.From(framework.Id), out var known)
            || !known.Info.Equals(framework))
        {
            context.Record(new FrameworkKnown { FrameworkInfo = framework });
        }
    }

    public void NoteLaunchError() => _launchErrors++;

    /// <summary>Ends a task that lives in its executor's container, or whose own was never launched.</summary>
    public void EndShared(AgentTask task, TaskStatus status) => End(task, status, hadContainer: false);

    public void Started(AgentTask task, AgentMessage.ContainerStarted started)
    {
        if (task.Runtime.Phase is not (ContainerPhase.Starting or ContainerPhase.Unknown))
        {
            return;
        }
        var adopted = task.Runtime.Phase == ContainerPhase.Unknown;
        task.Runtime.Phase = ContainerPhase.Running;
        if (!task.Silenced && task.State is TaskState.TaskStaging or TaskState.TaskStarting)
        {
            updates.Queue(task, statuses.Make(task, TaskState.TaskRunning, Source.Executor, started: started));
        }
        if (adopted)
        {
            WatchCompletionTime(task);
        }
        if (task.Silenced)
        {
            // Its framework went away; the agent may have died before the kill was written down.
            killer.Kill(task, KillCause.Shutdown, null);
        }
        else if (task.Kill is null)
        {
            checks.Start(task);
        }
        killer.Proceed(task);
    }

    public void LaunchFailed(AgentTask task, string why)
    {
        if (task.Runtime.Phase is not (ContainerPhase.Starting or ContainerPhase.Unknown))
        {
            return;
        }
        _launchErrors++;
        End(task, NeverRan(task, new Ending(TaskState.TaskFailed, Source.Agent, why, Reason.ContainerLaunchFailed, null)));
    }

    /// <summary>The container had not begun when the agent died. It is not started now: the framework decides.</summary>
    public void NeverStarted(AgentTask task)
    {
        if (task.Runtime.Phase != ContainerPhase.Unknown)
        {
            return;
        }
        var dropped = context.State.Frameworks[task.Key.Framework].Info.Dropped();
        var ending = new Ending(dropped, Source.Agent, "Task launched during agent restart", Reason.AgentRestarted, null);
        // That its group is killed is only because the rest of it never started either.
        End(task, task.Kill is { Cause: KillCause.Group } ? ending : NeverRan(task, ending));
    }

    public void Exited(AgentTask task, ContainerExit exit)
    {
        if (task.Runtime.Phase != ContainerPhase.Ended)
        {
            End(task, task.Runtime.Overruling ?? Ending.Of(exit, task.Kill));
        }
    }

    public void CompletionTimeReached(ContainerId container)
    {
        if (context.State.Find(container) is not { Ended: false } task)
        {
            return;
        }
        if (Remaining(task) > TimeSpan.Zero)
        {
            WatchCompletionTime(task);
            return;
        }
        checks.Stop(task);
        killer.Kill(task, KillCause.CompletionTime, null);
    }

    private static Ending NeverRan(AgentTask task, Ending otherwise) => task.Kill is null or { Cause: KillCause.Executor }
        ? task.Runtime.Overruling ?? otherwise
        : new Ending(TaskState.TaskKilled, Source.Agent, "Task killed before it was started", Reason.TaskKilledDuringLaunch, null);

    private void End(AgentTask task, Ending ending, bool hadContainer = true) =>
        End(task, statuses.Make(task, ending.State, ending.Source, ending.Message, ending.Reason, ending.Healthy,
            limitation: ending.Limitation), hadContainer);

    private void End(AgentTask task, TaskStatus status, bool hadContainer)
    {
        Invariant.Check(!task.Ended, "a task ends once");
        checks.Stop(task);
        killer.Forget(task);
        ledger.Release(task);
        if (task.Info.MaxCompletionTime is not null)
        {
            context.CancelTimer(new AgentMessage.CompletionTimeReached(task.Container));
        }
        task.Runtime.Phase = ContainerPhase.Ended;
        if (task.Silenced)
        {
            context.Record(new TaskEndedSilently
            {
                FrameworkId = task.Key.Framework.ToProto(), TaskId = task.Info.TaskId, EndedNanoseconds = context.Now.UnixNanoseconds,
            });
            TellRelease(task);
        }
        else
        {
            updates.Queue(task, status);
        }
        Count(task.Silenced ? TaskState.TaskKilled : status.State);
        if (hadContainer)
        {
            context.Do(new ForgetContainer(task.Container));
            _commandsEnded += task.HasExecutor ? 0 : 1;
        }
        Ended?.Invoke(task);
    }

    private void WatchCompletionTime(AgentTask task)
    {
        if (task.Info.MaxCompletionTime is not null)
        {
            context.StartTimer(new AgentMessage.CompletionTimeReached(task.Container), Remaining(task));
        }
    }

    /// <summary>By the wall clock, because it counts from the launch, which may lie before a restart.</summary>
    private TimeSpan Remaining(AgentTask task)
    {
        var passed = context.Now.UnixNanoseconds - task.AdmittedNanoseconds;
        var left = Math.Max(0, task.Info.MaxCompletionTime.Nanoseconds) - passed;
        return TimeSpan.FromTicks(left / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>
    /// The framework is over, but the master still holds the resources of what runs here. A task of an identity that this agent
    /// has given up is none of the master's: it forgot them with the agent.
    /// </summary>
    private void TellRelease(AgentTask task)
    {
        if (task.Info.AgentId.Value == context.State.Id?.Value)
        {
            updates.QueueUnknown(task.Key, statuses.Unknown(
                task.Info.TaskId, TaskState.TaskKilled, "Framework shut down", Reason.FrameworkRemoved));
        }
    }

    private void Count(TaskState state)
    {
        switch (state)
        {
            case TaskState.TaskFinished:
                _finished++;
                break;
            case TaskState.TaskKilled:
                _killed++;
                break;
            case TaskState.TaskLost or TaskState.TaskDropped:
                _lost++;
                break;
            case TaskState.TaskGone:
                _gone++;
                break;
            default:
                _failed++;
                break;
        }
    }
}
