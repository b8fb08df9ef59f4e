using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Reasons;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>
/// What there is about deployments beyond /v2: pausing and promoting, whole groups, histories, and why an app is not where it shall be.
/// </summary>
internal sealed class RolloutEndpoints(CoreGate core, TimeProvider time) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        OfDeployment("promote", "Let a deployment go on: past its pause point, or out of a pause or a hold",
            id => new ApiCall.PromoteDeployment(id))
            .Gives(200, "DeploymentReference", "It goes on").Refuses(404, "No such deployment runs")
            .Refuses(409, "It does not wait for that"),
        OfDeployment("pause", "Let a deployment stand still: nothing is replaced or scaled until it is promoted",
            id => new ApiCall.PauseDeployment(id))
            .Gives(200, "DeploymentReference", "It stands still").Refuses(404, "No such deployment runs"),
        OfDeployment("abort", "Roll a deployment back, as DELETE /v2/deployments/{id} does", id => new ApiCall.CancelDeployment(id, false))
            .Gives(200, "DeploymentResult", "The deployment that rolls it back").Refuses(404, "No such deployment runs"),
        Change("/offerbook/v1/apps/{id}/suspend", "Scale an app to nothing, and remember how many instances it had",
            request => new ApiCall.SuspendApps(request.IdText, false, request.Flag("force"))),
        Change("/offerbook/v1/apps/{id}/resume", "Give an app back the instances that it had before it was scaled to nothing",
            request => new ApiCall.ResumeApps(request.IdText, false, request.Flag("force"))),
        Change("/offerbook/v1/groups/{id}/suspend", "Scale all apps of a group to nothing, and remember how many instances they had",
            request => new ApiCall.SuspendApps(request.IdText, true, request.Flag("force"))),
        Change("/offerbook/v1/groups/{id}/resume", "Give the apps of a group back the instances that they had",
            request => new ApiCall.ResumeApps(request.IdText, true, request.Flag("force"))),
        Change("/offerbook/v1/groups/{id}/restart", "Replace all instances of a group's apps, in the order of their dependencies",
            request => new ApiCall.RestartGroup(request.IdText, request.Flag("force"))),
        .. new[] { "/offerbook/v1/groups/{id}/delay", "/offerbook/v1/groups/delay" }.Select(path =>
            Route.Delete(path, "Forget how long the apps of a group (or all apps) that fail are held back",
                request => core.CallAsync(request, new ApiCall.ResetDelays(request.IdText)))
                .Gives(200, "DelaysReset", "The apps that were held back").Refuses(404, "There is no such group")),
        Route.Get("/offerbook/v1/apps/{id}/failures", "The last failures of an app's tasks", Failures)
            .Gives(200, "TaskFailureHistory", "At most 20, newest first").Refuses(404, "There is no such app"),
        Route.Get("/offerbook/v1/apps/{id}/why", "Why an app is not where it shall be: all reasons with their numbers", Why)
            .Gives(200, "AppWaits", "The reasons; none when it is").Refuses(404, "There is no such app"),
    ];

    private ApiRoute OfDeployment(string verb, string summary, Func<string, ApiCall> call) =>
        Route.Post("/offerbook/v1/deployments/{deployment}/" + verb, summary,
            request => core.CallAsync(request, call(request.Value("deployment"))));

    private ApiRoute Change(string path, string summary, Func<ApiRequest, ApiCall> call) =>
        Route.Post(path, summary, request => core.CallAsync(request, call(request))).Asks(QueryParameter.Force)
            .Gives(200, "DeploymentResult", "The deployment").Refuses(404, "There is no such app or group")
            .Refuses(409, "A deployment is in the way, or there is nothing to suspend or resume");

    private ApiResponse Failures(ApiRequest request)
    {
        var state = core.View.State;
        return state.Root.FindSpec(request.Id) is null
            ? ApiResponse.Error(ApiErrors.UnknownApp(request.Id))
            : ApiResponse.Json(new JObject
            {
                ["failures"] = new JArray(state.FailureHistory.GetValueOrDefault(request.Id, []).Reverse().Select(AppPicture.Write)),
            });
    }

    private ApiResponse Why(ApiRequest request)
    {
        var (view, now) = (core.View, Timestamp.From(time.GetUtcNow()));
        if (view.State.Root.FindSpec(request.Id) is not { } app)
        {
            return ApiResponse.Error(ApiErrors.UnknownApp(request.Id));
        }
        var tally = view.State.Instances.TallyOf(app.Id);
        var json = new JObject
        {
            ["id"] = app.Id.ToString(),
            ["instances"] = Daemons.DaemonCount.Wanted(view.State, app),
            ["running"] = tally.Running,
            ["ready"] = tally.Ready,
        };
        IEnumerable<WaitReason> reasons = InstanceWaits.Of(view, app.Id, now);
        if (view.State.LockOf(app.Id) is { } deployment)
        {
            json["deployment"] = new JObject { ["id"] = deployment.Id, ["state"] = DeploymentPicture.StateOf(deployment),
                ["step"] = deployment.CurrentStep, ["of"] = deployment.Plan.Steps.Count };
            reasons = DeploymentWaits.Of(view, deployment, now).FirstOrDefault(wait => wait.Action.App.Id == app.Id).Reasons
                ?? [OtherStep(deployment, app.Id)];
        }
        json["reasons"] = new JArray(reasons.Select(reason => reason.ToJson()));
        json.AddOptional("suspended", view.State.Suspended.TryGetValue(app.Id, out var before) ? before : null);
        return ApiResponse.Json(json);
    }

    private static WaitReason OtherStep(Deployments.Deployment deployment, PathId app)
    {
        var apps = deployment.CurrentActions.Where(action => !deployment.ProgressOf(action.App.Id).Done)
            .Select(action => action.App.Id.ToString()).Take(InstanceWaits.MaxExamples).ToList();
        return new WaitReason(WaitKind.WaitingForApps, $"{app} has its turn in another step; now wait: {string.Join(", ", apps)}",
            new JObject { ["apps"] = new JArray(apps) });
    }
}
