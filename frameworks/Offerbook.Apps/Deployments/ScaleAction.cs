using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Brings an app to its number of instances. Looks at what there is and does what is missing, so it can be called at any time
/// and goes on after a restart. Done when nothing is dying any more and every instance that it started is ready; instances that
/// ran before need not be healthy.
/// </summary>
internal sealed class ScaleAction(InstanceKeeper keeper)
{
    public ActionProgress Advance(Turn turn, DeploymentAction.Scale action, ActionProgress progress)
    {
        var app = action.App;
        var wanted = Wanted(turn, app);
        var surplus = wanted.Count - app.Instances;
        if (!progress.Begun)
        {
            surplus = Math.Max(surplus, wanted.Count(instance => action.InstancesToKill.Contains(instance.Id.Value)));
        }
        if (surplus > 0)
        {
            foreach (var victim in KillOrder.Sort(wanted, app.KillSelection, action.InstancesToKill).Take(surplus))
            {
                InstanceKeeper.Decommission(turn, victim);
            }
            wanted = Wanted(turn, app);
        }

        var started = progress.Started.Where(id => turn.State.Instances.Find(id) is { IsWanted: true }).ToList();
        var isDying = turn.State.Instances.Of(app.Id).Any(instance => instance.Goal != Goal.Running && instance.IsActive);
        // Room for what replaces sentenced instances comes only when they are gone.
        if (wanted.Count < app.Instances && !(isDying && action.InstancesToKill.Count > 0))
        {
            started.AddRange(keeper.Schedule(turn, app, app.Instances - wanted.Count));
        }
        var ready = started.All(id => InstanceHealth.IsReady(app, turn.State.Instances.Find(id)!));
        var done = !isDying && ready && Wanted(turn, app).Count == app.Instances;
        return progress with { Begun = true, Done = done, Started = started.ToValueList() };
    }

    private static List<Instance> Wanted(Turn turn, AppDefinition app) =>
        turn.State.Instances.Of(app.Id).Where(instance => instance.IsWanted).ToList();
}
