using System.Globalization;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Takes a deployment's changes back by another deployment. Apps get the configuration back that they had, not a new one that looks
/// the same, so instances of it that are still there count as current and stay.
/// </summary>
internal sealed class Rollback(TreeChanges changes, DeploymentRunner runner)
{
    /// <summary>Somebody wants it. The deployment ends as cancelled.</summary>
    public ApiResult<DeploymentPlan> Of(Turn turn, Deployment deployment)
    {
        // Forced, so that it takes the place of the deployment that it undoes.
        var plan = TakeBack(turn, deployment);
        // Undoing a mere restart changes no app, so it is in nobody's way and has to be stopped by name.
        if (plan.IsOk && turn.State.FindDeployment(deployment.Id) is { } stillRunning)
        {
            runner.Cancel(turn, stillRunning);
        }
        return plan.IsOk ? plan.Value with { Warnings = plan.Value.Warnings.Concat(Warnings(turn, plan.Value)).ToValueList() } : plan;
    }

    /// <summary>The deployment has run into one of its limits.</summary>
    public void AfterFailure(Turn turn, Deployment deployment, string reason)
    {
        runner.Fail(turn, deployment, reason);
        var plan = TakeBack(turn, deployment);
        if (!plan.IsOk)
        {
            // The tree as it is stays; the outcome says why.
            var outcome = turn.State.Finished.FindLast(finished => finished.Id == deployment.Id)!;
            turn.Apply(new Change.DeploymentEnded(
                outcome with { Reason = $"{reason}; it could not be rolled back: {plan.Error.Message}" }));
        }
    }

    private ApiResult<DeploymentPlan> TakeBack(Turn turn, Deployment deployment) => changes.Make(turn, PathId.Root,
        root => PlanReversal.Revert(root, deployment.Plan), force: true, versioning: Versioning.Restored, rollbackOf: deployment.Id);

    /// <summary>A roll-back kills no healthy instance that is needed, but cannot make up at once for what is missing already.</summary>
    private static IEnumerable<string> Warnings(Turn turn, DeploymentPlan plan)
    {
        foreach (var app in plan.Steps.SelectMany(step => step.Actions).OfType<DeploymentAction.Restart>().Select(action => action.App))
        {
            var census = Census.Of(turn.State, app);
            var least = RollingArithmetic.MinHealthy(app.Instances, app.UpgradeStrategy);
            if (census.Healthy < least)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"App {app.Id} has {census.Healthy} healthy instances and wants at least {least}: "
                    + $"the roll-back begins below the minimum.");
            }
        }
    }
}
