using Mesos.V1;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.StatusUpdates;
using Offerbook.Agent.Tasks;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Agent.Executors;

/// <summary>
/// The tasks that live in their executor's container.
///
/// <code>
///   LAUNCH ─▶ queued ─executor subscribed─▶ delivered ─updates of the executor─▶ … terminal
///                ├─ killed ─▶ KILLED            └─ the executor ended ─▶ FAILED | LOST | GONE
///                └─ the executor ended ─▶ FAILED
/// </code>
///
/// A task is sent to one life of its executor at most once: what was sent is never queued again.
/// </summary>
internal sealed class ExecutorTasks(AgentContext context, StatusMaker statuses, UpdateStreams updates, TaskKiller killer, TaskLife life)
{
    /// <summary>Statuses that were not believed, since the process started.</summary>
    public long Refused { get; private set; }

    /// <summary>Sends what waits, if the executor takes tasks.</summary>
    public void Deliver(AgentExecutor executor)
    {
        if (executor.Runtime.Stream is not { } stream || executor.ShuttingDown || executor.Runtime.Queue.Count == 0)
        {
            return;
        }
        if (!executor.Engaged)
        {
            context.Record(
                new ExecutorEngaged { FrameworkId = executor.Key.Framework.ToProto(), ExecutorId = executor.Key.Executor.ToProto() });
        }
        foreach (var launch in executor.Runtime.Queue)
        {
            context.Do(new ExecutorEffect.Send(stream, ExecutorEvents.Launch(launch)));
            foreach (var task in launch.Tasks)
            {
                task.Runtime.Phase = ContainerPhase.Running;
            }
        }
        executor.Runtime.Queue.Clear();
    }

    /// <summary>
    /// Passes a kill on to the executor, every time; a task that was not delivered is over at once, and its group with it.
    /// </summary>
    /// <param name="grace">Null when the kill does not say.</param>
    public void Kill(AgentTask task, KillCause cause, TimeSpan? grace)
    {
        if (task.Ended || context.State.Executors.Of(task) is not { } executor)
        {
            return;
        }
        var wanted = killer.GraceOf(task, grace);
        if (task.Kill?.Grace != wanted)
        {
            context.Record(new KillRequested
            {
                FrameworkId = task.Key.Framework.ToProto(),
                TaskId = task.Info.TaskId,
                Cause = cause,
                GraceNanoseconds = wanted.Ticks * TimeSpan.NanosecondsPerTick,
            });
        }
        if (executor.Runtime.Queue.FirstOrDefault(launch => launch.Tasks.Contains(task)) is { } waiting)
        {
            executor.Runtime.Queue.Remove(waiting);
            var why = waiting.IsGroup
                ? "A task within the task group was killed before delivery to the executor" : "Killed before delivery to the executor";
            foreach (var undelivered in waiting.Tasks)
            {
                End(undelivered, new ExecutorTermination(TaskState.TaskKilled, Reason.TaskKilledDuringLaunch, why));
            }
        }
        else if (executor.Runtime.Stream is { } stream)
        {
            context.Do(new ExecutorEffect.Send(stream,
                ExecutorEvents.Kill(task.Info.TaskId, grace is null && cause != KillCause.Drain ? null : wanted)));
        }
    }

    /// <summary>The executor may have missed what it was told while it had no stream.</summary>
    public void RepeatKills(AgentExecutor executor)
    {
        foreach (var task in executor.LiveTasks.Where(task => task.Kill is not null))
        {
            context.Do(new ExecutorEffect.Send(executor.Runtime.Stream!.Value,
                ExecutorEvents.Kill(task.Info.TaskId, task.Kill!.Value.Grace)));
        }
    }

    /// <summary>Ends what waits for delivery: none of it ever ran.</summary>
    public void EndUndelivered(AgentExecutor executor, ExecutorTermination termination)
    {
        var waiting = executor.Runtime.Queue.SelectMany(launch => launch.Tasks).ToList();
        executor.Runtime.Queue.Clear();
        foreach (var task in waiting)
        {
            End(task, termination);
        }
    }

    /// <summary>The agent itself says that a task is over.</summary>
    public void End(AgentTask task, ExecutorTermination termination) =>
        life.EndShared(task, statuses.Make(task, termination.State, Source.Agent, termination.Message, termination.Reason,
            limitation: termination.Limitation));

    /// <summary>Takes what an executor says of a task of its own, once.</summary>
    /// <returns>Whether the task has ended by it.</returns>
    public bool Report(AgentExecutor executor, TaskStatus reported)
    {
        var known = executor.Tasks.TryGetValue(Wire.Identity.TaskId.From(reported.TaskId), out var task);
        if (known && task!.Reported.Contains(reported.Uuid))
        {
            return false;
        }
        if (!known || !task!.SharesContainer || task.Ended || !MovesForward(task, reported.State))
        {
            Refused++;
            return false;
        }
        var status = statuses.Complete(task, reported, executor.Runtime.Pid);
        if (status.State.IsTerminal())
        {
            life.EndShared(task, status);
            return true;
        }
        if (!task.Silenced)
        {
            updates.Queue(task, status);
        }
        return false;
    }

    /// <summary>A task's state only moves forward: an executor that says otherwise is not believed.</summary>
    private static bool MovesForward(AgentTask task, TaskState state) => state.Rank() > task.State.Rank() || state == task.State;
}
