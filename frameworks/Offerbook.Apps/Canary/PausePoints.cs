using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Canary;

/// <summary>
/// Where a deployment stops by itself to be looked at. They hold for replacements and for the first start of a new app, not for
/// scaling what already runs. A point at or beyond the wanted number is none.
/// </summary>
internal static class PausePoints
{
    /// <summary>How many instances of the new version there may be now: up to the next point, or all.</summary>
    public static int LimitOf(RunSpec app, ActionProgress progress)
    {
        var points = PointsOf(app);
        return progress.Promoted < points.Count ? points[progress.Promoted] : app.Instances;
    }

    /// <summary>Numbers of instances, rising.</summary>
    public static IReadOnlyList<int> PointsOf(RunSpec app) =>
        (app.Deployment?.PauseAfter ?? []).Select(point => point.Of(app.Instances)).Where(point => point < app.Instances).Distinct().Order()
            .ToList();

    public static bool Apply(Deployment deployment, DeploymentAction action) => action switch
    {
        DeploymentAction.Restart => deployment.Life.RollbackOf is null,
        DeploymentAction.Scale => deployment.Life.RollbackOf is null && deployment.Plan.Original.FindSpec(action.App.Id) is null,
        _ => false,
    };
}
