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
        var (groups, specs) = (TreeDifference.Groups(original, target), TreeDifference.Specs(original, target));
        if (DependencyGraph.Of(target, MayCloseCycle(groups, specs)).HasCycle)
        {
            errors.Add("/", "Dependency graph has cyclic dependencies.");
        }
        foreach (var difference in groups.Where(difference => difference.To is not null))
        {
            PathIdRules.Check(difference.Id, "/groups/" + difference.Id + "/id", errors);
            for (var i = 0; i < difference.To!.Dependencies.Count; i++)
            {
                PathIdRules.Check(difference.To.Dependencies[i], "/groups/" + difference.Id + "/dependencies(" + i + ")", errors);
            }
        }
        foreach (var (id, from, to) in specs.Where(difference => difference.To is not null))
        {
            CheckSpec(id, from, to!, target, settings, force, errors);
        }
        CheckInstances(target, specs, settings, errors);
        CheckSharedIds(groups, specs, target, errors);
        CheckVolumeNames(target, specs, errors);
        return errors;
    }

    /// <summary>
    /// A new cycle has a new edge, and so goes through an app that is new or changed, or that lies in a group whose dependencies changed.
    /// An edge to what was not there before leads to an app that is new.
    /// </summary>
    private static IEnumerable<PathId> MayCloseCycle(IReadOnlyList<Difference<Group>> groups, IReadOnlyList<Difference<RunSpec>> specs) =>
        specs
        .Where(difference => difference.To is not null).Select(difference => difference.Id)
        .Concat(groups.SelectMany(difference => difference.To?.TransitiveApps ?? []).Select(app => app.Id));

    private static void CheckSpec(PathId id, RunSpec? from, RunSpec to, RootGroup target, SpecSettings settings, bool force,
        PathErrors errors)
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
            errors.Add(path + "/role", $"Resident {(to is PodDefinition ? "pods" : "apps")} cannot have the role *");
        }
        if (from is { IsResident: true } || (from is not null && to.IsResident))
        {
            ResidentRules.Check(from!, to, force, path, errors);
        }
    }

    /// <summary>Only what asks for more can ask for too many.</summary>
    private static void CheckInstances(RootGroup target, IReadOnlyList<Difference<RunSpec>> specs, SpecSettings settings, PathErrors errors)
    {
        if (specs.Any(difference => difference.To?.Instances > (difference.From?.Instances ?? 0))
            && target.Specs.Sum(spec => (long)spec.Instances) is var all && all > settings.MaxInstances)
        {
            errors.Add("/",
                $"All apps and pods together would have {all} instances, more than the {settings.MaxInstances} of --max_instances");
        }
    }

    private static void CheckSharedIds(IReadOnlyList<Difference<Group>> groups, IReadOnlyList<Difference<RunSpec>> specs, RootGroup target,
        PathErrors errors)
    {
        var touched = specs.Where(difference => difference.To is not null).Select(difference => difference.Id)
            .Concat(groups.Where(difference => difference.To is not null).Select(difference => difference.Id))
            .Where(id => !id.IsRoot).Distinct();
        foreach (var group in touched.GroupBy(id => id.Parent).OrderBy(group => group.Key))
        {
            var parent = target.FindGroup(group.Key)!;
            if (group.Any(id => parent.Apps.ContainsKey(id) && parent.Pods.ContainsKey(id)))
            {
                errors.Add(group.Key.ToString(), "Applications and Pods may not share the same id");
            }
            if (group.Any(id => parent.Groups.ContainsKey(id) && (parent.Apps.ContainsKey(id) || parent.Pods.ContainsKey(id))))
            {
                errors.Add(group.Key.ToString(), "Groups and Applications may not have the same identifier.");
            }
        }
    }

    /// <summary>A volume of an external driver belongs to one app, unless it says that it is shared.</summary>
    private static void CheckVolumeNames(RootGroup target, IReadOnlyList<Difference<RunSpec>> changed, PathErrors errors)
    {
        if (!changed.Any(difference => (difference.To as AppDefinition)?.ExternalVolumes.Any() == true))
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
