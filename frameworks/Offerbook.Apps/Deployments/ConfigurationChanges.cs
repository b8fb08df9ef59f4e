using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// What a new tree means at once: another configuration has not failed yet, so its launches are not held back for what the one
/// before did; and what waits to be launched with the same configuration is launched as the app is now.
/// </summary>
internal static class ConfigurationChanges
{
    public static void Follow(Turn turn, DeploymentPlan plan)
    {
        foreach (var (id, from, to) in TreeDifference.Specs(plan.Original, plan.Target))
        {
            if (from is null || to is null)
            {
                continue;
            }
            if (from.VersionInfo.LastConfigChangeAt != to.VersionInfo.LastConfigChangeAt)
            {
                if (turn.State.Delays.ContainsKey(id))
                {
                    turn.Apply(new Change.DelayChanged(id, null));
                }
                continue;
            }
            foreach (var waiting in turn.State.Instances.Of(id)
                .Where(instance => instance.Condition == Condition.Scheduled && instance.Version == from.Version).ToList())
            {
                turn.Apply(new Change.InstanceStored(waiting with { Version = to.Version }));
            }
        }
    }
}
