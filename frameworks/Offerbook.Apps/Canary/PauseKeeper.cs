using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;

namespace Offerbook.Apps.Canary;

/// <summary>
/// Pauses deployments and lets them go on. While one stands still nothing is replaced or scaled; what dies is started again as it
/// was, and what is lost for good is made up for with the version from before.
/// </summary>
internal sealed class PauseKeeper(InstanceKeeper keeper)
{
    public static void Halt(Turn turn, Deployment deployment, bool failed, string reason)
    {
        var halt = new DeploymentHalt(failed, reason, turn.Time);
        turn.Apply(new Change.DeploymentAltered(deployment.Id, deployment.Life with { Halt = halt }));
    }

    /// <summary>Lets it go on: past its pause points, out of a pause, or out of a hold, whose limits then begin anew.</summary>
    /// <returns>False when nothing was waiting for that.</returns>
    public static bool Promote(Turn turn, Deployment deployment)
    {
        var waiting = deployment.Progress.Actions.Where(action => action.Value is { Done: false, PausedAt: not null }).ToList();
        if (deployment.Life.Halt is not { } halt)
        {
            if (waiting.Count == 0)
            {
                return false;
            }
            var since = waiting.Min(action => action.Value.PausedAt!.Value);
            Resume(turn, deployment, deployment.Life, since);
        }
        else
        {
            var life = deployment.Life with { Halt = null };
            if (halt.Failed)
            {
                turn.Apply(new Change.DeploymentAltered(deployment.Id,
                    life with { ClockStart = turn.Time, Failures = life.Failures.Clear() }));
            }
            else
            {
                Resume(turn, deployment, life, halt.Since);
            }
        }
        foreach (var (app, action) in waiting)
        {
            turn.Apply(new Change.ActionProgressed(deployment.Id, app, action with { Promoted = action.Promoted + 1, PausedAt = null }));
        }
        return true;
    }

    /// <summary>Makes up for instances that are lost for good while the deployment stands still.</summary>
    public void Keep(Turn turn, Deployment deployment, DeploymentAction action)
    {
        if (action is DeploymentAction.Stop || action.App.IsDaemon || deployment.Plan.Original.FindSpec(action.App.Id) is not { } before)
        {
            return;
        }
        var missing = Math.Min(before.Instances, action.App.Instances) - turn.State.Instances.TallyOf(before.Id).Wanted;
        if (missing > 0)
        {
            keeper.Schedule(turn, before, missing);
        }
    }

    /// <summary>The deadlines are moved on by the time that nothing was done.</summary>
    private static void Resume(Turn turn, Deployment deployment, DeploymentLife life, Specs.Timestamp since)
    {
        var clock = deployment.ClockStart.UnixMilliseconds + Math.Max(0, turn.Time.UnixMilliseconds - since.UnixMilliseconds);
        turn.Apply(new Change.DeploymentAltered(deployment.Id, life with { ClockStart = new Specs.Timestamp(clock) }));
    }
}
