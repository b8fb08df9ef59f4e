using Newtonsoft.Json.Linq;
using Offerbook.Apps.Canary;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Reasons;

/// <summary>What is added to a running deployment for those who want to know more than clients of old do.</summary>
internal static class DeploymentPicture
{
    /// <summary><c>running</c>, <c>paused</c> (at a pause point or by request) or <c>held</c> (by one of its limits).</summary>
    public static string StateOf(Deployment deployment) => deployment.Life.Halt switch
    {
        { Failed: true } => "held",
        not null => "paused",
        null => deployment.Progress.Actions.Values.Any(action => action is { Done: false, PausedAt: not null }) ? "paused" : "running",
    };

    public static void AddTo(JObject json, AppsView view, Deployment deployment, Timestamp now)
    {
        json["state"] = StateOf(deployment);
        json["startedAt"] = deployment.StartedAt.ToString();
        if (deployment.Life.RollbackOf is { } undone)
        {
            json["rollbackOf"] = undone;
        }
        json["progress"] = new JArray(deployment.CurrentActions.Where(action => action is not DeploymentAction.Start)
            .Select(action => Progress(view, deployment, action)));
        json["waiting"] = DeploymentWaits.Write(view, deployment, now);
    }

    private static JObject Progress(AppsView view, Deployment deployment, DeploymentAction action)
    {
        var (app, progress) = (action.App, deployment.ProgressOf(action.App.Id));
        var census = Census.Of(view.State, app);
        var json = new JObject
        {
            [action.IsOfPod ? "pod" : "app"] = app.Id.ToString(),
            ["done"] = progress.Done,
            ["instances"] = action is DeploymentAction.Stop ? 0 : Daemons.DaemonCount.Wanted(view.State, app),
            ["new"] = action is DeploymentAction.Stop ? 0 : census.NewCount,
            ["ready"] = action is DeploymentAction.Stop ? 0 : census.Ready,
            ["old"] = action is DeploymentAction.Stop ? view.State.Instances.TallyOf(app.Id).Total : census.Occupied + census.WaitingCount,
            ["failures"] = deployment.Life.Failures.GetValueOrDefault(app.Id),
        };
        if (PausePoints.Apply(deployment, action) && PausePoints.PointsOf(app) is { Count: > 0 } points)
        {
            json["pausePoints"] = new JArray(points);
            json["promoted"] = Math.Min(progress.Promoted, points.Count);
        }
        return json;
    }
}
