using System.Collections.Immutable;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Launching;

/// <summary>What waiting apps have met with, for the queue and the metrics. The counts of an app begin and end with its wait.</summary>
internal sealed class LaunchTally
{
    /// <summary>Apps whose waiting instances may have become fewer in this turn.</summary>
    private readonly SortedSet<PathId> _seen = [];

    public ImmutableSortedDictionary<PathId, LaunchStats> Stats { get; private set; } =
        ImmutableSortedDictionary<PathId, LaunchStats>.Empty;

    public AppsCounters Counters { get; private set; } = new();

    public void Saw(PathId app) => _seen.Add(app);

    /// <summary>An instance of the app waits.</summary>
    public void Begin(Turn turn, PathId app)
    {
        if (!Stats.ContainsKey(app))
        {
            Stats = Stats.SetItem(app, new LaunchStats(app, turn.Time));
        }
    }

    public void Received(int offers) => Counters = Counters with { OffersReceived = Counters.OffersReceived + offers };

    /// <param name="tasks">Launched on the offer.</param>
    public void Used(int tasks) =>
        Counters = Counters with { OffersUsed = Counters.OffersUsed + 1, TasksLaunched = Counters.TasksLaunched + tasks };

    public void Declined(int offers) => Counters = Counters with { OffersDeclined = Counters.OffersDeclined + offers };

    public void Count(Turn turn, PathId app, Func<LaunchStats, LaunchStats> count) =>
        Stats = Stats.SetItem(app, count(Stats.GetValueOrDefault(app) ?? new LaunchStats(app, turn.Time)));

    /// <summary>At the end of every turn: nothing scheduled and nothing unconfirmed is no wait.</summary>
    public void Settle(Turn turn, LaunchQueue queue)
    {
        foreach (var app in _seen)
        {
            if (Stats.ContainsKey(app) && !queue.IsWaiting(app) && turn.State.Instances.TallyOf(app).Provisioned == 0)
            {
                Stats = Stats.Remove(app);
            }
        }
        _seen.Clear();
    }
}
