using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments.Planning;

/// <summary>
/// Takes one deployment's changes back out of the tree as it is now, leaving what others changed meanwhile. Every app that the plan
/// changed gets its original definition (or goes, if the plan added it), then groups are put right, deepest first: a removed group
/// comes back with its dependencies, edited dependencies are undone edge by edge, and an added group goes if nobody put anything
/// in it. The result still has to pass through <see cref="TreeUpdate.Complete"/>, which gives changed apps their new version.
/// </summary>
public static class PlanReversal
{
    public static RootGroup Revert(RootGroup current, DeploymentPlan plan)
    {
        var root = current;
        foreach (var difference in TreeDifference.Specs(plan.Original, plan.Target))
        {
            root = difference.From is null ? root.WithoutSpec(difference.Id) : root.WithSpec(difference.From);
        }
        foreach (var difference in TreeDifference.Groups(plan.Original, plan.Target))
        {
            root = Revert(root, difference);
        }
        return root;
    }

    private static RootGroup Revert(RootGroup root, Difference<Group> difference)
    {
        var present = root.FindGroup(difference.Id);
        switch (difference)
        {
            case { From: { } removed, To: null }:
                var restored = present ?? Group.Empty(removed.Id);
                return root.WithGroup(restored with
                {
                    Dependencies = restored.Dependencies.Union(removed.Dependencies).ToValueSet(),
                    EnforceRole = removed.EnforceRole,
                });
            case { From: null, To: { } added }:
                var untouched = present is { HasSpecs: false, Groups.Count: 0 } && present.Dependencies.Equals(added.Dependencies);
                return untouched ? root.WithoutGroup(added.Id) : present is null
                    ? root : WithDependencies(root, present, [], added.Dependencies);
            default:
                return present is null ? root : WithDependencies(root, present, difference.From!.Dependencies, difference.To!.Dependencies);
        }
    }

    private static RootGroup WithDependencies(RootGroup root, Group group, IEnumerable<PathId> before, IEnumerable<PathId> after) =>
        root.WithGroup(
            group with { Dependencies = group.Dependencies.Except(after.Except(before)).Union(before.Except(after)).ToValueSet() });
}
