using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Replaces the instances of older configurations, by <see cref="RollingArithmetic"/>:
///
/// 1. Old instances that have no task give up their place: an old version is never launched again (but see 6).
/// 2. At the beginning KillNow old ones go, the unhealthy first; later one more for each new one that is ready. An old one that
///    died by itself counts as one that went.
/// 3. New ones start as far as MaxCapacity leaves room beside the old ones that still hold resources.
/// 4. Done when all N new ones are ready and no old one is left.
/// 5. When nothing moves any more and it is not done (the bounds were set down while faults left too few healthy), they are set
///    down again from what is healthy now.
/// 6. Up to a pause point only so many new ones are started, and as many old ones stay as are wanted besides them; those are
///    launched again when they die.
///
/// What may be killed and started follows from the bounds in the journal and from what exists now, so it can be called at any time.
/// Whatever the counts say, a healthy instance goes only while more than the minimum are healthy.
/// </summary>
internal sealed class RestartAction(InstanceKeeper keeper)
{
    /// <param name="limit">New instances that there may be for now: those up to the next pause point, or all.</param>
    public ActionProgress Advance(Turn turn, RunSpec app, ActionProgress progress, int limit)
    {
        if (!progress.Begun)
        {
            turn.Apply(new Change.DelayChanged(app.Id, null));
        }
        var stay = Math.Max(0, app.Instances - limit);
        var census = Census.Of(turn.State, app);
        var surplus = Math.Min(census.WaitingCount, census.OldCount + census.WaitingCount - stay);
        if (surplus > 0)
        {
            census.Waiting.Take(surplus).ToList().ForEach(waiting => InstanceKeeper.Retire(turn, waiting));
            census = Census.Of(turn.State, app);
        }
        var rolling = progress.Rolling ?? Begin(app, census);
        census = Move(turn, app, rolling, census, limit);
        if (!census.IsDone && census.IsStill)
        {
            rolling = Begin(app, census);
            census = Move(turn, app, rolling, census, limit);
        }
        var isPaused = limit < app.Instances && census.NewCount >= limit && census.Ready >= limit;
        return progress with
        {
            Begun = true,
            Rolling = rolling,
            Done = census.IsDone,
            PausedAt = isPaused ? progress.PausedAt ?? turn.Time : progress.PausedAt,
        };
    }

    private static RollingProgress Begin(RunSpec app, Census census)
    {
        var known = census.OldCount + census.WaitingCount + census.NewCount;
        var bounds = RollingArithmetic.Begin(app.Instances, app.UpgradeStrategy, app.IsResident, census.Healthy, known);
        // New ones that are ready already (a deployment that goes on where a cancelled one stopped) have not cost an old one yet;
        // the bounds count them as healthy, so they must not be counted a second time when killing.
        return new RollingProgress(census.OldCount, bounds.KillNow - census.Ready, bounds.MinHealthy, bounds.MaxCapacity);
    }

    /// <returns>The census after what was killed and started; the same one if nothing was.</returns>
    private Census Move(Turn turn, RunSpec app, RollingProgress rolling, Census census, int limit)
    {
        var before = turn.State.Instances;
        Kill(turn, app, rolling, census, Math.Max(0, app.Instances - limit));
        Trim(turn, app, census);
        census = ReferenceEquals(before, turn.State.Instances) ? census : Census.Of(turn.State, app);
        var start = RollingArithmetic.StartNow(Math.Min(limit, app.Instances), rolling.MaxCapacity, census.Occupied + census.WaitingCount,
            census.NewCount);
        if (start == 0)
        {
            return census;
        }
        keeper.Schedule(turn, app, start);
        return Census.Of(turn.State, app);
    }

    /// <param name="stay">Old ones that are not to be replaced yet.</param>
    private static void Kill(Turn turn, RunSpec app, RollingProgress rolling, Census census, int stay)
    {
        var mayGo = census.Ready >= app.Instances ? census.OldCount : rolling.KillNow + census.Ready - (rolling.Old - census.OldCount);
        mayGo = Math.Min(mayGo, census.OldCount + census.WaitingCount - stay);
        if (mayGo <= 0 || census.OldCount == 0)
        {
            return;
        }
        // A resident app may dip one below its minimum: its instances cannot exist twice.
        var leastHealthy = rolling.MinHealthy - (app.IsResident && app.Instances == rolling.MinHealthy ? 1 : 0);
        var groups = census.Old.ToLookup(census.IsHealthy);
        var unhealthy = KillOrder.First(mayGo, groups[false], app.KillSelection, []);
        unhealthy.ForEach(victim => InstanceKeeper.Retire(turn, victim));
        var mayGoHealthy = Math.Min(mayGo - unhealthy.Count, census.Healthy - leastHealthy);
        if (mayGoHealthy > 0)
        {
            KillOrder.First(mayGoHealthy, groups[true], app.KillSelection, []).ForEach(victim => InstanceKeeper.Retire(turn, victim));
        }
    }

    /// <summary>More new ones than wanted: one thought lost has come back.</summary>
    private static void Trim(Turn turn, RunSpec app, Census census)
    {
        var surplus = census.NewCount - app.Instances;
        if (surplus > 0)
        {
            KillOrder.First(surplus, census.New, app.KillSelection, []).ForEach(victim => InstanceKeeper.Retire(turn, victim));
        }
    }
}
