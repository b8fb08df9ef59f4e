using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Events;
using Offerbook.Apps.Health;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Instances;

/// <summary>
/// Takes task statuses, updates and answers to reconciliation alike. The acknowledgement waits for the journal like every effect.
/// A task that is not the newest of an existing instance is no longer wanted: if it may run it is killed.
/// </summary>
internal sealed class TaskUpdates(SubscriptionKeeper master)
{
    public void Take(Turn turn, TaskStatus status)
    {
        if (!InstanceId.TryParseTask(status.TaskId.Value, out var id, out var container, out var incarnation)
            || turn.State.Instances.Find(id) is not { IsActive: true } instance || instance.Incarnation != incarnation
            || !instance.HasTask(container))
        {
            TakeUnknown(turn, status, id);
        }
        else
        {
            Update(turn, instance, container, status);
        }
        master.Acknowledge(status, turn.Out);
    }

    private void TakeUnknown(Turn turn, TaskStatus status, InstanceId id)
    {
        var condition = TaskConditions.Of(status);
        if (condition.IsActive() && !condition.IsUnreachable())
        {
            if (condition != Condition.Killing)
            {
                master.Kill(TaskId.From(status.TaskId), status.AgentId is null ? null : AgentId.From(status.AgentId), null, turn.Out);
            }
        }
        else if (condition.IsTerminal() && condition != Condition.Unknown && InstanceId.TryParse(id.Value, out _)
            && turn.State.Instances.Find(id) is null)
        {
            turn.Publish(AppsEvents.UnknownInstanceTerminated(id, condition));
        }
    }

    private static void Update(Turn turn, Instance before, string container, TaskStatus status)
    {
        var app = turn.State.DefinitionOf(before);
        var after = app is PodDefinition
            ? PodTransition.Apply(before, container, status, turn.Time)
            : InstanceTransition.Apply(before, status, turn.Time);
        if (after.Condition == Condition.Gone && status.State == TaskState.TaskGoneByOperator)
        {
            // Nothing on that agent will ever be there again.
            after = after with { Reservation = null };
        }
        else if (after.Reservation is { IsUsed: false } held && HasBegun(status.State))
        {
            after = after with { Reservation = held with { IsUsed = true } };
        }
        if (after == before)
        {
            return;
        }
        turn.Publish(AppsEvents.StatusUpdate(after, status.TaskId.Value, status.State.WireName(), Message(status)));
        turn.Store(before, after);
        HealthEvents.TellOfChange(turn, app, before, after);
        KeepDelay(turn, app, before, after, status);
        if (IsFailure(status.State))
        {
            turn.Apply(new Change.TaskFailed(new TaskFailure(after.App, status.TaskId.Value, status.State.WireName(), Message(status),
                after.Placement?.Host ?? "", after.Placement?.Agent.Value, after.Version, turn.Time)));
        }

        if (after.Condition.IsTerminal())
        {
            EndTask(turn, after);
        }
        else if (after.Condition == Condition.Unreachable && IsGivenUp(app, after))
        {
            turn.Apply(new Change.InstanceExpunged(after.Id));
        }
    }

    /// <summary>
    /// What only a task that was started can come to; others may never have reached their agent, nor what was reserved for them there.
    /// </summary>
    private static bool HasBegun(TaskState state) =>
        state is TaskState.TaskStarting or TaskState.TaskRunning or TaskState.TaskKilling
            or TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled;

    /// <summary>The task is over; the instance goes too, or waits for its next launch.</summary>
    public static void EndTask(Turn turn, Instance ended)
    {
        if ((ended.Goal == Goal.Running && !HasLostItsAgent(ended)) || (ended.Goal == Goal.Stopped && ended.Reservation is not null))
        {
            // The change of condition is not told: the next that clients hear is Provisioned, with a new task id.
            var next = InstanceTransition.Reschedule(ended, turn.Time);
            if (HasDoneItsWork(turn.State.DefinitionOf(ended), ended))
            {
                turn.Apply(new Change.InstanceStored(next with { Condition = Condition.Finished, StartedAt = ended.StartedAt }));
                return;
            }
            // With the same configuration it is launched as the app is now: scaled, or with other metadata.
            var present = turn.State.Root.FindSpec(ended.App);
            var isCurrent = present?.VersionInfo.LastConfigChangeAt == turn.State.DefinitionOf(ended).VersionInfo.LastConfigChangeAt;
            turn.Apply(new Change.InstanceStored(isCurrent ? next with { Version = present!.Version } : next));
        }
        else
        {
            turn.Apply(new Change.InstanceExpunged(ended.Id));
        }
    }

    /// <summary>A daemon's instance runs on its agent or not at all; another agent gets one of its own.</summary>
    private static bool HasLostItsAgent(Instance ended) => ended is { Agent: not null, Condition: Condition.Gone };

    private static bool HasDoneItsWork(RunSpec app, Instance ended) =>
        app is AppDefinition { RunOnce: true } && ended is { Goal: Goal.Running, Condition: Condition.Finished };

    /// <summary>Nobody waits for an instance that is out of reach when it is not wanted, or when the app allows it no time.</summary>
    private static bool IsGivenUp(RunSpec app, Instance instance) =>
        (instance.Goal != Goal.Running && (instance.Reservation is null || instance.Goal == Goal.Decommissioned))
        || app.UnreachableStrategy is UnreachableStrategy.Enabled { InactiveAfterSeconds: 0, ExpungeAfterSeconds: 0 };

    private static void KeepDelay(Turn turn, RunSpec app, Instance before, Instance after, TaskStatus status)
    {
        if (IsBeingReplaced(turn, app))
        {
            return;
        }
        // The back-off may have been changed in place.
        app = turn.State.Root.FindSpec(app.Id) is { } present
            && present.VersionInfo.LastConfigChangeAt == app.VersionInfo.LastConfigChangeAt ? present : app;
        var delay = turn.State.Delays.GetValueOrDefault(app.Id);
        if (after.Condition.CountsAsFailure() && !HasDoneItsWork(app, after) && after.Goal == Goal.Running && !before.KillRequested
            && !IsDraining(status))
        {
            var last = delay?.IsForgotten(app, turn.Time) == true ? null : delay;
            turn.Apply(new Change.DelayChanged(app.Id, LaunchDelay.AfterFailure(last, app, turn.Time)));
            DeploymentLimits.CountFailure(turn, after);
        }
        else if (delay is not null && after.Condition is Condition.Staging or Condition.Starting or Condition.Running
            && before.Condition != after.Condition)
        {
            turn.Apply(new Change.DelayChanged(app.Id, delay.Touch(turn.Time)));
        }
    }

    /// <summary>
    /// A deployment puts a newer configuration in its place: its failures say nothing about that one, and it is not launched again.
    /// </summary>
    private static bool IsBeingReplaced(Turn turn, RunSpec app) => turn.State.LockOf(app.Id) is not null
        && turn.State.Root.FindSpec(app.Id) is { } present && present.VersionInfo.LastConfigChangeAt != app.VersionInfo.LastConfigChangeAt;

    private static bool IsDraining(TaskStatus status) => status.HasReason && status.Reason == TaskStatus.Types.Reason.AgentDraining;

    private static bool IsFailure(TaskState state) => state is TaskState.TaskFailed or TaskState.TaskError or TaskState.TaskLost
        or TaskState.TaskDropped or TaskState.TaskGone or TaskState.TaskGoneByOperator or TaskState.TaskUnknown;

    private static string Message(TaskStatus status) =>
        status.Message.Length <= TaskFailure.MaxMessageLength ? status.Message : status.Message[..TaskFailure.MaxMessageLength];
}
