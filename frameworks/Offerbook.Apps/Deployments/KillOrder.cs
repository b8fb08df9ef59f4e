using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>Which instances go first when there are too many: those that serve least, then by age as the app selects.</summary>
public static class KillOrder
{
    /// <param name="sentenced">Ids that come before all others.</param>
    public static List<Instance> Sort(IEnumerable<Instance> instances, KillSelection selection, IReadOnlyCollection<string> sentenced)
    {
        var direction = selection == KillSelection.YoungestFirst ? -1 : 1;
        return instances
            .OrderBy(instance => sentenced.Contains(instance.Id.Value) ? 0 : 1)
            .ThenBy(instance => Weight(instance.Condition))
            .ThenBy(instance => direction * Born(instance).UnixMilliseconds)
            .ThenBy(instance => instance.Id)
            .ToList();
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
