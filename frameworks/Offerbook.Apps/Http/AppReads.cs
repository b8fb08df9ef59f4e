using System.Buffers;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>What can be read of apps and tasks.</summary>
internal sealed class AppReads(CoreGate core, AppPieces pieces, ResponseCache cache)
{
    private static readonly AppEmbeds s_listed = AppEmbeds.None with { Counts = true, Deployments = true };

    private static readonly AppEmbeds s_single = s_listed with { Tasks = true, LastTaskFailure = true };

    public Task<ApiResponse> List(ApiRequest request)
    {
        var (cmd, id, label) = (request.Text("cmd"), request.Text("id"), request.Text("label"));
        LabelSelector? selector = null;
        if (label is { Length: > 0 } && !LabelSelector.TryParse(label, out selector))
        {
            return Task.FromResult(ApiResponse.Error(ApiErrors.BadSelector(label)));
        }
        var page = ListPage.Of(request);
        if (!page.IsOk)
        {
            return Task.FromResult(ApiResponse.Error(page.Error));
        }
        var embeds = s_listed.With(request.Texts("embed"));
        return Read(request, embeds, isLarge: true, view =>
        {
            var part = page.Value.Take(view.State.Root.Apps
                .Where(app => cmd is null || app.Cmd?.Contains(cmd, StringComparison.OrdinalIgnoreCase) == true)
                .Where(app => id is null || app.Id.ToString().Contains(id, StringComparison.OrdinalIgnoreCase))
                .Where(app => selector is null || selector.Matches(app.Labels)).Where(app => request.Grants.Views(app.Id)), static app =>
                    app.Id, PathId.Parse);
            return part.Describe(request, Apps(view, "apps", part.Items, embeds, FieldSelection.Of(request)));
        });
    }

    public Task<ApiResponse> One(ApiRequest request)
    {
        var embeds = s_single.With(request.Texts("embed"));
        return Read(request, embeds, isLarge: false, view =>
        {
            if (view.State.Root.FindApp(request.Id) is not { } app)
            {
                return ApiResponse.Error(ApiErrors.UnknownApp(request.Id));
            }
            var piece = pieces.Of(view, app, embeds);
            var json = new BodyWriter();
            json.Write("{\"app\":"u8);
            json.Add(FieldSelection.Of(request)?.Apply(piece) ?? piece);
            json.Write("}"u8);
            return ApiResponse.Json(json.ToBody()) with { Version = app.Version.ToString() };
        });
    }

    public Task<ApiResponse> OfGroup(ApiRequest request)
    {
        var embeds = s_single.With(request.Texts("embed"));
        return Read(request, embeds, isLarge: true, view => view.State.Root.FindGroup(request.Id) is { } group
            ? Apps(view, "*", group.TransitiveApps.Where(app => request.Grants.Views(app.Id)), embeds, null)
            : ApiResponse.Error(ApiErrors.UnknownGroup(request.Id)));
    }

    /// <summary>The apps of a group and of those below it, as a list that stands alone.</summary>
    public ApiResponse Plain(ApiRequest request, AppsView view, PathId id)
    {
        if (view.State.Root.FindGroup(id) is not { } group)
        {
            return ApiResponse.Error(ApiErrors.UnknownGroup(id));
        }
        var page = ListPage.Of(request);
        if (!page.IsOk)
        {
            return ApiResponse.Error(page.Error);
        }
        var (part, fields,
            embeds) = (page.Value.Take(group.TransitiveApps.Where(app => request.Grants.Views(app.Id)), static app => app.Id,
                PathId.Parse), FieldSelection.Of(request),
            AppEmbeds.None.With(request.Texts("embed")));
        var json = new BodyWriter();
        var list = new JsonListWriter(json);
        foreach (var app in part.Items)
        {
            var piece = pieces.Of(view, app, embeds);
            list.Add(fields?.Apply(piece) ?? piece);
        }
        list.End();
        return part.Describe(request, ApiResponse.Json(json.ToBody()));
    }

    public ApiResponse Tasks(ApiRequest request)
    {
        var view = core.View;
        var (id, root) = (request.IdText, view.State.Root);
        if (id.EndsWith("/*", StringComparison.Ordinal))
        {
            var group = PathId.Parse(id[..^1]);
            return root.FindGroup(group) is { } found
                ? Tasks(request, view, found.TransitiveApps.Where(app => request.Grants.Views(app.Id)).ToList())
                : ApiResponse.Error(ApiErrors.UnknownGroup(group));
        }
        return root.FindApp(request.Id) is { } app ? Tasks(request, view, [app]) : ApiResponse.Error(ApiErrors.UnknownApp(request.Id));
    }

    /// <summary>Tasks of instances as <c>{"tasks":[…]}</c>.</summary>
    public ApiResponse Tasks(ApiRequest request, IEnumerable<Instance> instances, AppsView view, bool withServicePorts)
    {
        var page = ListPage.Of(request);
        if (!page.IsOk)
        {
            return ApiResponse.Error(page.Error);
        }
        var part = page.Value.Take(instances.Where(instance => instance.IsActive), static instance => instance.Id,
            static text => InstanceId.TryParseTask(text, out var instance, out _) ? instance : new InstanceId(text));
        var fields = FieldSelection.Of(request);
        var json = new BodyWriter();
        json.Write("{\"tasks\":"u8);
        var list = new JsonListWriter(json);
        foreach (var instance in part.Items)
        {
            if (pieces.Task(view, instance, withServicePorts) is { } task)
            {
                list.Add(fields?.Apply(task) ?? task);
            }
        }
        list.End();
        json.Write("}"u8);
        return part.Describe(request, ApiResponse.Json(json.ToBody()) with { Version = view.State.Root.Version.ToString() });
    }

    private ApiResponse Tasks(ApiRequest request, AppsView view, IReadOnlyList<AppDefinition> apps) => TaskListText.IsWanted(request)
        ? ApiResponse.Text(TaskListText.Write(view, apps, request))
        : Tasks(request, apps.SelectMany(app => view.State.Instances.Of(app.Id)), view, withServicePorts: false);

    /// <summary>From the newest view, or as it was made from it before.</summary>
    private Task<ApiResponse> Read(ApiRequest request, AppEmbeds embeds, bool isLarge, Func<AppsView, ApiResponse> make) =>
        cache.GetAsync(request, isLarge, () => pieces.AgesAt(embeds), make);

    private ApiResponse Apps(AppsView view, string member, IEnumerable<AppDefinition> apps, AppEmbeds embeds, FieldSelection? fields)
    {
        var json = new BodyWriter();
        json.Write("{\""u8);
        json.Write(System.Text.Encoding.UTF8.GetBytes(member));
        json.Write("\":"u8);
        var list = new JsonListWriter(json);
        foreach (var app in apps)
        {
            var piece = pieces.Of(view, app, embeds);
            list.Add(fields?.Apply(piece) ?? piece);
        }
        list.End();
        json.Write("}"u8);
        return ApiResponse.Json(json.ToBody()) with { Version = view.State.Root.Version.ToString() };
    }
}
