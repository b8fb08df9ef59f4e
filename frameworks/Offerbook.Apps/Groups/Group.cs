using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// One node of the tree: immutable, with its apps and subgroups sorted by id. Changing an app rebuilds only the groups above it.
/// </summary>
/// <param name="EnforceRole">Apps below must use the group's role. Only top-level groups have it, else null.</param>
public sealed record Group(
    PathId Id,
    PathMap<AppDefinition> Apps,
    PathMap<Group> Groups,
    ValueSet<PathId> Dependencies,
    bool? EnforceRole)
{
    public static Group Empty(PathId id, bool? enforceRole = null) =>
        new(id, PathMap<AppDefinition>.Empty, PathMap<Group>.Empty, [], enforceRole);

    /// <summary>Every app of the subtree: of each group its own first, then its subgroups', by id.</summary>
    public IEnumerable<AppDefinition> TransitiveApps => Apps.Values.Concat(Groups.Values.SelectMany(group => group.TransitiveApps));

    /// <summary>This group and all below it, parents first.</summary>
    public IEnumerable<Group> TransitiveGroups => Groups.Values.SelectMany(group => group.TransitiveGroups).Prepend(this);

    /// <summary>Pods of this very group.</summary>
    public PathMap<PodDefinition> Pods { get; init; } = PathMap<PodDefinition>.Empty;

    /// <summary>Every pod of the subtree.</summary>
    public IEnumerable<PodDefinition> TransitivePods => Pods.Values.Concat(Groups.Values.SelectMany(group => group.TransitivePods));

    /// <summary>Apps and pods of the subtree.</summary>
    public IEnumerable<RunSpec> TransitiveSpecs => TransitiveApps.Concat<RunSpec>(TransitivePods);

    /// <summary>Whether there is an app or a pod in the subtree.</summary>
    public bool HasSpecs => Apps.Count > 0 || Pods.Count > 0 || Groups.Values.Any(group => group.HasSpecs);
}
