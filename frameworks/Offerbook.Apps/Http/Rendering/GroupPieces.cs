using System.Buffers;
using System.Text;
using Newtonsoft.Json;
using Offerbook.Apps.Access;
using Offerbook.Apps.Core;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Pods.Http;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>What of a group is shown.</summary>
/// <param name="Apps">What of the life of its apps; null: no apps.</param>
internal sealed record GroupEmbeds(AppEmbeds? Apps, bool Groups, bool Pods)
{
    /// <summary>Without embeds everything is shown, apps bare; with any only what they name.</summary>
    public static GroupEmbeds Of(IReadOnlyList<string> embeds) => embeds.Count == 0
        ? new GroupEmbeds(AppEmbeds.None, true, true)
        : new GroupEmbeds(
            embeds.Contains("group.apps")
                ? AppEmbeds.None.With(embeds.Where(embed => embed is not ("group.apps" or "group.groups" or "group.pods"))) : null,
            embeds.Contains("group.groups"),
            embeds.Contains("group.pods"));
}

/// <summary>
/// Groups as UTF-8, around the ready pieces of their apps. The shape is that of <see cref="GroupWriter"/>; a test compares them.
/// </summary>
internal sealed class GroupPieces(AppPieces pieces)
{
    /// <param name="grants">What they do not show is left out.</param>
    public ResponseBody Write(AppsView view, Group group, GroupEmbeds embeds, Grants grants)
    {
        var body = new BodyWriter();
        Write(body, view, group, embeds, grants, Utf8(JsonConvert.ToString(view.State.Root.Version.ToString())));
        return body.ToBody();
    }

    private void Write(BodyWriter to, AppsView view, Group group, GroupEmbeds embeds, Grants grants, byte[] version)
    {
        to.Write("{\"id\":"u8);
        to.Write(Utf8(JsonConvert.ToString(group.Id.ToString())));
        to.Write(",\"apps\":"u8);
        var apps = new JsonListWriter(to);
        foreach (var app in embeds.Apps is null ? [] : group.Apps.Values)
        {
            if (grants.Views(app.Id))
            {
                apps.Add(pieces.Of(view, app, embeds.Apps!));
            }
        }
        apps.End();
        to.Write(",\"pods\":"u8);
        var pods = new JsonListWriter(to);
        foreach (var pod in embeds.Pods ? group.Pods.Values : [])
        {
            if (grants.Views(pod.Id))
            {
                pods.Add(ApiResponse.Encode(PodStatusWriter.Write(view, pod)));
            }
        }
        pods.End();
        to.Write(",\"groups\":["u8);
        var isFirst = true;
        foreach (var child in embeds.Groups ? group.Groups.Values : [])
        {
            if (!grants.ViewsPart(child.Id) && !grants.ViewsAll)
            {
                continue;
            }
            to.Write(isFirst ? ""u8 : ","u8);
            isFirst = false;
            Write(to, view, child, embeds, grants, version);
        }
        to.Write("],\"dependencies\":"u8);
        to.Write(ApiResponse.Encode(group.Dependencies.Json()));
        to.Write(",\"version\":"u8);
        to.Write(version);
        if (group.Id.Depth == 1)
        {
            to.Write(group.EnforceRole == true ? ",\"enforceRole\":true"u8 : ",\"enforceRole\":false"u8);
        }
        to.Write("}"u8);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
