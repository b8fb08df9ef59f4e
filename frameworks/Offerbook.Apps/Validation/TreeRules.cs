using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

/// <summary>
/// What must hold between the nodes of a tree. Only what changed is looked at (the rest was checked when it came), except for
/// dependency cycles, which any change may close. An app's path is <c>/apps/</c> and its id: <c>/apps//prod/web/role</c>.
/// </summary>
public static class TreeRules
{
    public static PathErrors Check(RootGroup original, RootGroup target, SpecSettings settings, bool force)
    {
        var errors = new PathErrors();
        if (DependencyGraph.Of(target).HasCycle)
        {
            errors.Add("/", "Dependency graph has cyclic dependencies.");
        }
        foreach (var difference in TreeDifference.Groups(original, target).Where(difference => difference.To is not null))
        {
            PathIdRules.Check(difference.Id, "/groups/" + difference.Id + "/id", errors);
            for (var i = 0; i < difference.To!.Dependencies.Count; i++)
            {
                PathIdRules.Check(difference.To.Dependencies[i], "/groups/" + difference.Id + "/dependencies(" + i + ")", errors);
            }
        }
        foreach (var (id, from, to) in TreeDifference.Specs(original, target).Where(difference => difference.To is not null))
        {
            CheckSpec(id, from, to!, target, settings, force, errors);
        }
        var apps = TreeDifference.Apps(original, target);
        CheckSharedIds(original, target, errors);
        CheckVolumeNames(target, apps, errors);
        return errors;
    }

    private static void CheckSpec(PathId id, RunSpec? from, RunSpec to, RootGroup target, SpecSettings settings, bool force, PathErrors errors)
    {
        var path = (to is PodDefinition ? "/pods/" : "/apps/") + id;
        var roles = RoleSettings.For(id, target, settings, from?.Role);
        if (!roles.Valid.Contains(to.Role))
        {
            errors.Add(path + "/role", $"got {to.Role}, expected one of: [{string.Join(", ", roles.Valid)}]");
        }
        if (to.AcceptedResourceRoles is { } accepted && accepted.Any(role => role != "*" && role != to.Role))
        {
            errors.Add(path + "/acceptedResourceRoles", $"acceptedResourceRoles can only contain * and {to.Role}");
        }
        if (to is { IsResident: true, Role: "*" })
        {
            errors.Add(path + "/role", "Resident apps cannot have the role *");
        }
        if (from is { IsResident: true } || (from is not null && to.IsResident))
        {
            ResidentRules.Check(from!, to, force, path, errors);
        }
    }

    private static void CheckSharedIds(RootGroup original, RootGroup target, PathErrors errors)
    {
        foreach (var group in Changed(original.Tree, target.Tree))
        {
            if (group.Pods.Keys.Any(group.Apps.ContainsKey))
            {
                errors.Add(group.Id.ToString(), "Applications and Pods may not share the same id");
            }
            if (group.Groups.Keys.Any(id => group.Apps.ContainsKey(id) || group.Pods.ContainsKey(id)))
            {
                errors.Add(group.Id.ToString(), "Groups and Applications may not have the same identifier.");
            }
        }
    }

    private static IEnumerable<Group> Changed(Group? from, Group to) => ReferenceEquals(from, to)
        ? []
        : to.Groups.Values.SelectMany(child => Changed(from?.Groups.GetValueOrDefault(child.Id), child)).Prepend(to);

    /// <summary>A volume of an external driver belongs to one app, unless it says that it is shared.</summary>
    private static void CheckVolumeNames(RootGroup target, IReadOnlyList<Difference<AppDefinition>> changed, PathErrors errors)
    {
        if (!changed.Any(difference => difference.To?.ExternalVolumes.Any() == true))
        {
            return;
        }
        var owners = new Dictionary<string, PathId>();
        foreach (var app in target.Apps)
        {
            foreach (var name in app.ExternalVolumes.Select(volume => volume.Info).OfType<ExternalVolumeInfo.Dvdi>()
                         .Where(info => !info.Shared).Select(info => info.Name).OfType<string>())
            {
                if (!owners.TryAdd(name, app.Id) && owners[name] != app.Id)
                {
                    errors.Add("/apps/" + app.Id + "/container/volumes",
                        $"Requested volume {name} conflicts with a volume in app {owners[name]}");
                }
            }
        }
    }
}
