using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Instances;

/// <summary>Brings instances into being and lets them go. Killing what still runs is <see cref="TaskReaper"/>'s part.</summary>
internal sealed class InstanceKeeper(SeededRandom random)
{
    /// <summary>Wants so many more instances of the app; they wait for offers.</summary>
    public List<InstanceId> Schedule(Turn turn, RunSpec app, int count)
    {
        var ids = app.IsResident ? Resume(turn, app, ref count) : new List<InstanceId>(count);
        for (var i = 0; i < count; i++)
        {
            var instance = new Instance(InstanceId.New(app.Id, turn.Now, random), app.Id, app.Version, app.Role)
            {
                Since = turn.Time,
                ScheduledAt = turn.Time,
            };
            turn.Store(null, instance);
            ids.Add(instance.Id);
        }
        return ids;
    }

    /// <summary>Wants an instance of a daemon on one agent; it waits for an offer of that.</summary>
    public Instance Pin(Turn turn, RunSpec app, AgentId agent)
    {
        var instance = new Instance(InstanceId.New(app.Id, turn.Now, random), app.Id, app.Version, app.Role)
        {
            Agent = agent,
            Since = turn.Time,
            ScheduledAt = turn.Time,
        };
        turn.Store(null, instance);
        return instance;
    }

    /// <summary>
    /// Takes up stopped instances again, where their volumes are. For one that is still ending none is made anew: it will be taken
    /// up when it has ended.
    /// </summary>
    private static List<InstanceId> Resume(Turn turn, RunSpec app, ref int count)
    {
        var ids = new List<InstanceId>();
        foreach (var stopped in turn.State.Instances.Of(app.Id).Where(instance => instance.Goal == Goal.Stopped).ToList())
        {
            if (count > 0 && !stopped.IsActive)
            {
                turn.Store(stopped,
                    stopped with { Goal = Goal.Running, Version = app.Version, Since = turn.Time, ScheduledAt = turn.Time });
                ids.Add(stopped.Id);
            }
            count = Math.Max(0, count - 1);
        }
        return ids;
    }

    /// <summary>Wants the instance no more, but keeps what it has reserved for when more are wanted again.</summary>
    public static void Retire(Turn turn, Instance instance)
    {
        if (instance.Reservation is null)
        {
            Decommission(turn, instance);
        }
        else
        {
            turn.Store(instance, instance with { Goal = Goal.Stopped });
        }
    }

    /// <summary>Wants the instance no more. One without a task, or whose agent cannot be reached, is gone at once.</summary>
    public static void Decommission(Turn turn, Instance instance)
    {
        var decommissioned = instance with { Goal = Goal.Decommissioned };
        turn.Store(instance, decommissioned);
        if (!instance.IsActive || instance.Condition.IsUnreachable())
        {
            turn.Apply(new Change.InstanceExpunged(instance.Id));
        }
    }

    /// <summary>Wants none of the app's instances any more.</summary>
    public static void DecommissionAll(Turn turn, PathId app)
    {
        var tally = turn.State.Instances.TallyOf(app);
        if (tally.Leaving == tally.Total)
        {
            return;
        }
        foreach (var instance in turn.State.Instances.Of(app).Where(instance => instance.Goal != Goal.Decommissioned).ToList())
        {
            Decommission(turn, instance);
        }
    }

    /// <summary>
    /// What is left of a deleted app of the same name goes, unless it runs the same configuration: as when the deletion is undone.
    /// </summary>
    public static void GiveWay(Turn turn, RunSpec spec)
    {
        foreach (var left in turn.State.Instances.Of(spec.Id).Where(instance => instance.Goal != Goal.Decommissioned).ToList())
        {
            if (turn.State.DefinitionOf(left).To(spec) == AppDifference.Config)
            {
                Decommission(turn, left);
            }
        }
    }

    /// <summary>Ends the newest task; the instance gets another one. A task out of reach cannot be killed: its instance is given up
    /// and made up for by another, unless it owns volumes there.</summary>
    public static void RequestKill(Turn turn, Instance instance)
    {
        if (instance.Condition.IsUnreachable())
        {
            if (!turn.State.DefinitionOf(instance).IsResident)
            {
                Decommission(turn, instance);
            }
        }
        else if (instance.IsActive)
        {
            turn.Store(instance, instance with { KillRequested = true });
        }
    }
}
