using Newtonsoft.Json.Linq;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Writing;

/// <summary>What of a group is shown.</summary>
/// <param name="Apps">Writes one app, with whatever live data is wanted; null leaves <c>apps</c> empty.</param>
/// <param name="Groups">Whether the subgroups are shown.</param>
public sealed record GroupView(Func<AppDefinition, JToken>? Apps, bool Groups)
{
    /// <summary>Everything, apps without live data.</summary>
    public static GroupView Full { get; } = new(app => AppWriter.Write(app), true);

    /// <summary>Writes the status of one pod; null leaves <c>pods</c> empty.</summary>
    public Func<PodDefinition, JToken>? Pods { get; init; }
}

public static class GroupWriter
{
    /// <param name="version">Of the tree: every group has it.</param>
    public static JObject Write(Group group, Timestamp version, GroupView view)
    {
        var json = new JObject
        {
            ["id"] = group.Id.ToString(),
            ["apps"] = view.Apps is null ? [] : group.Apps.Values.JsonOf(view.Apps),
            ["pods"] = view.Pods is null ? [] : group.Pods.Values.JsonOf(view.Pods),
            ["groups"] = view.Groups ? group.Groups.Values.JsonOf(child => Write(child, version, view)) : [],
            ["dependencies"] = group.Dependencies.Json(),
            ["version"] = version.ToString(),
        };
        json.AddOptional("enforceRole", group.Id.Depth == 1 ? group.EnforceRole ?? false : null);
        return json;
    }
}
