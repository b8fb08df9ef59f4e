using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>/v2/groups. Any content type is taken for JSON here.</summary>
internal sealed class GroupEndpoints(CoreGate core)
{
    public async Task<ApiResponse> AnswerAsync(ApiRequest request)
    {
        var rest = request.Segments.Skip(2).ToArray();
        var id = request.Id(2, request.Segments.Count);
        return (request.Method, rest) switch
        {
            ("GET", [.., "versions"]) => Versions(PathId.Parse(request.Id(2, request.Segments.Count - 1))),
            ("GET", [.., "versions", var version]) => Version(PathId.Parse(request.Id(2, request.Segments.Count - 2)), version),
            ("GET", [.., "apps"]) when core.View.State.Root.FindGroup(PathId.Parse(id)) is null =>
                Apps(request, PathId.Parse(request.Id(2, request.Segments.Count - 1))),
            ("GET", _) => One(request, PathId.Parse(id)),
            ("POST", _) => await ChangeAsync(request, body => new ApiCall.CreateGroup(id, body, request.Flag("force"))),
            ("PUT", _) => await ChangeAsync(request, body => new ApiCall.UpdateGroup(id, body, request.Flag("force"), request.Flag("dryRun"))),
            ("PATCH", _) => await ChangeAsync(request, body => new ApiCall.PatchGroup(id, body)),
            ("DELETE", _) => await core.CallAsync(request, new ApiCall.DeleteGroup(id, request.Flag("force"))),
            _ => ApiRouter.MethodNotAllowed,
        };
    }

    private async Task<ApiResponse> ChangeAsync(ApiRequest request, Func<JToken, ApiCall> call)
    {
        var body = await request.ReadJsonAsync();
        return body.IsOk ? await core.CallAsync(request, call(body.Value)) : ApiResponse.Error(body.Error);
    }

    private ApiResponse One(ApiRequest request, PathId id)
    {
        var view = core.View;
        return view.State.Root.FindGroup(id) is { } group
            ? ApiResponse.Json(GroupWriter.Write(group, view.State.Root.Version, ViewFor(request, view)))
            : ApiResponse.Error(ApiErrors.UnknownGroup(id));
    }

    /// <summary>Without embeds everything is shown, apps bare; with any only what they name.</summary>
    private static GroupView ViewFor(ApiRequest request, AppsView view)
    {
        var embeds = request.Texts("embed");
        if (embeds.Count == 0)
        {
            return GroupView.Full;
        }
        var apps = AppEmbeds.None.With(embeds.Where(embed => embed is not ("group.apps" or "group.groups" or "group.pods")));
        return new GroupView(embeds.Contains("group.apps") ? app => AppPicture.Of(view, app, apps) : null, embeds.Contains("group.groups"));
    }

    private ApiResponse Apps(ApiRequest request, PathId id)
    {
        var view = core.View;
        return view.State.Root.FindGroup(id) is { } group
            ? ApiResponse.Json(new JArray(group.TransitiveApps.Select(app => AppPicture.Of(view, app, AppEmbeds.None.With(request.Texts("embed"))))))
            : ApiResponse.Error(ApiErrors.UnknownGroup(id));
    }

    private ApiResponse Versions(PathId id)
    {
        var state = core.View.State;
        return state.Root.FindGroup(id) is null
            ? ApiResponse.Error(ApiErrors.UnknownGroup(id))
            : ApiResponse.Json(new JArray(state.Roots.Reverse().Where(root => root.FindGroup(id) is not null).Select(root => root.Version.ToString())));
    }

    private ApiResponse Version(PathId id, string text)
    {
        if (!Timestamp.TryParse(text, out var version))
        {
            return ApiResponse.Error(ApiErrors.InvalidTimestamp(text));
        }
        return core.View.State.Roots.FindLast(root => root.Version == version)?.FindGroup(id) is { } group
            ? ApiResponse.Json(GroupWriter.Write(group, version, GroupView.Full))
            : ApiResponse.Error(ApiErrors.UnknownGroup(id, version));
    }
}
