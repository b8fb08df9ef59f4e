using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Replaces the instances of older versions, by <see cref="RollingArithmetic"/>:
///
/// 1. Old instances that have no task give up their place: an old version is never launched again.
/// 2. At the beginning KillNow old ones go, the unhealthy first; later one more for each new one that is ready. An old one that
///    died by itself counts as one that went.
/// 3. New ones start as far as MaxCapacity leaves room beside the old ones that still hold resources.
/// 4. Done when all N new ones are ready and no old one is left.
/// 5. When nothing moves any more and it is not done (the bounds were set down while faults left too few healthy), they are set
///    down again from what is healthy now.
///
/// What may be killed and started follows from the bounds in the journal and from what exists now, so it can be called at any time.
/// Whatever the counts say, a healthy instance goes only while more than the minimum are healthy.
/// </summary>
internal sealed class RestartAction(InstanceKeeper keeper)
{
    public ActionProgress Advance(Turn turn, AppDefinition app, ActionProgress progress)
    {
        if (!progress.Begun)
        {
            turn.Apply(new Change.DelayChanged(app.Id, null));
        }
        foreach (var waiting in Old(turn, app).Where(instance => !instance.IsActive).ToList())
        {
            InstanceKeeper.Decommission(turn, waiting);
        }

        var rolling = progress.Rolling ?? Begin(turn, app);
        Move(turn, app, rolling);
        if (!IsDone(turn, app) && IsStill(turn, app))
        {
            rolling = Begin(turn, app);
            Move(turn, app, rolling);
        }
        return progress with { Begun = true, Rolling = rolling, Done = IsDone(turn, app) };
    }

    private static bool IsDone(Turn turn, AppDefinition app) => Old(turn, app).Count == 0
        && New(turn, app) is var replaced && replaced.Count == app.Instances && replaced.All(instance => InstanceHealth.IsReady(app, instance));

    /// <summary>Nothing is dying and nothing is coming: only new bounds can let the replacement go on.</summary>
    private static bool IsStill(Turn turn, AppDefinition app) => Old(turn, app).All(instance => instance.Goal == Goal.Running)
        && New(turn, app).All(instance => InstanceHealth.IsReady(app, instance));

    private void Move(Turn turn, AppDefinition app, RollingProgress rolling)
    {
        Kill(turn, app, rolling);
        TrimNew(turn, app);
        keeper.Schedule(turn, app, RollingArithmetic.StartNow(app.Instances, rolling.MaxCapacity, Old(turn, app).Count, New(turn, app).Count));
    }

    private static RollingProgress Begin(Turn turn, AppDefinition app)
    {
        var old = Old(turn, app).Where(instance => instance.Goal == Goal.Running).ToList();
        var known = old.Count + New(turn, app).Count;
        var bounds = RollingArithmetic.Begin(app.Instances, app.UpgradeStrategy, app.IsResident, Healthy(turn, app), known);
        // New ones that are ready already (a deployment that goes on where a cancelled one stopped) have not cost an old one yet;
        // the bounds count them as healthy, so they must not be counted a second time below.
        var readyNew = New(turn, app).Count(instance => InstanceHealth.IsReady(app, instance));
        return new RollingProgress(old.Count, bounds.KillNow - readyNew, bounds.MinHealthy, bounds.MaxCapacity);
    }

    private static void Kill(Turn turn, AppDefinition app, RollingProgress rolling)
    {
        var old = Old(turn, app).Where(instance => instance.Goal == Goal.Running).ToList();
        var ready = New(turn, app).Count(instance => InstanceHealth.IsReady(app, instance));
        var mayGo = ready >= app.Instances ? old.Count : rolling.KillNow + ready - (rolling.Old - old.Count);
        // A resident app may dip one below its minimum: its instances cannot exist twice.
        var leastHealthy = rolling.MinHealthy - (app.IsResident && app.Instances == rolling.MinHealthy ? 1 : 0);
        var healthy = Healthy(turn, app);
        foreach (var victim in KillOrder.Sort(old, app.KillSelection, []).OrderBy(instance => IsHealthy(turn, instance) ? 1 : 0))
        {
            if (mayGo <= 0)
            {
                return;
            }
            if (IsHealthy(turn, victim))
            {
                if (healthy <= leastHealthy)
                {
                    return;
                }
                healthy--;
            }
            InstanceKeeper.Decommission(turn, victim);
            mayGo--;
        }
    }

    /// <summary>More new ones than wanted: one thought lost has come back.</summary>
    private static void TrimNew(Turn turn, AppDefinition app)
    {
        var surplus = New(turn, app).Count - app.Instances;
        foreach (var victim in KillOrder.Sort(New(turn, app), app.KillSelection, []).Take(Math.Max(0, surplus)))
        {
            InstanceKeeper.Decommission(turn, victim);
        }
    }

    private static int Healthy(Turn turn, AppDefinition app) =>
        turn.State.Instances.Of(app.Id).Count(instance => instance.Goal == Goal.Running && IsHealthy(turn, instance)
            && (instance.Version != app.Version || InstanceHealth.IsReady(app, instance)));

    private static bool IsHealthy(Turn turn, Instance instance) => InstanceHealth.IsHealthy(turn.State.DefinitionOf(instance), instance);

    private static List<Instance> Old(Turn turn, AppDefinition app) =>
        turn.State.Instances.Of(app.Id).Where(instance => instance.Version != app.Version).ToList();

    private static List<Instance> New(Turn turn, AppDefinition app) =>
        turn.State.Instances.Of(app.Id).Where(instance => instance.Version == app.Version && instance.IsWanted).ToList();
}
