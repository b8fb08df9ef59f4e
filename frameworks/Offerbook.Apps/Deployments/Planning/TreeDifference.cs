using Offerbook.Apps.Groups;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments.Planning;

/// <summary>One app or group that is not the same in two trees. Null: not there.</summary>
public readonly record struct Difference<T>(PathId Id, T? From, T? To) where T : class;

/// <summary>Finds what differs between two trees. What both share is not entered, so the cost follows the change, not the tree.</summary>
public static class TreeDifference
{
    /// <summary>By id. Differing means in anything at all, versions included.</summary>
    public static IReadOnlyList<Difference<AppDefinition>> Apps(RootGroup from, RootGroup to)
    {
        var found = new List<Difference<AppDefinition>>();
        Walk(from.Tree, to.Tree, (before, after) => PathMap<AppDefinition>.Compare(before?.Apps, after?.Apps, (id, app, other) =>
        {
            if (!Equals(app, other))
            {
                found.Add(new Difference<AppDefinition>(id, app, other));
            }
        }));
        found.Sort((left, right) => left.Id.CompareTo(right.Id));
        return found;
    }

    /// <summary>The same of apps and pods together.</summary>
    public static IReadOnlyList<Difference<RunSpec>> Specs(RootGroup from, RootGroup to)
    {
        var found = Touched(from, to);
        found.RemoveAll(difference => Equals(difference.From, difference.To));
        // Something may have gone as an app and come as a pod: what goes comes first.
        found.Sort((left, right) => (left.Id.CompareTo(right.Id), left.From is null) switch
        {
            (0, var isNew) => isNew.CompareTo(right.From is null),
            var (order, _) => order,
        });
        return found;
    }

    /// <summary>
    /// Apps and pods that are not the same objects, even if they are equal: of each group its own first, then its subgroups'.
    /// </summary>
    public static List<Difference<RunSpec>> Touched(RootGroup from, RootGroup to)
    {
        var found = new List<Difference<RunSpec>>();
        Walk(from.Tree, to.Tree, (before, after) =>
        {
            PathMap<AppDefinition>.Compare(before?.Apps, after?.Apps,
                (id, app, other) => found.Add(new Difference<RunSpec>(id, app, other)));
            PathMap<PodDefinition>.Compare(before?.Pods, after?.Pods,
                (id, pod, other) => found.Add(new Difference<RunSpec>(id, pod, other)));
        });
        return found;
    }

    /// <summary>Groups that were added or removed or whose dependencies changed; deepest first.</summary>
    public static IReadOnlyList<Difference<Group>> Groups(RootGroup from, RootGroup to) =>
        Groups(from, to, (before, after) => before.Dependencies.Equals(after.Dependencies));

    /// <summary>Groups that were added or removed, or that themselves changed in anything; deepest first.</summary>
    public static IReadOnlyList<Difference<Group>> GroupSettings(RootGroup from, RootGroup to) =>
        Groups(from, to, (before, after) => before.Dependencies.Equals(after.Dependencies) && before.EnforceRole == after.EnforceRole);

    private static List<Difference<Group>> Groups(RootGroup from, RootGroup to, Func<Group, Group, bool> same)
    {
        var found = new List<Difference<Group>>();
        Walk(from.Tree, to.Tree, (before, after) =>
        {
            if (before is null || after is null || !same(before, after))
            {
                found.Add(new Difference<Group>((before ?? after)!.Id, before, after));
            }
        });
        return found.OrderByDescending(difference => difference.Id.Depth).ThenBy(difference => difference.Id).ToList();
    }

    private static void Walk(Group? from, Group? to, Action<Group?, Group?> visit)
    {
        if (!ReferenceEquals(from, to))
        {
            visit(from, to);
            PathMap<Group>.Compare(from?.Groups, to?.Groups, (_, before, after) => Walk(before, after, visit));
        }
    }
}
