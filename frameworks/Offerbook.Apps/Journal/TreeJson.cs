using Newtonsoft.Json.Linq;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Journal;

/// <summary>
/// A tree as the journal has it: what changed since the one before. Apps and pods that differ are written whole, of groups that differ what
/// is their own.
/// </summary>
internal static class TreeJson
{
    public static JObject Write(RootGroup from, RootGroup to)
    {
        var changed = TreeDifference.Specs(from, to);
        var json = new JObject
        {
            ["version"] = to.Version.UnixMilliseconds,
            ["apps"] = new JArray(changed.Where(app => app.To is not null).Select(app => SpecJson.Write(app.To!))),
            ["removed"] = new JArray(
                changed.Where(app => app.To is null || (app.From is not null && app.From.GetType() != app.To.GetType()))
                    .Select(app => app.Id.ToString())),
        };
        var groups = TreeDifference.GroupSettings(from, to);
        var gone = groups.Where(group => group.To is null).Select(group => group.Id.ToString()).ToList();
        return json
            .Put("groups", groups.Count == gone.Count
                ? null : new JArray(groups.Select(group => group.To).OfType<Group>().Select(WriteGroup)))
            .Put("removedGroups", gone.Count == 0 ? null : new JArray(gone));
    }

    public static RootGroup Read(JToken json, RootGroup from)
    {
        var root = from;
        foreach (var removed in json.Need("removed").Select(id => PathId.Parse((string)id!)))
        {
            root = root.WithoutSpec(removed);
        }
        foreach (var group in (json["removedGroups"] ?? new JArray()).Select(id => PathId.Parse((string)id!)))
        {
            root = root.WithoutGroup(group);
        }
        foreach (var group in json["groups"] ?? new JArray())
        {
            root = WithGroup(root, group);
        }
        return json.Need("apps").Select(SpecJson.Read)
            .Aggregate(root, (tree, app) => tree.WithSpec(app)) with { Version = json.Time("version") };
    }

    private static JObject WriteGroup(Group group) => new JObject { ["id"] = group.Id.ToString() }
        .Put("dependencies", group.Dependencies.Count == 0 ? null : new JArray(group.Dependencies.Select(id => id.ToString())))
        .Put("enforceRole", group.EnforceRole);

    private static RootGroup WithGroup(RootGroup root, JToken json)
    {
        var id = json.Path("id");
        return root.WithGroup((root.FindGroup(id) ?? Group.Empty(id)) with
        {
            Dependencies = (json["dependencies"] ?? new JArray()).Select(dependency => PathId.Parse((string)dependency!)).ToValueSet(),
            EnforceRole = (bool?)json["enforceRole"],
        });
    }
}
