using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Brings an app to its number of instances. Looks at what there is and does what is missing, so it can be called at any time
/// and goes on after a restart. Done when nothing is dying any more and every instance that it started is ready; instances that
/// ran before need not be healthy. Counts are kept by the table of instances; these are walked only when some have to go.
/// </summary>
internal sealed class ScaleAction(InstanceKeeper keeper)
{
    private readonly ReadyWatch _ready = new();

    /// <param name="limit">Instances that there may be for now: those up to the next pause point, or all.</param>
    public ActionProgress Advance(Turn turn, DeploymentAction.Scale action, ActionProgress progress, int limit)
    {
        var app = action.App;
        var surplus = turn.State.Instances.TallyOf(app.Id).Wanted - app.Instances;
        if (!progress.Begun && action.InstancesToKill.Count > 0)
        {
            surplus = Math.Max(surplus, Wanted(turn, app).Count(instance => action.InstancesToKill.Contains(instance.Id.Value)));
        }
        if (surplus > 0)
        {
            foreach (var victim in SpreadKills.First(surplus, app, Wanted(turn, app), action.InstancesToKill))
            {
                InstanceKeeper.Retire(turn, victim);
            }
        }

        var started = progress.Started;
        var target = Math.Min(app.Instances, limit);
        var missing = target - turn.State.Instances.TallyOf(app.Id).Wanted;
        // Room for what replaces sentenced instances comes only when they are gone.
        if (missing > 0 && !(turn.State.Instances.TallyOf(app.Id).Dying > 0 && action.InstancesToKill.Count > 0))
        {
            started = started.Where(id => turn.State.Instances.Find(id) is { IsWanted: true }).Concat(keeper.Schedule(turn, app, missing))
                .ToValueList();
        }
        var tally = turn.State.Instances.TallyOf(app.Id);
        var done = tally.Dying == 0 && tally.Wanted == app.Instances
            && (tally.Ready == tally.Wanted || _ready.AreReady(turn, app, started));
        if (done)
        {
            _ready.Forget(app.Id);
        }
        var isPaused = target < app.Instances && tally.Wanted >= target && tally.Ready >= target;
        return progress with
        {
            Begun = true,
            Done = done,
            Started = done ? [] : started,
            PausedAt = isPaused ? progress.PausedAt ?? turn.Time : progress.PausedAt,
        };
    }

    private static List<Instance> Wanted(Turn turn, RunSpec app) =>
        turn.State.Instances.Of(app.Id).Where(instance => instance.IsWanted).ToList();
}
