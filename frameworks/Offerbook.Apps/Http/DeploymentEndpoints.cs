using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Writing;

namespace Offerbook.Apps.Http;

/// <summary>
/// /v2/deployments, and /offerbook/v1/deployments/{id}: there a finished deployment merely disappears, here its outcome can be asked
/// for (as long as it is among the last ones).
/// </summary>
internal sealed class DeploymentEndpoints(CoreGate core)
{
    public async Task<ApiResponse> AnswerAsync(ApiRequest request) => (request.Method, request.Segments) switch
    {
        ("GET", ["v2", _]) => ApiResponse.Json(new JArray(core.View.State.Deployments.Select(deployment => Write(core.View, deployment)))),
        ("DELETE", ["v2", _, var id]) => await core.CallAsync(request, new ApiCall.CancelDeployment(id, request.Flag("force"))),
        ("GET", ["offerbook", _, _, var id]) => Outcome(id),
        _ => ApiRouter.MethodNotAllowed,
    };

    private static JObject Write(AppsView view, Deployment deployment)
    {
        var plan = deployment.Plan;
        return new JObject
        {
            ["id"] = plan.Id,
            ["version"] = plan.Version.ToString(),
            ["affectedApps"] = new JArray(plan.AffectedApps.Select(app => app.ToString())),
            ["affectedPods"] = new JArray(),
            ["steps"] = PlanWriter.WriteSteps(plan),
            ["currentActions"] = new JArray(deployment.CurrentActions.Select(action => new JObject
            {
                ["action"] = action.Name,
                ["app"] = action.App.Id.ToString(),
                ["readinessCheckResults"] = AppPicture.ReadinessResults(view, action.App),
            })),
            ["currentStep"] = deployment.CurrentStep,
            ["totalSteps"] = plan.Steps.Count,
        };
    }

    private ApiResponse Outcome(string id)
    {
        var view = core.View;
        if (view.State.FindDeployment(id) is { } running)
        {
            var json = Write(view, running);
            json["state"] = "running";
            json["startedAt"] = running.StartedAt.ToString();
            return ApiResponse.Json(json);
        }
        if (view.State.Finished.Find(outcome => outcome.Id == id) is not { } finished)
        {
            return ApiResponse.Error(ApiErrors.UnknownDeployment(id));
        }
        var ended = new JObject
        {
            ["id"] = finished.Id,
            ["version"] = finished.Version.ToString(),
            ["affectedApps"] = new JArray(finished.AffectedApps.Select(app => app.ToString())),
            ["state"] = finished.Succeeded ? "succeeded" : "failed",
            ["startedAt"] = finished.StartedAt.ToString(),
            ["endedAt"] = finished.EndedAt.ToString(),
        };
        if (finished.Reason is not null)
        {
            ended["reason"] = finished.Reason;
        }
        return ApiResponse.Json(ended);
    }
}
