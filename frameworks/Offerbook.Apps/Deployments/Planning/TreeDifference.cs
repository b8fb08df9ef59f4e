using System.Collections.Immutable;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments.Planning;

/// <summary>One app or group that is not the same in two trees. Null: not there.</summary>
public readonly record struct Difference<T>(PathId Id, T? From, T? To) where T : class;

/// <summary>Finds what differs between two trees. Subtrees that both share are not entered, so the cost follows the change, not the tree.</summary>
public static class TreeDifference
{
    /// <summary>By id. Differing means in anything at all, versions included.</summary>
    public static IReadOnlyList<Difference<AppDefinition>> Apps(RootGroup from, RootGroup to)
    {
        var found = new List<Difference<AppDefinition>>();
        Walk(from.Tree, to.Tree, (before, after) => Compare(before?.Apps, after?.Apps, (app, other) => app.Equals(other), found));
        found.Sort((left, right) => left.Id.CompareTo(right.Id));
        return found;
    }

    /// <summary>The same of apps and pods together.</summary>
    public static IReadOnlyList<Difference<RunSpec>> Specs(RootGroup from, RootGroup to)
    {
        var found = new List<Difference<RunSpec>>();
        Walk(from.Tree, to.Tree, (before, after) =>
        {
            CompareSpecs(before?.Apps, after?.Apps, found);
            CompareSpecs(before?.Pods, after?.Pods, found);
        });
        // Something may have gone as an app and come as a pod: what goes comes first.
        found.Sort((left, right) => (left.Id.CompareTo(right.Id), left.From is null) switch
        {
            (0, var isNew) => isNew.CompareTo(right.From is null),
            var (order, _) => order,
        });
        return found;
    }

    /// <summary>Groups that were added or removed or whose dependencies changed; deepest first.</summary>
    public static IReadOnlyList<Difference<Group>> Groups(RootGroup from, RootGroup to)
    {
        var found = new List<Difference<Group>>();
        Walk(from.Tree, to.Tree, (before, after) =>
        {
            if (before is null || after is null || !before.Dependencies.Equals(after.Dependencies))
            {
                found.Add(new Difference<Group>((before ?? after)!.Id, before, after));
            }
        });
        return found.OrderByDescending(difference => difference.Id.Depth).ThenBy(difference => difference.Id).ToList();
    }

    private static void Walk(Group? from, Group? to, Action<Group?, Group?> visit)
    {
        if (ReferenceEquals(from, to))
        {
            return;
        }
        visit(from, to);
        foreach (var id in Ids(from?.Groups, to?.Groups))
        {
            Walk(from?.Groups.GetValueOrDefault(id), to?.Groups.GetValueOrDefault(id), visit);
        }
    }

    private static void CompareSpecs<T>(ImmutableSortedDictionary<PathId, T>? from, ImmutableSortedDictionary<PathId, T>? to,
        List<Difference<RunSpec>> found) where T : RunSpec
    {
        var typed = new List<Difference<T>>();
        Compare(from, to, (left, right) => left.Equals(right), typed);
        found.AddRange(typed.Select(difference => new Difference<RunSpec>(difference.Id, difference.From, difference.To)));
    }

    private static void Compare<T>(ImmutableSortedDictionary<PathId, T>? from, ImmutableSortedDictionary<PathId, T>? to,
        Func<T, T, bool> same, List<Difference<T>> found) where T : class
    {
        if (ReferenceEquals(from, to))
        {
            return;
        }
        foreach (var id in Ids(from, to))
        {
            var (before, after) = (from?.GetValueOrDefault(id), to?.GetValueOrDefault(id));
            if (!ReferenceEquals(before, after) && (before is null || after is null || !same(before, after)))
            {
                found.Add(new Difference<T>(id, before, after));
            }
        }
    }

    private static IEnumerable<PathId> Ids<T>(ImmutableSortedDictionary<PathId, T>? from, ImmutableSortedDictionary<PathId, T>? to)
    {
        var (left, right) = (from?.Keys ?? [], to?.Keys ?? []);
        return left.Concat(right.Where(id => from is null || !from.ContainsKey(id)));
    }
}
