using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>Which instances go first when there are too many: those that serve least, then by age as the app selects.</summary>
public static class KillOrder
{
    /// <summary>The first so many. One is found in a walk, as a rolling replacement needs it again and again; more are sorted.</summary>
    /// <param name="sentenced">Ids that come before all others.</param>
    public static List<Instance> First(int count, IEnumerable<Instance> instances, KillSelection selection,
        IReadOnlyCollection<string> sentenced)
    {
        var order = Order(selection, sentenced.Count > 0 ? sentenced.ToHashSet(StringComparer.Ordinal) : null);
        if (count == 1)
        {
            return instances.Min(order) is { } first ? [first] : [];
        }
        var sorted = instances.ToList();
        sorted.Sort(order);
        return count < sorted.Count ? sorted.GetRange(0, Math.Max(0, count)) : sorted;
    }

    private static Comparer<Instance> Order(KillSelection selection, HashSet<string>? sentenced)
    {
        var direction = selection == KillSelection.YoungestFirst ? -1 : 1;
        return Comparer<Instance>.Create((left, right) =>
        {
            var order = Sentence(right).CompareTo(Sentence(left));
            order = order != 0 ? order : Weight(left.Condition).CompareTo(Weight(right.Condition));
            order = order != 0 ? order : direction * Born(left).UnixMilliseconds.CompareTo(Born(right).UnixMilliseconds);
            return order != 0 ? order : left.Id.CompareTo(right.Id);
        });

        bool Sentence(Instance instance) => sentenced?.Contains(instance.Id.Value) == true;
    }

    private static int Weight(Condition condition) => condition switch
    {
        Condition.Scheduled => 0,
        Condition.Provisioned => 1,
        Condition.Unreachable or Condition.UnreachableInactive => 2,
        Condition.Staging => 3,
        Condition.Starting => 4,
        Condition.Running => 5,
        _ => 6,
    };

    private static Timestamp Born(Instance instance) => instance.StartedAt ?? instance.StagedAt ?? instance.ScheduledAt;
}
