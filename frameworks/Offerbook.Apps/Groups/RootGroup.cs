using System.Diagnostics.CodeAnalysis;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// The whole tree at one version. A change anywhere gives every group the new version, so it is kept once, here. Editing gives a
/// new tree that shares what did not change; nothing is checked (see Validation), except that paths lead through groups.
/// </summary>
public sealed record RootGroup(Group Tree, Timestamp Version)
{
    public static RootGroup Empty { get; } = new(Group.Empty(PathId.Root), default);

    public IEnumerable<AppDefinition> Apps => Tree.TransitiveApps;

    public AppDefinition? FindApp(PathId id) => FindGroup(id.Parent)?.Apps.GetValueOrDefault(id);

    public IEnumerable<PodDefinition> Pods => Tree.TransitivePods;

    /// <summary>Apps, then pods.</summary>
    public IEnumerable<RunSpec> Specs => Tree.TransitiveSpecs;

    public PodDefinition? FindPod(PathId id) => FindGroup(id.Parent)?.Pods.GetValueOrDefault(id);

    /// <summary>The app or pod of that id.</summary>
    public RunSpec? FindSpec(PathId id) => FindGroup(id.Parent) is { } group
        ? (RunSpec?)group.Apps.GetValueOrDefault(id) ?? group.Pods.GetValueOrDefault(id)
        : null;

    public bool TryGetApp(PathId id, [NotNullWhen(true)] out AppDefinition? app) => (app = FindApp(id)) is not null;

    public Group? FindGroup(PathId id)
    {
        var group = Tree;
        for (var depth = 1; depth <= id.Depth && group is not null; depth++)
        {
            group = group.Groups.GetValueOrDefault(id.Ancestor(depth));
        }
        return group;
    }

    /// <summary>Adds or replaces an app, making the groups on the way. An empty group of the same id gives way.</summary>
    /// <param name="newTopGroupEnforcesRole">For a top-level group that has to be made.</param>
    public RootGroup WithApp(AppDefinition app, bool newTopGroupEnforcesRole = false) =>
        Edit(app.Id.Parent, newTopGroupEnforcesRole, group =>
    {
        var groups = group.Groups.TryGetValue(app.Id, out var same) && !same.HasSpecs ? group.Groups.Remove(app.Id) : group.Groups;
        return group with { Apps = group.Apps.SetItem(app.Id, app), Groups = groups };
    });

    public RootGroup WithoutApp(PathId id) =>
        FindApp(id) is null ? this : Edit(id.Parent, false, group => group with { Apps = group.Apps.Remove(id) });

    /// <summary>Adds or replaces a pod, making the groups on the way. An empty group of the same id gives way.</summary>
    public RootGroup WithPod(PodDefinition pod, bool newTopGroupEnforcesRole = false) =>
        Edit(pod.Id.Parent, newTopGroupEnforcesRole, group =>
    {
        var groups = group.Groups.TryGetValue(pod.Id, out var same) && !same.HasSpecs ? group.Groups.Remove(pod.Id) : group.Groups;
        return group with { Pods = group.Pods.SetItem(pod.Id, pod), Groups = groups };
    });

    public RootGroup WithoutPod(PathId id) =>
        FindPod(id) is null ? this : Edit(id.Parent, false, group => group with { Pods = group.Pods.Remove(id) });

    public RootGroup WithSpec(RunSpec spec) => spec is PodDefinition pod ? WithPod(pod) : WithApp((AppDefinition)spec);

    /// <summary>Puts a definition in the place of the one of its id and kind, which is there; nothing else gives way.</summary>
    public RootGroup Replacing(RunSpec spec) => Edit(spec.Id.Parent, false, group => spec is PodDefinition pod
        ? group with { Pods = group.Pods.SetItem(pod.Id, pod) }
        : group with { Apps = group.Apps.SetItem(spec.Id, (AppDefinition)spec) });

    public RootGroup WithoutSpec(PathId id) => WithoutApp(id).WithoutPod(id);

    /// <summary>Adds or replaces a group with all that is in it, making the groups on the way.</summary>
    public RootGroup WithGroup(Group group, bool newTopGroupEnforcesRole = false) => group.Id.IsRoot
        ? this with { Tree = group }
        : Edit(group.Id.Parent, newTopGroupEnforcesRole, parent => parent with { Groups = parent.Groups.SetItem(group.Id, group) });

    /// <summary>Removes a group with all that is in it; removing the root empties it.</summary>
    public RootGroup WithoutGroup(PathId id) => id.IsRoot
        ? this with { Tree = Group.Empty(PathId.Root) }
        : FindGroup(id) is null ? this : Edit(id.Parent, false, parent => parent with { Groups = parent.Groups.Remove(id) });

    /// <summary>Changes the apps of the whole tree one by one; groups without a changed app are shared.</summary>
    public RootGroup MapApps(Func<AppDefinition, AppDefinition> change) =>
        Apps.Select(app => (app, Changed: change(app))).Where(pair => !ReferenceEquals(pair.app, pair.Changed)).Select(pair => pair.Changed)
            .Aggregate(this, (root, changed) => root.Replacing(changed));

    private RootGroup Edit(PathId id, bool enforceRole, Func<Group, Group> change) =>
        this with { Tree = Edit(Tree, id, enforceRole, change) };

    private static Group Edit(Group group, PathId id, bool enforceRole, Func<Group, Group> change)
    {
        if (group.Id.Depth == id.Depth)
        {
            return change(group);
        }
        var childId = id.Ancestor(group.Id.Depth + 1);
        var child = group.Groups.GetValueOrDefault(childId) ?? Group.Empty(childId, childId.Depth == 1 ? enforceRole : null);
        return group with { Groups = group.Groups.SetItem(childId, Edit(child, id, enforceRole, change)) };
    }
}
