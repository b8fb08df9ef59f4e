using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>/v2/apps</summary>
internal sealed class AppEndpoints(CoreGate core, AppReads reads) : IApiEndpoints
{
    private static readonly QueryParameter Partial =
        new("partialUpdate", "flag", "Members that are absent stay as they are; else they get their defaults", "true");

    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/v2/apps", "Apps that every filter lets through", reads.List)
            .Asks(ListPage.Parameters).Asks(FieldSelection.Parameter)
            .Asks(QueryParameter.Embed, new QueryParameter("cmd", "text", "Part of the command, in any case"),
                new QueryParameter("id", "text", "Part of the id, in any case"),
                new QueryParameter("label", "text",
                    "A label selector: key, key==value, key!=value, key in (a,b), key notin (a,b), joined by commas"))
            .Gives(200, "AppList", "The apps").Refuses(422, "The selector cannot be read"),
        Route.Post("/v2/apps", "Create an app", request => ChangeAsync(request, body => new ApiCall.CreateApp(body, request.Flag("force"))))
            .Asks(QueryParameter.Force).Takes("App", "The app")
            .Gives(201, "AppInfo",
                "The app as it was understood, before service ports are given; Marathon-Deployment-Id names its deployment")
            .Refuses(403, "Too many deployments run").Refuses(409, "The id is taken, or a deployment is in the way")
            .Refuses(422, "The app is not valid"),
        UpdateMany("PUT", "Create or change several apps in one deployment").Asks(Partial),
        UpdateMany("PATCH", "Change several apps that exist, in one deployment"),
        Route.Get("/v2/apps/*", "All apps, with their tasks", reads.OfGroup).Asks(QueryParameter.Embed)
            .Gives(200, "{[AppInfo]}", "The apps under the member *"),
        Route.Get("/v2/apps/{id}/*", "All apps of a group, with their tasks", reads.OfGroup)
            .Asks(QueryParameter.Embed).Gives(200, "{[AppInfo]}", "The apps under the member *").Refuses(404, "There is no such group"),
        Route.Get("/v2/apps/{id}/tasks", "Tasks of an app, or with an id that ends in /* of a group's apps", reads.Tasks)
            .Large().Asks(TaskListText.ContainerNetworks).Asks(ListPage.Parameters).Asks(FieldSelection.Parameter)
            .Gives(200, "TaskList", "The tasks; for text/plain a line for each service port")
            .Refuses(404, "There is no such app").As("application/json", "text/plain"),
        Route.Delete("/v2/apps/{id}/tasks", "Kill tasks of an app; they are replaced unless it is scaled",
                request => KillAsync(request, null))
            .Asks(new QueryParameter("host", "text", "Only tasks on this agent; * for all"), QueryParameter.Scale, QueryParameter.Wipe,
                QueryParameter.Force)
            .Gives(200, "any", "The tasks, or with scale the deployment").Refuses(400, "scale and wipe exclude each other")
            .Refuses(404, "There is no such app")
            .Refuses(409, "A deployment is in the way of scaling"),
        Route.Delete("/v2/apps/{id}/tasks/{task}", "Kill one task; it is replaced unless the app is scaled",
                request => KillAsync(request, request.Value("task")))
            .Asks(new QueryParameter("host", "text", "Only if it runs on this agent"), QueryParameter.Scale, QueryParameter.Wipe,
                QueryParameter.Force)
            .Gives(200, "any", "The task under the member task, or with scale the deployment")
            .Refuses(400, "scale and wipe exclude each other")
            .Refuses(404, "There is no such app or task").Refuses(409, "A deployment is in the way of scaling"),
        Route.Get("/v2/apps/{id}/versions", "Versions of an app, newest first", Versions)
            .Gives(200, "VersionList", "The versions").Refuses(404, "There is no such app"),
        Route.Get("/v2/apps/{id}/versions/{version}", "An app as it was", Version)
            .Gives(200, "App", "The app").Refuses(404, "There is no such app or version").Refuses(422, "The version is not a time"),
        Route.Post("/v2/apps/{id}/restart", "Replace all instances of an app",
                request => core.CallAsync(request, new ApiCall.RestartApp(request.IdText, request.Flag("force"))))
            .Asks(QueryParameter.Force).Gives(200, "DeploymentResult", "The deployment").Refuses(404, "There is no such app")
            .Refuses(409, "A deployment is in the way"),
        Route.Get("/v2/apps/{id}", "An app with its tasks", reads.One)
            .Asks(QueryParameter.Embed, FieldSelection.Parameter).Gives(200, "{AppInfo}", "The app under the member app")
            .Refuses(404, "There is no such app"),
        Update("PUT", "Create or change an app, or with only a version go back to it").Asks(Partial)
            .Gives(201, "DeploymentResult", "It was created"),
        Update("PATCH", "Change an app that exists"),
        Route.Delete("/v2/apps/{id}", "Remove an app and end its instances",
                request => core.CallAsync(request, new ApiCall.DeleteApp(request.IdText, request.Flag("force", ifAbsent: true))))
            .Asks(QueryParameter.Force with { Default = "true" }).Gives(200, "DeploymentResult", "The deployment")
            .Refuses(404, "There is no such app")
            .Refuses(409, "A deployment is in the way"),
    ];

    private ApiRoute UpdateMany(string method, string summary) =>
        Route.Of(method, "/v2/apps", summary, request => ChangeAsync(request, body =>
            new ApiCall.UpdateApps(body, request.Flag("force"), IsPartial(request), request.Method == "PUT")))
        .Asks(QueryParameter.Force, QueryParameter.Restart).Takes("[App]", "The changes; each names its app by its id")
        .Gives(200, "DeploymentResult", "The deployment").Refuses(404, "PATCH of an app that does not exist")
        .Refuses(409, "A deployment is in the way").Refuses(422, "An app is not valid");

    private ApiRoute Update(string method, string summary) =>
        Route.Of(method, "/v2/apps/{id}", summary, request => ChangeAsync(request, body =>
            new ApiCall.UpdateApp(request.IdText, body, request.Flag("force"), IsPartial(request), request.Method == "PUT")))
        .Asks(QueryParameter.Force, QueryParameter.Restart).Takes("App", "What is to change; an id in it is ignored")
        .Gives(200, "DeploymentResult", "The deployment").Refuses(404, "PATCH of an app that does not exist, or an unknown version")
        .Refuses(409, "A deployment is in the way").Refuses(422, "The app is not valid");

    /// <summary>PATCH always is; PUT unless the client says otherwise.</summary>
    private static bool IsPartial(ApiRequest request) => request.Method == "PATCH" || request.Flag("partialUpdate", ifAbsent: true);

    private async Task<ApiResponse> ChangeAsync(ApiRequest request, Func<JToken, ApiCall> call)
    {
        var body = await request.ReadJsonAsync();
        return body.IsOk ? await core.CallAsync(request, call(body.Value)) : ApiResponse.Error(body.Error);
    }

    private Task<ApiResponse> KillAsync(ApiRequest request, string? task) => core.KillAsync(request,
        new ApiCall.KillAppTasks(request.IdText, task, request.Text("host"), request.Flag("scale"), request.Flag("wipe"),
            request.Flag("force")),
        request.Flag("wipe"));

    private ApiResponse Versions(ApiRequest request)
    {
        var id = request.Id;
        var state = core.View.State;
        return state.Root.FindApp(id) is null || !state.Versions.TryGetValue(id, out var versions)
            ? ApiResponse.Error(ApiErrors.UnknownApp(id))
            : ApiResponse.Json(new JObject { ["versions"] = new JArray(versions.Reverse().Select(app => app.Version.ToString())) });
    }

    private ApiResponse Version(ApiRequest request)
    {
        var (id, text) = (request.Id, request.Value("version"));
        if (!Timestamp.TryParse(text, out var version))
        {
            return ApiResponse.Error(ApiErrors.InvalidTimestamp(text));
        }
        return core.View.State.FindVersion(id, version) is AppDefinition app
            ? ApiResponse.Json(AppWriter.Write(app))
            : ApiResponse.Error(ApiErrors.UnknownApp(id, version));
    }
}
