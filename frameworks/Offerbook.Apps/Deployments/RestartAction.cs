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
///
/// What may be killed and started follows from the bounds set down when it began and from what exists now, so it can be called
/// at any time. Whatever the counts say, a healthy instance goes only while more than the minimum are healthy.
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
        Kill(turn, app, rolling);
        TrimNew(turn, app);
        var occupied = Old(turn, app).Count;
        keeper.Schedule(turn, app, RollingArithmetic.StartNow(app.Instances, MaxCapacity(turn, app, rolling), occupied, New(turn, app).Count));

        var replaced = New(turn, app);
        var moved = replaced.Count > 0 || Old(turn, app).Any(instance => instance.Goal != Goal.Running) || rolling.Old == 0;
        return progress with
        {
            Begun = true,
            // Until something has moved the bounds are worked out again: an old instance that gets well may give it room.
            Rolling = moved ? rolling : null,
            Done = Old(turn, app).Count == 0 && replaced.Count == app.Instances
                && replaced.All(instance => InstanceHealth.IsReady(app, instance)),
        };
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

    /// <summary>
    /// The one extra instance of the arithmetic is also allowed later: when faults left too few healthy at the beginning, it is only
    /// after they have recovered that nothing could move without it.
    /// </summary>
    private static int MaxCapacity(Turn turn, AppDefinition app, RollingProgress rolling) => Math.Max(rolling.MaxCapacity,
        RollingArithmetic.Begin(app.Instances, app.UpgradeStrategy, app.IsResident, Healthy(turn, app), app.Instances).MaxCapacity);

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
