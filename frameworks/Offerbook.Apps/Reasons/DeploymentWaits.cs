using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Reasons;

/// <summary>What a deployment waits for, app by app of its present step.</summary>
internal static class DeploymentWaits
{
    public static IEnumerable<(DeploymentAction Action, List<WaitReason> Reasons)> Of(AppsView view, Deployment deployment, Timestamp now)
    {
        var open = deployment.CurrentActions.Where(action => !deployment.ProgressOf(action.App.Id).Done).ToList();
        foreach (var action in deployment.CurrentActions)
        {
            var reasons = deployment.ProgressOf(action.App.Id).Done ? Done(open) : Open(view, deployment, action, now);
            yield return (action, reasons);
        }
    }

    public static JArray Write(AppsView view, Deployment deployment, Timestamp now) =>
        new(Of(view, deployment, now).Select(wait => new JObject
    {
        [wait.Action.IsOfPod ? "pod" : "app"] = wait.Action.App.Id.ToString(),
        ["action"] = wait.Action.Name,
        ["reasons"] = new JArray(wait.Reasons.Select(reason => reason.ToJson())),
    }));

    private static List<WaitReason> Done(List<DeploymentAction> open) =>
        [WaitingForApps("done; waits for the other apps of its step", open.Select(action => action.App.Id))];

    private static List<WaitReason> Open(AppsView view, Deployment deployment, DeploymentAction action, Timestamp now)
    {
        var reasons = new List<WaitReason>();
        if (deployment.Life.Halt is { } halt)
        {
            reasons.Add(
                new WaitReason(halt.Failed ? WaitKind.Held : WaitKind.Paused, halt.Reason,
                    new JObject { ["since"] = halt.Since.ToString() }));
        }
        else if (deployment.ProgressOf(action.App.Id).PausedAt is { } since)
        {
            reasons.Add(Paused(view, deployment, action, since));
        }
        if (action is DeploymentAction.Stop && !deployment.Plan.Stops.MayGo(deployment, action.App.Id))
        {
            var before = deployment.CurrentActions.Where(other => other is DeploymentAction.Stop
                && deployment.ProgressOf(other.App.Id) is { Done: false, Begun: true });
            reasons.Add(WaitingForApps("stops after the apps that depended on it", before.Select(other => other.App.Id)));
            return reasons;
        }
        if (reasons.Count == 0 && action is DeploymentAction.Restart && DeadEnd(view, deployment, action) is { } deadEnd)
        {
            reasons.Add(deadEnd);
        }
        reasons.AddRange(InstanceWaits.Of(view, action.App.Id, now));
        return reasons;
    }

    private static WaitReason Paused(AppsView view, Deployment deployment, DeploymentAction action, Timestamp since)
    {
        var point = Canary.PausePoints.LimitOf(action.App, deployment.ProgressOf(action.App.Id));
        var ready = Census.Of(view.State, action.App).Ready;
        return new WaitReason(WaitKind.Paused, string.Create(CultureInfo.InvariantCulture,
            $"paused after {point} of {action.App.Instances} instances ({ready} ready), until it is promoted or aborted"),
            new JObject { ["since"] = since.ToString(), ["after"] = point, ["ready"] = ready, ["instances"] = action.App.Instances });
    }

    /// <summary>Nothing is on its way, and neither may an old instance go nor a new one come.</summary>
    private static WaitReason? DeadEnd(AppsView view, Deployment deployment, DeploymentAction action)
    {
        var (app, census) = (action.App, Census.Of(view.State, action.App));
        if (deployment.ProgressOf(app.Id).Rolling is not { } rolling || census.OldCount == 0 || !census.IsStill || census.IsDone
            || RollingArithmetic.StartNow(app.Instances, rolling.MaxCapacity, census.Occupied + census.WaitingCount, census.NewCount) > 0)
        {
            return null;
        }
        var message = $"dead end: {census.Healthy} of {census.OldCount + census.NewCount} instances are healthy "
            + $"and {rolling.MinHealthy} must stay so, so none may be killed; "
            + $"{census.Occupied + census.NewCount} of at most {rolling.MaxCapacity} exist, so none can be started. "
            + "Raise maximumOverCapacity, lower minimumHealthCapacity, or kill unhealthy instances.";
        return new WaitReason(WaitKind.CapacityDeadEnd, message, new JObject
        {
            ["wanted"] = app.Instances, ["healthy"] = census.Healthy, ["minimumHealthy"] = rolling.MinHealthy, ["old"] = census.OldCount,
            ["new"] = census.NewCount, ["existing"] = census.Occupied + census.NewCount, ["maximum"] = rolling.MaxCapacity,
        });
    }

    private static WaitReason WaitingForApps(string message, IEnumerable<PathId> apps)
    {
        var ids = apps.Take(InstanceWaits.MaxExamples).Select(id => id.ToString()).ToList();
        return new WaitReason(WaitKind.WaitingForApps, $"{message}: {string.Join(", ", ids)}", new JObject { ["apps"] = new JArray(ids) });
    }
}
