using Newtonsoft.Json.Linq;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Journal;

/// <summary>
/// A tree as the journal has it: what changed since the one before. Apps and pods that differ are written whole; the groups, which are
/// small, all together and only when any of them changed.
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
            ["removed"] = new JArray(changed.Where(app => app.To is null || (app.From is not null && app.From.GetType() != app.To.GetType())).Select(app => app.Id.ToString())),
        };
        var (before, after) = (WriteGroups(from), WriteGroups(to));
        return json.Put("groups", JToken.DeepEquals(before, after) ? null : after);
    }

    public static RootGroup Read(JToken json, RootGroup from)
    {
        var apps = new SortedDictionary<PathId, RunSpec>();
        var root = from;
        if (json["groups"] is { } groups)
        {
            foreach (var app in from.Specs)
            {
                apps[app.Id] = app;
            }
            root = ReadGroups(groups);
        }
        foreach (var removed in json.Need("removed").Select(id => PathId.Parse((string)id!)))
        {
            apps.Remove(removed);
            root = root.WithoutSpec(removed);
        }
        foreach (var app in json.Need("apps").Select(SpecJson.Read))
        {
            apps[app.Id] = app;
        }
        return apps.Values.Aggregate(root, (tree, app) => tree.WithSpec(app)) with { Version = json.Time("version") };
    }

    /// <summary>Parents come before their children.</summary>
    private static JArray WriteGroups(RootGroup root) => new(root.Tree.TransitiveGroups.Select(group => new JObject
    {
        ["id"] = group.Id.ToString(),
    }
        .Put("dependencies", group.Dependencies.Count == 0 ? null : new JArray(group.Dependencies.Select(id => id.ToString())))
        .Put("enforceRole", group.EnforceRole)));

    private static RootGroup ReadGroups(JToken json)
    {
        var root = RootGroup.Empty;
        foreach (var group in json)
        {
            root = root.WithGroup(Group.Empty(group.Path("id"), (bool?)group["enforceRole"]) with
            {
                Dependencies = (group["dependencies"] ?? new JArray()).Select(id => PathId.Parse((string)id!)).ToValueSet(),
            });
        }
        return root;
    }
}
