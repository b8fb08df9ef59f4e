using Offerbook.Actors;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>Takes what clients ask for and answers each exactly once.</summary>
internal sealed class RequestDesk(AppsSettings settings, TreeChanges changes, DeploymentRunner runner, Rollback rollback, Launcher launcher)
{
    private readonly RolloutRequests _rollouts = new(changes, runner);
    private readonly Rebalancing.RebalanceRequests _moves = new(changes);
    private readonly AppRequests _apps = new(changes);
    private readonly PodRequests _pods = new(changes);
    private readonly GroupRequests _groups = new(changes);
    private readonly TaskRequests _tasks = new(changes);

    public void Take(Turn turn, AppsMessage.ApiCalled called)
    {
        var connection = called.Connection;
        turn.Versioning = called.Call.Versioning ?? settings.Versioning;
        (turn.Grants, turn.Runs) = (called.Grants,
            called.Call is ApiCall.RestartApp or ApiCall.RestartGroup or ApiCall.MoveInstances or ApiCall.CancelDeployment);
        if (called.Call is ApiCall.LookAround look)
        {
            launcher.LookAround(turn, connection, look.Roles);
            return;
        }
        if (called.Condition is { } condition && WriteConditions.Refusal(turn.State, called.Call, condition) is { } refusal)
        {
            turn.Out.Add(Replies.Of(connection, refusal));
            return;
        }
        turn.Out.Add(called.Call switch
        {
            ApiCall.CreateApp call => _apps.Create(turn, connection, call, called.Caller),
            ApiCall.UpdateApps call => _apps.UpdateMany(turn, connection, call),
            ApiCall.UpdateApp call => _apps.Update(turn, connection, call, called.Caller),
            ApiCall.DeleteApp call => _apps.Delete(turn, connection, call),
            ApiCall.RestartApp call => _apps.Restart(turn, connection, call),
            ApiCall.CreatePod call => _pods.Create(turn, connection, call, called.Caller),
            ApiCall.UpdatePod call => _pods.Update(turn, connection, call, called.Caller),
            ApiCall.DeletePod call => _pods.Delete(turn, connection, call, called.Caller),
            ApiCall.KillPodInstances call => _pods.Kill(turn, connection, call),
            ApiCall.CreateGroup call => _groups.Create(turn, connection, call),
            ApiCall.UpdateGroup call => _groups.Update(turn, connection, call),
            ApiCall.PatchGroup call => _groups.Patch(turn, connection, call),
            ApiCall.DeleteGroup call => _groups.Delete(turn, connection, call),
            ApiCall.CancelDeployment call => Cancel(turn, connection, call),
            ApiCall.KillAppTasks call => _tasks.Kill(turn, connection, call),
            ApiCall.KillTasks call => _tasks.Kill(turn, connection, call),
            ApiCall.ResetDelay call => ResetDelay(turn, connection, call),
            ApiCall.PromoteDeployment call => _rollouts.Promote(turn, connection, call.Id),
            ApiCall.PauseDeployment call => RolloutRequests.Pause(turn, connection, call.Id),
            ApiCall.SuspendApps call => _rollouts.Suspend(turn, connection, call),
            ApiCall.ResumeApps call => _rollouts.Resume(turn, connection, call),
            ApiCall.RestartGroup call => _rollouts.RestartGroup(turn, connection, call),
            ApiCall.MoveInstances call => _moves.Move(turn, connection, call),
            ApiCall.ResetDelays call => RolloutRequests.ResetDelays(turn, connection, call.Id),
            _ => throw new InvariantViolationException("an unknown call: " + called.Call.GetType().Name),
        });
    }

    private Reply Cancel(Turn turn, ConnectionId connection, ApiCall.CancelDeployment call)
    {
        if (turn.State.FindDeployment(call.Id) is not { } deployment)
        {
            return Replies.Of(connection, ApiErrors.UnknownDeployment(call.Id));
        }
        if (call.Force)
        {
            runner.Cancel(turn, deployment);
            return Replies.Of(connection, 202, null);
        }
        var plan = rollback.Of(turn, deployment);
        if (!plan.IsOk)
        {
            return Replies.Of(connection, plan.Error);
        }
        return Replies.Started(connection, 200, plan.Value);
    }

    private static Reply ResetDelay(Turn turn, ConnectionId connection, ApiCall.ResetDelay call)
    {
        var id = PathId.Parse(call.Id);
        if (!turn.State.Instances.Of(id).Any(instance =>
            instance is { Goal: Goal.Running, Condition: Condition.Scheduled or Condition.Provisioned }))
        {
            return Replies.Of(connection, ApiErrors.NotInQueue(id));
        }
        if (turn.State.Delays.ContainsKey(id))
        {
            turn.Apply(new Change.DelayChanged(id, null));
            turn.Touch(id);
        }
        return Replies.Of(connection, 204, null);
    }
}
