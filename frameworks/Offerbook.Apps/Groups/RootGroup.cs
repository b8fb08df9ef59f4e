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
    public RootGroup WithApp(AppDefinition app, bool newTopGroupEnforcesRole = false) => Edit(app.Id.Parent, newTopGroupEnforcesRole, group =>
    {
        var groups = group.Groups.TryGetValue(app.Id, out var same) && !same.HasSpecs ? group.Groups.Remove(app.Id) : group.Groups;
        return group with { Apps = group.Apps.SetItem(app.Id, app), Groups = groups };
    });

    public RootGroup WithoutApp(PathId id) =>
        FindApp(id) is null ? this : Edit(id.Parent, false, group => group with { Apps = group.Apps.Remove(id) });

    /// <summary>Adds or replaces a pod, making the groups on the way. An empty group of the same id gives way.</summary>
    public RootGroup WithPod(PodDefinition pod, bool newTopGroupEnforcesRole = false) => Edit(pod.Id.Parent, newTopGroupEnforcesRole, group =>
    {
        var groups = group.Groups.TryGetValue(pod.Id, out var same) && !same.HasSpecs ? group.Groups.Remove(pod.Id) : group.Groups;
        return group with { Pods = group.Pods.SetItem(pod.Id, pod), Groups = groups };
    });

    public RootGroup WithoutPod(PathId id) =>
        FindPod(id) is null ? this : Edit(id.Parent, false, group => group with { Pods = group.Pods.Remove(id) });

    public RootGroup WithSpec(RunSpec spec) => spec is PodDefinition pod ? WithPod(pod) : WithApp((AppDefinition)spec);

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
        MapSpecs(spec => spec is AppDefinition app ? change(app) : spec);

    /// <summary>The same for apps and pods; what is given back must be of the same kind.</summary>
    public RootGroup MapSpecs(Func<RunSpec, RunSpec> change) => this with { Tree = MapSpecs(Tree, change) };

    private RootGroup Edit(PathId id, bool enforceRole, Func<Group, Group> change) => this with { Tree = Edit(Tree, id, enforceRole, change) };

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

    private static Group MapSpecs(Group group, Func<RunSpec, RunSpec> change)
    {
        var (apps, pods, groups) = (group.Apps, group.Pods, group.Groups);
        foreach (var app in group.Apps.Values)
        {
            var changed = change(app);
            apps = ReferenceEquals(changed, app) ? apps : apps.SetItem(app.Id, (AppDefinition)changed);
        }
        foreach (var pod in group.Pods.Values)
        {
            var changed = change(pod);
            pods = ReferenceEquals(changed, pod) ? pods : pods.SetItem(pod.Id, (PodDefinition)changed);
        }
        foreach (var child in group.Groups.Values)
        {
            var changed = MapSpecs(child, change);
            groups = ReferenceEquals(changed, child) ? groups : groups.SetItem(child.Id, changed);
        }
        return ReferenceEquals(apps, group.Apps) && ReferenceEquals(pods, group.Pods) && ReferenceEquals(groups, group.Groups)
            ? group
            : group with { Apps = apps, Pods = pods, Groups = groups };
    }
}
