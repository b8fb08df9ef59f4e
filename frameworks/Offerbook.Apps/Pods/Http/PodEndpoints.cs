using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods.Http;

/// <summary>/v2/pods</summary>
internal sealed class PodEndpoints(CoreGate core) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/v2/pods", "All pods; HEAD tells that there are such", List).Large()
            .Asks(ListPage.Parameters).Asks(FieldSelection.Parameter).Gives(200, "[Pod]", "The pods"),
        Route.Post("/v2/pods", "Create a pod", request => ChangeAsync(request, body => new ApiCall.CreatePod(body, request.Flag("force"))))
            .Asks(QueryParameter.Force).Takes("Pod", "The pod")
            .Gives(201, "Pod", "The pod as it was understood; Marathon-Deployment-Id names its deployment")
            .Refuses(409, "The id is taken, or a deployment is in the way").Refuses(422, "The pod is not valid"),
        Route.Get("/v2/pods::status", "The status of all pods", ListStatus).Large()
            .Asks(ListPage.Parameters).Asks(FieldSelection.Parameter).Gives(200, "[PodStatus]", "The statuses"),
        Route.Get("/v2/pods/{id}::status", "How a pod and its instances are", Status)
            .Gives(200, "PodStatus", "The status").Refuses(404, "There is no such pod"),
        Route.Get("/v2/pods/{id}::versions", "Versions of a pod, newest first", Versions)
            .Gives(200, "[text]", "The versions").Refuses(404, "There is no such pod"),
        Route.Get("/v2/pods/{id}::versions/{version}", "A pod as it was", Version)
            .Gives(200, "Pod", "The pod").Refuses(404, "There is no such pod or version").Refuses(422, "The version is not a time"),
        Route.Delete("/v2/pods/{id}::instances/{instance}", "Kill one instance; it is replaced", request =>
                core.KillAsync(request,
                    new ApiCall.KillPodInstances(request.IdText, request.Value("instance"), null, request.Flag("wipe")),
                    request.Flag("wipe")))
            .Asks(QueryParameter.Wipe).Gives(200, "Instance", "The instance as it was")
            .Refuses(404, "There is no such pod or instance").Refuses(422, "That is not the id of an instance"),
        Route.Delete("/v2/pods/{id}::instances", "Kill several instances; they are replaced", KillAsync)
            .Asks(QueryParameter.Wipe).Takes("[text]", "Ids of instances; those that are not there are passed over")
            .Gives(200, "[Instance]", "The instances as they were").Refuses(404, "There is no such pod")
            .Refuses(422, "Something is not the id of an instance"),
        Route.Get("/v2/pods/{id}", "A pod", One).Gives(200, "Pod", "The pod").Refuses(404, "There is no such pod"),
        Route.Put("/v2/pods/{id}", "Create a pod or replace its definition", request =>
                ChangeAsync(request, body => new ApiCall.UpdatePod(request.IdText, body, request.Flag("force"))))
            .Asks(QueryParameter.Force).Takes("Pod", "The whole pod; its id must be that of the path")
            .Gives(200, "Pod", "The pod as it was understood; Marathon-Deployment-Id names the deployment")
            .Refuses(400, "The ids differ").Refuses(409, "A deployment is in the way").Refuses(422, "The pod is not valid"),
        Route.Delete("/v2/pods/{id}", "Remove a pod and end its instances", request =>
                core.CallAsync(request, new ApiCall.DeletePod(request.IdText, request.Flag("force"))))
            .Asks(QueryParameter.Force).Gives(202, null, "The deployment is named by Marathon-Deployment-Id")
            .Refuses(404, "There is no such pod").Refuses(409, "A deployment is in the way"),
    ];

    private async Task<ApiResponse> ChangeAsync(ApiRequest request, Func<JToken, ApiCall> call)
    {
        var body = await request.ReadJsonAsync();
        return body.IsOk ? await core.CallAsync(request, call(body.Value)) : ApiResponse.Error(body.Error);
    }

    private async Task<ApiResponse> KillAsync(ApiRequest request)
    {
        var body = await request.ReadJsonAsync();
        return body.IsOk
            ? await core.KillAsync(request, new ApiCall.KillPodInstances(request.IdText, null, body.Value, request.Flag("wipe")),
                request.Flag("wipe"))
            : ApiResponse.Error(body.Error);
    }

    private ApiResponse List(ApiRequest request) =>
        JsonList.Answer(request, core.View.State.Root.Pods.Where(pod => request.Grants.Views(pod.Id)), static pod => pod.Id, PathId.Parse,
            static pod => [PodWriter.Write(pod)]);

    private ApiResponse ListStatus(ApiRequest request)
    {
        var view = core.View;
        return JsonList.Answer(request, view.State.Root.Pods.Where(pod => request.Grants.Views(pod.Id)), static pod => pod.Id,
            PathId.Parse, pod => [PodStatusWriter.Write(view, pod)]);
    }

    /// <summary>The text of the refusal is itself JSON: clients have come to expect it.</summary>
    private ApiResponse One(ApiRequest request) => core.View.State.Root.FindPod(request.Id) is { } pod
        ? ApiResponse.Json(PodWriter.Write(pod))
        : ApiResponse.Error(404, $"{{\"message\": \"pod with {request.Id} does not exist\"}}");

    private ApiResponse Status(ApiRequest request)
    {
        var view = core.View;
        return PodStatusWriter.Find(view, request.Id) is { } pod
            ? ApiResponse.Json(PodStatusWriter.Write(view, pod))
            : ApiResponse.Error(ApiErrors.UnknownPod(request.Id));
    }

    private ApiResponse Versions(ApiRequest request)
    {
        var state = core.View.State;
        return state.Root.FindPod(request.Id) is null || !state.Versions.TryGetValue(request.Id, out var versions)
            ? ApiResponse.Error(ApiErrors.UnknownPod(request.Id))
            : ApiResponse.Json(versions.OfType<PodDefinition>().Reverse().JsonOf(pod => pod.Version.ToString()));
    }

    private ApiResponse Version(ApiRequest request)
    {
        var text = request.Value("version");
        if (!Timestamp.TryParse(text, out var version))
        {
            return ApiResponse.Error(ApiErrors.InvalidTimestamp(text));
        }
        return core.View.State.FindVersion(request.Id, version) is PodDefinition pod
            ? ApiResponse.Json(PodWriter.Write(pod))
            : ApiResponse.Error(ApiErrors.UnknownPod(request.Id));
    }
}
