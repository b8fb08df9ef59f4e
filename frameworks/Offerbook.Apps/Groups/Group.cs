using System.Collections.Immutable;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// One node of the tree: immutable, with its apps and subgroups sorted by id. Changing an app rebuilds only the groups above it.
/// </summary>
/// <param name="EnforceRole">Apps below must use the group's role. Only top-level groups have it, else null.</param>
public sealed record Group(
    PathId Id,
    ImmutableSortedDictionary<PathId, AppDefinition> Apps,
    ImmutableSortedDictionary<PathId, Group> Groups,
    ValueSet<PathId> Dependencies,
    bool? EnforceRole)
{
    // Values are compared by reference: an equal definition still takes the place of the one there, so that what an update calls
    // unchanged can be put back as the very object that it was.
    public static ImmutableSortedDictionary<PathId, AppDefinition> NoApps { get; } =
        ImmutableSortedDictionary.Create<PathId, AppDefinition>(null, ReferenceEqualityComparer.Instance);

    public static ImmutableSortedDictionary<PathId, PodDefinition> NoPods { get; } =
        ImmutableSortedDictionary.Create<PathId, PodDefinition>(null, ReferenceEqualityComparer.Instance);

    public static ImmutableSortedDictionary<PathId, Group> NoGroups { get; } =
        ImmutableSortedDictionary.Create<PathId, Group>(null, ReferenceEqualityComparer.Instance);

    public static Group Empty(PathId id, bool? enforceRole = null) => new(id, NoApps, NoGroups, [], enforceRole);

    /// <summary>Every app of the subtree: of each group its own first, then its subgroups', by id.</summary>
    public IEnumerable<AppDefinition> TransitiveApps => Apps.Values.Concat(Groups.Values.SelectMany(group => group.TransitiveApps));

    /// <summary>This group and all below it, parents first.</summary>
    public IEnumerable<Group> TransitiveGroups => Groups.Values.SelectMany(group => group.TransitiveGroups).Prepend(this);

    /// <summary>Pods of this very group.</summary>
    public ImmutableSortedDictionary<PathId, PodDefinition> Pods { get; init; } = NoPods;

    /// <summary>Every pod of the subtree.</summary>
    public IEnumerable<PodDefinition> TransitivePods => Pods.Values.Concat(Groups.Values.SelectMany(group => group.TransitivePods));

    /// <summary>Apps and pods of the subtree.</summary>
    public IEnumerable<RunSpec> TransitiveSpecs => TransitiveApps.Concat<RunSpec>(TransitivePods);

    /// <summary>Whether there is an app or a pod in the subtree.</summary>
    public bool HasSpecs => Apps.Count > 0 || Pods.Count > 0 || Groups.Values.Any(group => group.HasSpecs);
}
