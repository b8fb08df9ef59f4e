using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Keeps apps that no deployment holds at their number of instances: replaces what is lost, takes away what came back too late,
/// and lets the instances of apps go that are no longer in the tree.
/// </summary>
internal sealed class ScaleKeeper(InstanceKeeper keeper)
{
    public void Keep(Turn turn, PathId id)
    {
        var app = turn.State.Root.FindApp(id);
        if (app is null)
        {
            Forget(turn, id);
            return;
        }
        var wanted = turn.State.Instances.Of(id).Where(instance => instance.IsWanted).ToList();
        foreach (var surplus in KillOrder.Sort(wanted, app.KillSelection, []).Take(Math.Max(0, wanted.Count - app.Instances)))
        {
            InstanceKeeper.Decommission(turn, surplus);
        }
        if (wanted.Count < app.Instances)
        {
            keeper.Schedule(turn, app, app.Instances - wanted.Count);
        }
    }

    private static void Forget(Turn turn, PathId id)
    {
        foreach (var orphan in turn.State.Instances.Of(id).Where(instance => instance.Goal != Goal.Decommissioned).ToList())
        {
            InstanceKeeper.Decommission(turn, orphan);
        }
        if (turn.State.Instances.Of(id).Count == 0 && (turn.State.Versions.ContainsKey(id) || turn.State.Delays.ContainsKey(id)))
        {
            turn.Apply(new Change.AppForgotten(id));
        }
    }
}
