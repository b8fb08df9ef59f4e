using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Pods.Http;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>/v2/groups. Any content type is taken for JSON here.</summary>
internal sealed class GroupEndpoints(CoreGate core, AppReads reads, AppPieces pieces, ResponseCache cache) : IApiEndpoints
{
    private readonly GroupPieces _groups = new(pieces);

    private static readonly QueryParameter Embed = new("embed", "[text]",
        "What to show: group.groups, group.apps, group.pods, and of apps group.apps.tasks, .counts, .deployments, .readiness, "
        + ".lastTaskFailure, .failures, .taskStats; without any, everything but live data");

    /// <summary>Each for the root and for the groups below it.</summary>
    public IReadOnlyList<ApiRoute> Routes =>
    [
        .. Both("GET", "/versions", "Versions of the tree in which a group is, newest first")
            .Select(route => route.Gives(200, "[time]", "The versions").Refuses(404, "There is no such group")),
        .. Both("GET", "/versions/{version}", "A group as it was")
            .Select(route => route.Large().Gives(200, "GroupInfo", "The group, without live data")
                .Refuses(404, "There is no such group or version").Refuses(422, "The version is not a time")),
        .. Both("GET", "/apps", "All apps of a group and of those below it")
            .Select(route => route.Large().Asks(QueryParameter.Embed).Asks(ListPage.Parameters).Asks(FieldSelection.Parameter)
                .Gives(200, "[AppInfo]", "The apps").Refuses(404, "There is no such group")),
        .. Both("GET", "", "A group with what is in it")
            .Select(route => route.Asks(Embed).Gives(200, "GroupInfo", "The group").Refuses(404, "There is no such group")),
        .. Both("POST", "", "Create a group")
            .Select(route =>
                route.Asks(QueryParameter.Force)
                    .Takes("GroupUpdate", "The group; its id is relative to the group in the path", onlyJson: false)
                .Gives(201, "DeploymentResult", "The deployment").Refuses(409, "The id is taken, or a deployment is in the way")
                .Refuses(422, "The group is not valid")),
        .. Both("PUT", "", "Create or replace a group, go back to a version of it, or scale its apps")
            .Select(route =>
                route.Asks(QueryParameter.Force, QueryParameter.Restart,
                    new QueryParameter("dryRun", "flag", "Only tell the steps", "false"))
                .Takes("GroupUpdate", "The group: lists that are present replace what is there; or only version, or only scaleBy",
                    onlyJson: false)
                .Gives(200, "DeploymentResult", "The deployment, or with dryRun the steps").Refuses(409, "A deployment is in the way")
                .Refuses(422, "The group is not valid")),
        .. Both("PATCH", "", "Say whether a top-level group enforces its role")
            .Select(route =>
                route.Takes("GroupPartialUpdate", "The change", onlyJson: false).Gives(200, null, "It is done; nothing is deployed")
                .Refuses(404, "There is no such group").Refuses(422, "It is not a top-level group")),
        .. Both("DELETE", "", "Remove a group with all that is in it; the root is emptied")
            .Select(route =>
                route.Asks(QueryParameter.Force).Gives(200, "DeploymentResult", "The deployment").Refuses(404, "There is no such group")
                .Refuses(409, "A deployment is in the way")),
    ];

    private IEnumerable<ApiRoute> Both(string method, string rest, string summary)
    {
        foreach (var group in (string[])["/v2/groups", "/v2/groups/{id}"])
        {
            yield return Route.Of(method, group + rest, summary, request => AnswerAsync(request, method, rest));
        }
    }

    private Task<ApiResponse> AnswerAsync(ApiRequest request, string method, string rest) => (method, rest) switch
    {
        ("GET", "/versions") => Task.FromResult(Versions(request.Id)),
        ("GET", "/versions/{version}") => Task.FromResult(Version(request)),
        ("GET", "/apps") => Apps(request),
        ("POST", _) => ChangeAsync(request, body => new ApiCall.CreateGroup(request.IdText, body, request.Flag("force"))),
        ("PUT", _) =>
            ChangeAsync(request, body => new ApiCall.UpdateGroup(request.IdText, body, request.Flag("force"), request.Flag("dryRun"))),
        ("PATCH", _) => ChangeAsync(request, body => new ApiCall.PatchGroup(request.IdText, body)),
        ("DELETE", _) => core.CallAsync(request, new ApiCall.DeleteGroup(request.IdText, request.Flag("force"))),
        _ => One(request, request.Id),
    };

    private async Task<ApiResponse> ChangeAsync(ApiRequest request, Func<JToken, ApiCall> call)
    {
        var body = await request.ReadJsonAsync();
        return body.IsOk ? await core.CallAsync(request, call(body.Value)) : ApiResponse.Error(body.Error);
    }

    private Task<ApiResponse> One(ApiRequest request, PathId id)
    {
        var embeds = GroupEmbeds.Of(request.Texts("embed"));
        return cache.GetAsync(request, isLarge: true, () => embeds.Apps is null ? null : pieces.AgesAt(embeds.Apps),
            view => view.State.Root.FindGroup(id) is { } group
            ? ApiResponse.Json(_groups.Write(view, group, embeds, request.Grants)) with { Version = view.State.Root.Version.ToString() }
            : ApiResponse.Error(ApiErrors.UnknownGroup(id)));
    }

    /// <summary>A group that is itself called apps is shown as one.</summary>
    private Task<ApiResponse> Apps(ApiRequest request)
    {
        var (view, id) = (core.View, request.Id);
        if (view.State.Root.FindGroup(id.Append("apps")) is not null)
        {
            return One(request, id.Append("apps"));
        }
        return Task.FromResult(reads.Plain(request, view, id));
    }

    private ApiResponse Versions(PathId id)
    {
        var state = core.View.State;
        return state.Root.FindGroup(id) is null
            ? ApiResponse.Error(ApiErrors.UnknownGroup(id))
            : ApiResponse.Json(
                new JArray(state.Roots.Reverse().Where(root => root.FindGroup(id) is not null).Select(root => root.Version.ToString())));
    }

    private ApiResponse Version(ApiRequest request)
    {
        var (id, text) = (request.Id, request.Value("version"));
        if (!request.Grants.Views(id))
        {
            // What was in it then is shown whole.
            return ApiResponse.Error(ApiErrors.NotAuthorized());
        }
        if (!Timestamp.TryParse(text, out var version))
        {
            return ApiResponse.Error(ApiErrors.InvalidTimestamp(text));
        }
        var view = core.View;
        return view.State.Roots.FindLast(root => root.Version == version)?.FindGroup(id) is { } group
            ? ApiResponse.Json(GroupWriter.Write(group, version, GroupView.Full with { Pods = pod => PodStatusWriter.Write(view, pod) }))
            : ApiResponse.Error(ApiErrors.UnknownGroup(id, version));
    }
}
