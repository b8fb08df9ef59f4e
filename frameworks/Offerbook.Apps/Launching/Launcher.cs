using System.Collections.Immutable;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Launching;

/// <summary>
/// Puts waiting instances on offers. Offers are used or declined in the turn in which they come, never held:
///
/// 1. The apps that wait and need not hold back line up, from a place drawn by lot.
/// 2. One instance of the first is tried on the offer; if it fits, the app goes to the end of the line, else it leaves it.
/// 3. Up to <see cref="AppsSettings.MaxInstancesPerOffer"/> instances, and <see cref="AppsSettings.MaxLaunchesInFlight"/> unconfirmed
///    launches over all. Each is written down as Provisioned before the ACCEPT leaves, so a crash launches nothing twice.
/// 4. An offer that nobody used is declined for <see cref="AppsSettings.DeclineOfferDuration"/>; a new want revives it.
/// </summary>
internal sealed class Launcher(AppsSettings settings, SubscriptionKeeper master, SeededRandom random)
{
    private readonly OfferMatcher _matcher = new(settings.Matching);
    private readonly LaunchQueue _queue = new();
    private readonly OfferInterest _interest = new(settings, master);

    /// <summary>When the timer of launch delays is set to; null when none is.</summary>
    private TimeSpan? _wakeAt;

    /// <summary>What waiting apps have met with.</summary>
    public ImmutableSortedDictionary<PathId, LaunchStats> Stats { get; private set; } = ImmutableSortedDictionary<PathId, LaunchStats>.Empty;

    public AppsCounters Counters { get; private set; } = new();

    public string? HomeRegion { get; set; }

    public void Look(Turn turn, Instance instance)
    {
        if (_queue.Look(instance))
        {
            _interest.WantAnew(instance.Role);
        }
        if (instance.Condition == Condition.Scheduled && !Stats.ContainsKey(instance.App))
        {
            Stats = Stats.SetItem(instance.App, new LaunchStats(instance.App, turn.Time));
        }
    }

    public void Forget(Turn turn, InstanceId instance)
    {
        _queue.Forget(instance);
        // What has gone may have been what a constraint spoke against. One that has gone too is still to be forgotten.
        if (_queue.First(instance.App) is { } next && turn.State.Instances.Find(next) is { } waiting)
        {
            _interest.WantAnew(waiting.Role);
        }
    }

    public void Take(Turn turn, IReadOnlyCollection<Offer> offers)
    {
        Counters = Counters with { OffersReceived = Counters.OffersReceived + offers.Count };
        var (unused, postponed) = (new List<OfferId>(), new List<OfferId>());
        foreach (var offer in offers)
        {
            var line = LineUp(turn, offer.AllocationInfo?.Role);
            var orders = _queue.Unconfirmed < settings.MaxLaunchesInFlight ? Fill(turn, OfferRemainder.Of(offer), line) : [];
            var id = OfferId.From(offer.Id);
            if (orders.Count > 0 && master.Accept([id], LaunchOperations.Of(orders), TimeSpan.Zero, turn.Out))
            {
                Counters = Counters with { OffersUsed = Counters.OffersUsed + 1, TasksLaunched = Counters.TasksLaunched + LaunchOperations.CountTasks(orders) };
            }
            else if (_queue.Unconfirmed >= settings.MaxLaunchesInFlight)
            {
                postponed.Add(id);
            }
            else
            {
                unused.Add(id);
            }
        }
        Counters = Counters with { OffersDeclined = Counters.OffersDeclined + unused.Count + postponed.Count };
        master.Decline(unused, settings.DeclineOfferDuration, turn.Out);
        // Null is the master's own default of a few seconds: by then launches will have been confirmed.
        master.Decline(postponed, null, turn.Out);
    }

    /// <summary>At the end of every turn: are offers wanted, and when will the next delay be over?</summary>
    public void Settle(Turn turn)
    {
        var wanted = new SortedSet<string>(StringComparer.Ordinal);
        TimeSpan? next = null;
        foreach (var app in _queue.Apps)
        {
            var until = _queue.DelayedUntil(turn, app);
            if (until is null)
            {
                wanted.Add(RoleOf(turn, app));
            }
            next = until is not null && (next is null || until < next) ? until : next;
        }
        if (next is { } wake && wake != _wakeAt)
        {
            var due = new AppsTimer.LaunchDelayOver();
            turn.Out.Add(new StartTimer(due, wake - turn.Now.Elapsed, new AppsMessage.TimedOut(due)));
        }
        if (_wakeAt is { } was && was <= turn.Now.Elapsed)
        {
            foreach (var role in wanted)
            {
                _interest.WantAnew(role);
            }
        }
        _wakeAt = next;
        _interest.Settle(turn, wanted);
        DropIdleStats(turn);
    }

