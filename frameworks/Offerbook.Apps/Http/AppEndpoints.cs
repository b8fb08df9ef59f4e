using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>/v2/apps</summary>
internal sealed class AppEndpoints(CoreGate core)
{
    private static readonly AppEmbeds Listed = AppEmbeds.None with { Counts = true, Deployments = true };

    private static readonly AppEmbeds Single = Listed with { Tasks = true, LastTaskFailure = true };

    public async Task<ApiResponse> AnswerAsync(ApiRequest request)
    {
        var rest = request.Segments.Skip(2).ToArray();
        return (request.Method, rest) switch
        {
            ("GET", []) => List(request),
            ("GET", [.., "tasks"]) when rest.Length > 1 => Tasks(request, request.Id(2, request.Segments.Count - 1)),
            ("GET", [.., "versions"]) when rest.Length > 1 => Versions(PathId.Parse(request.Id(2, request.Segments.Count - 1))),
            ("GET", [.., "versions", var version]) when rest.Length > 2 => Version(PathId.Parse(request.Id(2, request.Segments.Count - 2)), version),
            ("GET", [.., "*"]) => OfGroup(request, PathId.Parse(request.Id(2, request.Segments.Count - 1))),
            ("GET", _) => One(request, PathId.Parse(request.Id(2, request.Segments.Count))),
            ("POST", []) => await ChangeAsync(request, body => new ApiCall.CreateApp(body, request.Flag("force"))),
            ("POST", [.., "restart"]) when rest.Length > 1 =>
                await core.CallAsync(request, new ApiCall.RestartApp(request.Id(2, request.Segments.Count - 1), request.Flag("force"))),
            ("PUT" or "PATCH", []) => await ChangeAsync(request, body =>
                new ApiCall.UpdateApps(body, request.Flag("force"), IsPartial(request), request.Method == "PUT")),
            ("PUT" or "PATCH", _) => await ChangeAsync(request, body =>
                new ApiCall.UpdateApp(request.Id(2, request.Segments.Count), body, request.Flag("force"), IsPartial(request), request.Method == "PUT")),
            ("DELETE", [.., "tasks"]) when rest.Length > 1 => await KillAsync(request, request.Id(2, request.Segments.Count - 1), null),
            ("DELETE", [.., "tasks", var task]) when rest.Length > 2 => await KillAsync(request, request.Id(2, request.Segments.Count - 2), task),
            ("DELETE", [_, ..]) =>
                await core.CallAsync(request, new ApiCall.DeleteApp(request.Id(2, request.Segments.Count), request.Flag("force", ifAbsent: true))),
            _ => ApiRouter.MethodNotAllowed,
        };
    }

    /// <summary>PATCH always is; PUT unless the client says otherwise.</summary>
    private static bool IsPartial(ApiRequest request) => request.Method == "PATCH" || request.Flag("partialUpdate", ifAbsent: true);

    private async Task<ApiResponse> ChangeAsync(ApiRequest request, Func<JToken, ApiCall> call)
    {
        if (request.HasForeignContentType)
        {
            return ApiRouter.UnsupportedMediaType;
        }
        var body = await request.ReadJsonAsync();
        return body.IsOk ? await core.CallAsync(request, call(body.Value)) : ApiResponse.Error(body.Error);
    }

    private Task<ApiResponse> KillAsync(ApiRequest request, string id, string? task) => core.CallAsync(request,
        new ApiCall.KillAppTasks(id, task, request.Text("host"), request.Flag("scale"), request.Flag("wipe"), request.Flag("force")));

    private ApiResponse List(ApiRequest request)
    {
        var (cmd, id, label) = (request.Text("cmd"), request.Text("id"), request.Text("label"));
        LabelSelector? selector = null;
        if (label is { Length: > 0 } && !LabelSelector.TryParse(label, out selector))
        {
            return ApiResponse.Error(ApiErrors.BadSelector(label));
        }
        var view = core.View;
        var embeds = Listed.With(request.Texts("embed"));
        var apps = view.State.Root.Apps
            .Where(app => cmd is null || app.Cmd?.Contains(cmd, StringComparison.OrdinalIgnoreCase) == true)
            .Where(app => id is null || app.Id.ToString().Contains(id, StringComparison.OrdinalIgnoreCase))
            .Where(app => selector is null || selector.Matches(app.Labels))
            .Select(app => AppPicture.Of(view, app, embeds));
        return ApiResponse.Json(new JObject { ["apps"] = new JArray(apps) });
    }

    private ApiResponse One(ApiRequest request, PathId id)
    {
        var view = core.View;
        return view.State.Root.FindApp(id) is { } app
            ? ApiResponse.Json(new JObject { ["app"] = AppPicture.Of(view, app, Single.With(request.Texts("embed"))) })
            : ApiResponse.Error(ApiErrors.UnknownApp(id));
    }

    private ApiResponse OfGroup(ApiRequest request, PathId id)
    {
        var view = core.View;
        return view.State.Root.FindGroup(id) is { } group
            ? ApiResponse.Json(new JObject
            {
                ["*"] = new JArray(group.TransitiveApps.Select(app => AppPicture.Of(view, app, Single.With(request.Texts("embed"))))),
            })
            : ApiResponse.Error(ApiErrors.UnknownGroup(id));
    }

    private ApiResponse Tasks(ApiRequest request, string id)
    {
        var view = core.View;
        IReadOnlyList<AppDefinition> apps;
        if (id.EndsWith("/*", StringComparison.Ordinal))
        {
            var group = PathId.Parse(id[..^1]);
            if (view.State.Root.FindGroup(group) is not { } found)
            {
                return ApiResponse.Error(ApiErrors.UnknownGroup(group));
            }
            apps = found.TransitiveApps.ToList();
        }
        else if (view.State.Root.FindApp(PathId.Parse(id)) is { } app)
        {
            apps = [app];
        }
        else
        {
            return ApiResponse.Error(ApiErrors.UnknownApp(PathId.Parse(id)));
        }
        return TaskListText.IsWanted(request)
            ? ApiResponse.Text(TaskListText.Write(view, apps))
            : ApiResponse.Json(new JObject
            {
                ["tasks"] = AppPicture.Tasks(view, apps.SelectMany(app => view.State.Instances.Of(app.Id))),
            });
    }

    private ApiResponse Versions(PathId id)
    {
        var state = core.View.State;
        return state.Root.FindApp(id) is null || !state.Versions.TryGetValue(id, out var versions)
            ? ApiResponse.Error(ApiErrors.UnknownApp(id))
            : ApiResponse.Json(new JObject { ["versions"] = new JArray(versions.Reverse().Select(app => app.Version.ToString())) });
    }

    private ApiResponse Version(PathId id, string text)
    {
        if (!Timestamp.TryParse(text, out var version))
        {
            return ApiResponse.Error(ApiErrors.InvalidTimestamp(text));
        }
        return core.View.State.FindVersion(id, version) is { } app
            ? ApiResponse.Json(AppWriter.Write(app))
            : ApiResponse.Error(ApiErrors.UnknownApp(id, version));
    }
}
