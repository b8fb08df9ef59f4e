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

    public ApiResponse List(ApiRequest request)
    {
        var (cmd, id, label) = (request.Text("cmd"), request.Text("id"), request.Text("label"));
        LabelSelector? selector = null;
        if (label is { Length: > 0 } && !LabelSelector.TryParse(label, out selector))
        {
            return ApiResponse.Error(ApiErrors.BadSelector(label));
        }
        var page = ListPage.Of(request);
        if (!page.IsOk)
        {
            return ApiResponse.Error(page.Error);
        }
        var embeds = s_listed.With(request.Texts("embed"));
        return Read(request, embeds, view =>
        {
            var part = page.Value.Take(view.State.Root.Apps
                .Where(app => cmd is null || app.Cmd?.Contains(cmd, StringComparison.OrdinalIgnoreCase) == true)
                .Where(app => id is null || app.Id.ToString().Contains(id, StringComparison.OrdinalIgnoreCase))
                .Where(app => selector is null || selector.Matches(app.Labels)), static app => app.Id, PathId.Parse);
            return part.Describe(request, Apps(view, "apps", part.Items, embeds, FieldSelection.Of(request)));
        });
    }

    public ApiResponse One(ApiRequest request)
    {
        var embeds = s_single.With(request.Texts("embed"));
        return Read(request, embeds, view =>
        {
            if (view.State.Root.FindApp(request.Id) is not { } app)
            {
                return ApiResponse.Error(ApiErrors.UnknownApp(request.Id));
            }
            var piece = pieces.Of(view, app, embeds);
            var json = new ArrayBufferWriter<byte>(piece.Length + 8);
            json.Write("{\"app\":"u8);
            json.Write((FieldSelection.Of(request)?.Apply(piece) ?? piece).Span);
            json.Write("}"u8);
            return ApiResponse.Json(new ResponseBody(json.WrittenMemory)) with { Version = app.Version.ToString() };
        });
    }

    public ApiResponse OfGroup(ApiRequest request)
    {
        var embeds = s_single.With(request.Texts("embed"));
        return Read(request, embeds, view => view.State.Root.FindGroup(request.Id) is { } group
            ? Apps(view, "*", group.TransitiveApps, embeds, null)
            : ApiResponse.Error(ApiErrors.UnknownGroup(request.Id)));
    }

    public ApiResponse Tasks(ApiRequest request)
    {
        var view = core.View;
        var (id, root) = (request.IdText, view.State.Root);
        if (id.EndsWith("/*", StringComparison.Ordinal))
        {
            var group = PathId.Parse(id[..^1]);
            return root.FindGroup(group) is { } found
                ? Tasks(request, view, found.TransitiveApps.ToList())
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
        var json = new ArrayBufferWriter<byte>(4_096);
        json.Write("{\"tasks\":"u8);
        var list = new JsonListWriter(json);
        foreach (var instance in part.Items)
        {
            if (pieces.Task(view, instance, withServicePorts) is { } task)
            {
                list.Add((fields?.Apply(task) ?? task).Span);
            }
        }
        list.End();
        json.Write("}"u8);
        return part.Describe(request, ApiResponse.Json(new ResponseBody(json.WrittenMemory)) with { Version = view.State.Root.Version.ToString() });
    }

    private ApiResponse Tasks(ApiRequest request, AppsView view, IReadOnlyList<AppDefinition> apps) => TaskListText.IsWanted(request)
        ? ApiResponse.Text(TaskListText.Write(view, apps, request))
        : Tasks(request, apps.SelectMany(app => view.State.Instances.Of(app.Id)), view, withServicePorts: false);

    /// <summary>From the newest view, or as it was made from it before.</summary>
    private ApiResponse Read(ApiRequest request, AppEmbeds embeds, Func<AppsView, ApiResponse> make)
    {
        var view = core.View;
        return cache.Get(request, view, pieces.AgesAt(embeds), () => make(view));
    }

    private ApiResponse Apps(AppsView view, string member, IEnumerable<AppDefinition> apps, AppEmbeds embeds, FieldSelection? fields)
    {
        var json = new ArrayBufferWriter<byte>(64 * 1024);
        json.Write("{\""u8);
        json.Write(System.Text.Encoding.UTF8.GetBytes(member));
        json.Write("\":"u8);
        var list = new JsonListWriter(json);
        foreach (var app in apps)
        {
            var piece = pieces.Of(view, app, embeds);
            list.Add((fields?.Apply(piece) ?? piece).Span);
        }
        list.End();
        json.Write("}"u8);
        return ApiResponse.Json(new ResponseBody(json.WrittenMemory)) with { Version = view.State.Root.Version.ToString() };
    }
}