    /// <summary>Forgets delays of apps that have not failed for long.</summary>
    public void Sweep(Turn turn)
    {
        foreach (var (id, delay) in turn.State.Delays)
        {
            if (turn.State.Root.FindSpec(id) is not { } app || delay.IsForgotten(app, turn.Time))
            {
                turn.Apply(new Change.DelayChanged(id, null));
            }
        }
    }

    /// <param name="role">To which the offer was made; null from a master that knows only one role per framework.</param>
    private Queue<PathId> LineUp(Turn turn, string? role)
    {
        var apps = _queue.Apps.Where(app => _queue.DelayedUntil(turn, app) is null && (role is null || RoleOf(turn, app) == role)).ToList();
        var first = apps.Count > 1 ? random.Next(apps.Count) : 0;
        return new Queue<PathId>(apps.Skip(first).Concat(apps.Take(first)));
    }

    /// <summary>The role of a waiting app: that of the instance that is next.</summary>
    private string RoleOf(Turn turn, PathId app) => turn.State.Instances.Find(_queue.First(app)!.Value)!.Role;

    private List<LaunchOrder> Fill(Turn turn, OfferRemainder rest, Queue<PathId> line)
    {
        var orders = new List<LaunchOrder>();
        var used = new HashSet<PathId>();
        while (orders.Count < settings.MaxInstancesPerOffer && _queue.Unconfirmed < settings.MaxLaunchesInFlight && line.TryDequeue(out var app))
        {
            if (_queue.First(app) is not { } id)
            {
                continue;
            }
            var instance = turn.State.Instances.Find(id)!;
            var incarnation = instance.Incarnation + 1;
            switch (_matcher.Match(rest, Candidate(turn, instance, incarnation), random, turn.Now))
            {
                case MatchResult.Matched matched:
                    Provision(turn, instance, incarnation, matched);
                    orders.Add(matched.Order);
                    rest = matched.Rest;
                    used.Add(app);
                    line.Enqueue(app);
                    break;
                case MatchResult.Refused refused when !used.Contains(app):
                    var reasons = refused.Refusals.Select(refusal => refusal.Reason.ToString()).Distinct().ToValueList();
                    Count(app, stats => stats.Unused(new UnusedOffer(rest.Offer, reasons, turn.Time)), turn);
                    break;
            }
        }
        foreach (var app in used.Order())
        {
            Count(app, stats => stats.Used(rest.Offer.AgentId.Value, turn.Time), turn);
        }
        return orders;
    }

    private LaunchCandidate Candidate(Turn turn, Instance instance, int incarnation)
    {
        var definition = turn.State.DefinitionOf(instance);
        var placed = definition.Constraints.Count == 0
            ? []
            : turn.State.Instances.Of(instance.App)
                .Where(other => other is { IsActive: true, Placement: not null } && !other.Condition.IsUnreachable())
                .Select(other => new PlacedInstance(other.Placement!.Location, other.Version))
                .ToList();
        var enforces = turn.State.Root.FindGroup(instance.App.Ancestor(1))?.EnforceRole ?? false;
        return new LaunchCandidate(definition, instance.Id, incarnation, instance.Role, placed, enforces, HomeRegion);
    }

    private void Provision(Turn turn, Instance instance, int incarnation, MatchResult.Matched matched)
    {
        var offer = matched.Rest.Offer;
        var provisioned = instance with
        {
            Condition = Condition.Provisioned,
            Since = turn.Time,
            Incarnation = incarnation,
            Placement = new Placement(AgentId.From(offer.AgentId), matched.Rest.Location, matched.HostPorts),
            StagedAt = turn.Time,
            Containers = turn.State.DefinitionOf(instance) is PodDefinition pod
                ? pod.Containers.Select(container => ContainerTask.Provisioned(container.Name, turn.Time)).ToValueList()
                : [],
        };
        turn.Store(instance, provisioned);
        _queue.Look(provisioned);
        if (turn.State.Delays.TryGetValue(instance.App, out var delay))
        {
            turn.Apply(new Change.DelayChanged(instance.App, delay.Touch(turn.Time)));
        }
    }

    private void Count(PathId app, Func<LaunchStats, LaunchStats> count, Turn turn) =>
        Stats = Stats.SetItem(app, count(Stats.GetValueOrDefault(app) ?? new LaunchStats(app, turn.Time)));

    /// <summary>The counts of an app end with its wait: nothing scheduled, nothing unconfirmed.</summary>
    private void DropIdleStats(Turn turn)
    {
        foreach (var app in Stats.Keys)
        {
            if (!_queue.IsWaiting(app) && !turn.State.Instances.Of(app).Any(instance => instance.Condition == Condition.Provisioned))
            {
                Stats = Stats.Remove(app);
            }
        }
    }
}
