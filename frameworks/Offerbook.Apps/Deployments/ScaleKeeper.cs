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
        var app = turn.State.Root.FindSpec(id);
        if (app is null)
        {
            Forget(turn, id);
            return;
        }
        if (app.IsDaemon)
        {
            // Offers bring its instances.
            Daemons.DaemonAction.Trim(turn, app);
            return;
        }
        var surplus = turn.State.Instances.TallyOf(id).Wanted - app.Instances;
        if (surplus > 0)
        {
            var wanted = turn.State.Instances.Of(id).Where(instance => instance.IsWanted);
            foreach (var victim in SpreadKills.First(surplus, app, wanted, []))
            {
                InstanceKeeper.Retire(turn, victim);
            }
        }
        else if (surplus < 0)
        {
            keeper.Schedule(turn, app, -surplus);
        }
    }

    private static void Forget(Turn turn, PathId id)
    {
        InstanceKeeper.DecommissionAll(turn, id);
        if (turn.State.Instances.TallyOf(id).Total == 0 && (turn.State.Versions.ContainsKey(id) || turn.State.Delays.ContainsKey(id)))
        {
            turn.Apply(new Change.AppForgotten(id));
        }
    }
}
