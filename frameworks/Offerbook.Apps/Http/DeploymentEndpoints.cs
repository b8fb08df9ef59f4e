using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Reasons;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>
/// /v2/deployments, and /offerbook/v1/deployments/{id}: there a finished deployment merely disappears, here its outcome can be asked
/// for (as long as it is among the last ones).
/// </summary>
internal sealed class DeploymentEndpoints(CoreGate core, TimeProvider time) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/v2/deployments", "Deployments that run", Running)
            .Asks(ListPage.Parameters).Asks(FieldSelection.Parameter)
            .Asks(new QueryParameter("embed", "[text]",
                "progress: how far each is and what it waits for; without it only what old clients know, some of which refuse more"))
            .Gives(200, "[DeploymentStepInfo]", "The deployments, oldest first"),
        Route.Delete("/v2/deployments/{deployment}", "Roll a deployment back, or with force only stop it",
                request => core.CallAsync(request, new ApiCall.CancelDeployment(request.Value("deployment"), request.Flag("force"))))
            .Asks(QueryParameter.Force with { Meaning = "Stop it where it is; nothing is rolled back" })
            .Gives(200, "DeploymentResult", "The deployment that rolls it back").Gives(202, null, "It is stopped")
            .Refuses(404, "No such deployment runs"),
        Route.Get("/offerbook/v1/deployments", "Deployments that run, and the last ones that ended with their outcome", List)
            .Gives(200, "DeploymentHistory", "Those that run, oldest first; those that ended, newest first"),
        Route.Get("/offerbook/v1/deployments/{deployment}", "A deployment, also one that has ended",
            request => Outcome(request.Value("deployment")))
            .Gives(200, "DeploymentOutcome", "The deployment").Refuses(404, "It is not known, or no longer"),
    ];

    private ApiResponse Running(ApiRequest request)
    {
        var (view, withProgress) = (core.View, request.Texts("embed").Contains("progress"));
        return JsonList.Answer(request, view.State.Deployments.Where(deployment => IsShown(request, deployment.Plan.AffectedApps)),
            static deployment => deployment.Id, static text => text,
            deployment => [withProgress ? Write(view, deployment) : WritePlain(view, deployment)]);
    }

    /// <summary>Whether the caller may view something that the deployment touches.</summary>
    private static bool IsShown(ApiRequest request, IReadOnlyList<PathId> apps) =>
        request.Grants.ViewsAll || apps.Any(request.Grants.Views);

    private JObject Write(AppsView view, Deployment deployment)
    {
        var json = WritePlain(view, deployment);
        DeploymentPicture.AddTo(json, view, deployment, Timestamp.From(time.GetUtcNow()));
        return json;
    }

    private static JObject WritePlain(AppsView view, Deployment deployment)
    {
        var plan = deployment.Plan;
        return new JObject
        {
            ["id"] = plan.Id,
            ["version"] = plan.Version.ToString(),
            ["affectedApps"] = new JArray(Affected(plan, pods: false)),
            ["affectedPods"] = new JArray(Affected(plan, pods: true)),
            ["steps"] = PlanWriter.WriteSteps(plan),
            ["currentActions"] = new JArray(deployment.CurrentActions.Select(action => new JObject
            {
                ["action"] = action.Name,
                [action.IsOfPod ? "pod" : "app"] = action.App.Id.ToString(),
                ["readinessCheckResults"] = AppPicture.ReadinessResults(view, action.App),
            })),
            ["currentStep"] = deployment.CurrentStep,
            ["totalSteps"] = plan.Steps.Count,
        };
    }

    private static IEnumerable<string> Affected(DeploymentPlan plan, bool pods) => plan.Steps.SelectMany(step => step.Actions)
        .Where(action => action.IsOfPod == pods).Select(action => action.App.Id).Distinct().Order().Select(id => id.ToString());

    private ApiResponse Outcome(string id)
    {
        var view = core.View;
        if (view.State.FindDeployment(id) is { } running)
        {
            return ApiResponse.Json(Write(view, running));
        }
        if (view.State.Finished.Find(outcome => outcome.Id == id) is not { } finished)
        {
            return ApiResponse.Error(ApiErrors.UnknownDeployment(id));
        }
        return ApiResponse.Json(WriteOutcome(view, finished));
    }

    private ApiResponse List(ApiRequest request)
    {
        var view = core.View;
        return ApiResponse.Json(new JObject
        {
            ["running"] = new JArray(
                view.State.Deployments.Where(deployment => IsShown(request, deployment.Plan.AffectedApps))
                    .Select(deployment => Write(view, deployment))),
            ["finished"] = new JArray(
                view.State.Finished.Reverse().Where(finished => IsShown(request, finished.AffectedApps))
                    .Select(finished => WriteOutcome(view, finished))),
        });
    }

    private static JObject WriteOutcome(AppsView view, FinishedDeployment finished)
    {
        var ended = new JObject
        {
            ["id"] = finished.Id,
            ["version"] = finished.Version.ToString(),
            ["affectedApps"] = new JArray(finished.AffectedApps.Select(app => app.ToString())),
            ["state"] = finished.Succeeded ? "succeeded" : "failed",
            ["startedAt"] = finished.StartedAt.ToString(),
            ["endedAt"] = finished.EndedAt.ToString(),
        };
        ended.AddOptional("reason", finished.Reason);
        ended.AddOptional("rollbackOf", finished.RollbackOf);
        ended.AddOptional("rolledBackBy", view.State.Deployments.FirstOrDefault(deployment => deployment.Life.RollbackOf == finished.Id)?.Id
            ?? view.State.Finished.Find(other => other.RollbackOf == finished.Id)?.Id);
        return ended;
    }
}
