using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Daemons;

/// <summary>
/// Deploys an app that runs on every agent. New places are found by offers (<see cref="DaemonPlaces"/>); here instances of an older
/// configuration are replaced, agent by agent: the old one goes, its successor is wanted on the same agent and starts when the old
/// one has ended. So many are under way at once as minimumHealthCapacity leaves, at least one; maximumOverCapacity means nothing, as
/// an agent never has two.
///
/// Done when every agent that was offered meanwhile runs the new configuration and is ready. An agent that has had no room for
/// <see cref="AppsSettings.DaemonLookTime"/>, or is out of reach, is not waited for; one whose task fails is.
/// Called for every change of an instance; walks the instances only while some are old or not ready.
/// </summary>
internal sealed class DaemonAction(AppsSettings settings, InstanceKeeper keeper)
{
    private readonly ConstraintMatcher _constraints = new();

    /// <summary>Until when agents may still turn up, by app. Memory only: after a restart they are waited for anew.</summary>
    private readonly SortedDictionary<PathId, (Timestamp Version, TimeSpan Until)> _looks = [];

    public ActionProgress Advance(Turn turn, RunSpec app, ActionProgress progress)
    {
        if (!progress.Begun)
        {
            turn.Apply(new Change.DelayChanged(app.Id, null));
        }
        var isLookOver = app.Instances == 0 || IsLookOver(turn, app);
        Trim(turn, app);
        var pending = Pending(turn, app);
        pending += Replace(turn, app, pending);
        var (all, fresh) = (turn.State.Instances.TallyOf(app.Id), turn.State.Instances.TallyOf(app.Id, app.VersionInfo.LastConfigChangeAt));
        var isDone = isLookOver && pending == 0 && all.Dying == 0 && (app.Instances == 0 || all.Total == fresh.Total);
        if (isDone)
        {
            _looks.Remove(app.Id);
        }
        return progress with { Begun = true, Done = isDone };
    }

    /// <summary>Lets go what cannot be one of a daemon's: all when it shall run nowhere, else what waits for any agent.</summary>
    public static void Trim(Turn turn, RunSpec app)
    {
        var tally = turn.State.Instances.TallyOf(app.Id);
        if (app.Instances > 0 ? tally.Idle == 0 : tally.Total == tally.Leaving)
        {
            return;
        }
        foreach (var instance in turn.State.Instances.Of(app.Id).Where(instance => instance.Goal == Goal.Running
                     && (app.Instances == 0 || instance is { Agent: null, IsActive: false, IsCompleted: false })).ToList())
        {
            InstanceKeeper.Decommission(turn, instance);
        }
    }

    private bool IsLookOver(Turn turn, RunSpec app)
    {
        if (!_looks.TryGetValue(app.Id, out var look) || look.Version != app.Version)
        {
            _looks[app.Id] = look = (app.Version, turn.Now.Elapsed + settings.DaemonLookTime);
            var due = new AppsTimer.DaemonLookOver(app.Id.ToString());
            turn.Out.Add(new StartTimer(due, settings.DaemonLookTime, new AppsMessage.TimedOut(due)));
        }
        return turn.Now.Elapsed >= look.Until;
    }

    /// <summary>Instances of the new configuration that are on their way.</summary>
    private int Pending(Turn turn, RunSpec app)
    {
        var fresh = turn.State.Instances.TallyOf(app.Id, app.VersionInfo.LastConfigChangeAt);
        if (app.Instances == 0 || fresh.Ready == fresh.Wanted)
        {
            return 0;
        }
        var patience = (long)settings.DaemonLookTime.TotalMilliseconds;
        return turn.State.Instances.Of(app.Id).Count(instance => instance.IsWanted && !instance.Condition.IsUnreachable()
            && IsNew(turn.State, app, instance) && !InstanceHealth.IsReady(turn.State.DefinitionOf(instance), instance)
            && !(instance is { Condition: Condition.Scheduled, Incarnation: 0 }
                && turn.Time.UnixMilliseconds - instance.ScheduledAt.UnixMilliseconds is var waited
                && (waited >= patience || waited < 0))); // the clock has been set back: nobody knows how long
    }

    /// <returns>How many successors are wanted more than before.</returns>
    private int Replace(Turn turn, RunSpec app, int pending)
    {
        var (all, fresh) = (turn.State.Instances.TallyOf(app.Id), turn.State.Instances.TallyOf(app.Id, app.VersionInfo.LastConfigChangeAt));
        if (app.Instances == 0 || all.Total - all.Leaving == fresh.Total - fresh.Leaving)
        {
            return 0;
        }
        var old = turn.State.Instances.Of(app.Id)
            .Where(instance => instance.Goal != Goal.Decommissioned && !IsNew(turn.State, app, instance)).ToList();
        // What does not run, or may not run where it is, costs nothing.
        var free = old.Where(instance => !instance.IsActive || instance.Condition.IsUnreachable() || !Suits(app, instance)).ToList();
        free.ForEach(instance => InstanceKeeper.Decommission(turn, instance));
        var atOnce = Math.Max(1,
            (int)Math.Floor((old.Count - free.Count + fresh.Wanted) * (1 - app.UpgradeStrategy.MinimumHealthCapacity)));
        var standing = old.Except(free).ToLookup(instance => InstanceHealth.IsHealthy(turn.State.DefinitionOf(instance), instance));
        var victims = KillOrder.First(atOnce - pending, standing[false], app.KillSelection, []);
        victims.AddRange(KillOrder.First(atOnce - pending - victims.Count, standing[true], app.KillSelection, []));
        foreach (var victim in victims)
        {
            InstanceKeeper.Decommission(turn, victim);
            // An app that was no daemon before may have several on one agent.
            if (victim.Agent is not null || !IsTaken(turn, app, victim))
            {
                keeper.Pin(turn, app, victim.Placement!.Agent);
            }
        }
        return victims.Count;
    }

    private static bool IsTaken(Turn turn, RunSpec app, Instance victim) => turn.State.Instances.Of(app.Id)
        .Any(other => other.Goal == Goal.Running && (other.Agent ?? other.Placement?.Agent) == victim.Placement!.Agent);

    private bool Suits(RunSpec app, Instance instance) => _constraints.Refusals(app, instance.Placement!.Location, []).Count == 0;

    private static bool IsNew(AppsState state, RunSpec app, Instance instance) =>
        state.DefinitionOf(instance).VersionInfo.LastConfigChangeAt == app.VersionInfo.LastConfigChangeAt;
}
