using System.Collections.Immutable;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Launching;

/// <summary>
/// Puts waiting instances on offers. Offers are used or declined in the turn in which they come, never held:
///
/// 1. The apps that wait and need not hold back line up, from a place drawn by lot; at most <see cref="MaxTriesPerOffer"/> are tried.
/// 2. One instance of the first is tried on the offer; if it fits, the app goes to the end of the line, else it leaves it.
/// 3. Up to <see cref="AppsSettings.MaxInstancesPerOffer"/> instances, and <see cref="AppsSettings.MaxLaunchesInFlight"/> unconfirmed
///    launches over all. Each is written down as Provisioned before the ACCEPT leaves, so a crash launches nothing twice.
/// 4. An offer that nobody used is declined for <see cref="AppsSettings.DeclineOfferDuration"/>; a new want revives it. One that not
///    everybody was tried on comes back soon.
/// A turn costs what changed and what is tried, not how many apps wait.
/// </summary>
internal sealed class Launcher(AppsSettings settings, SubscriptionKeeper master, SeededRandom random, InstanceKeeper keeper)
{
    /// <summary>Apps tried in vain on one offer: about a millisecond. The next offer begins elsewhere in the line.</summary>
    private const int MaxTriesPerOffer = 200;

    /// <summary>Tries on all offers that come together: a turn of about 50 ms.</summary>
    private const int MaxTriesPerTurn = 10_000;

    private readonly OfferMatcher _matcher = new(settings.Matching with { Principal = settings.Principal });
    private readonly ReservationWatch _reservations = new(settings);
    private readonly LaunchQueue _queue = new();
    private readonly Daemons.DaemonPlaces _daemons = new(settings, keeper);
    private readonly PreferenceWatch _preferences = new(settings);
    private readonly Secrets.SecretDesk _secrets = new(settings);
    private readonly OfferInterest _interest = new(settings, master);

    /// <summary>Apps whose waiting instances may have become fewer in this turn.</summary>
    private readonly SortedSet<PathId> _seen = [];

    private int _triesLeft;

    /// <summary>The offers that came together, and which of them is being looked at.</summary>
    private (IReadOnlyList<OfferRemainder> Offers, int At) _batch = ([], 0);

    /// <summary>Somebody could use the offer and hopes for a better one.</summary>
    private bool _isHeldOff;

    /// <summary>When the timer of launch delays is set to; null when none is.</summary>
    private TimeSpan? _wakeAt;

    /// <summary>What waiting apps have met with.</summary>
    public ImmutableSortedDictionary<PathId, LaunchStats> Stats { get; private set; } = ImmutableSortedDictionary<PathId, LaunchStats>.Empty;

    public AppsCounters Counters { get; private set; } = new();

    /// <summary>What was last seen free on each agent.</summary>
    public OfferMemory Memory { get; } = new();

    public string? HomeRegion { get; set; }

    public ImmutableSortedDictionary<string, string> MissingSecrets => _secrets.Problems;

    public void TakeSecrets(Turn turn, IReadOnlyList<Secrets.SecretSeen> secrets)
    {
        foreach (var role in _secrets.Take(turn, secrets))
        {
            _interest.WantAnew(role);
        }
    }

    /// <summary>Lets the master offer what is free in the roles, and answers when it has had time to.</summary>
    public void LookAround(Turn turn, ConnectionId connection, IReadOnlyList<string> roles) =>
        Memory.LookAround(turn, connection, roles.Where(master.Roles.Contains).ToList(), master.IsSubscribed);

    /// <summary>Somebody has waited long enough for a better offer: what there is may come again.</summary>
    public void EndPreferenceWait()
    {
        foreach (var role in _preferences.End())
        {
            _interest.WantAnew(role);
        }
    }

    public void EndLookAround(Turn turn) => Memory.EndLookAround(turn);

    public void Look(Turn turn, Instance instance)
    {
        _seen.Add(instance.App);
        _reservations.Look(turn, instance);
        _daemons.Look(instance);
        _preferences.Look(turn, instance);
        _secrets.Look(turn, instance);
        if (_queue.Look(turn, instance))
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
        var app = instance.App;
        _seen.Add(app);
        _queue.Forget(turn, instance);
        _reservations.Forget(instance);
        _preferences.Forget(instance);
        if (_daemons.Forget(instance) is { } role)
        {
            _interest.WantAnew(role);
        }
        if (turn.State.Releases.TryGetValue(instance, out var release))
        {
            _interest.WantAnew(release.Role);
        }
        // What has gone may have been what a constraint spoke against. One that has gone too is still to be forgotten.
        if (_queue.First(app) is { } next && turn.State.Instances.Find(next) is { } waiting)
        {
            _interest.WantAnew(waiting.Role);
        }
    }

    public void Take(Turn turn, IReadOnlyCollection<Offer> offers)
    {
        Counters = Counters with { OffersReceived = Counters.OffersReceived + offers.Count };
        var (unused, postponed) = (new List<OfferId>(), new List<OfferId>());
        _triesLeft = MaxTriesPerTurn;
        _batch = (offers.Select(OfferRemainder.Of).ToList(), 0);
        foreach (var offer in offers)
        {
            var (isEveryoneTried, left) = (false, _batch.Offers[_batch.At]);
            _reservations.See(left);
            foreach (var instance in _daemons.Want(turn, left, _matcher, HomeRegion))
            {
                _queue.Look(turn, instance);
            }
            var orders = _queue.Unconfirmed < settings.MaxLaunchesInFlight ? Fill(turn, ref left, out isEveryoneTried) : [];
            Memory.See(left, turn.Time);
            var id = OfferId.From(offer.Id);
            if (orders.Count > 0 && master.Accept([id], LaunchOperations.Of(orders), TimeSpan.Zero, turn.Out))
            {
                Counters = Counters with { OffersUsed = Counters.OffersUsed + 1, TasksLaunched = Counters.TasksLaunched + LaunchOperations.CountTasks(orders) };
            }
            else
            {
                (isEveryoneTried && !_isHeldOff ? unused : postponed).Add(id);
            }
            _batch.At++;
        }
        _batch = ([], 0);
        Counters = Counters with { OffersDeclined = Counters.OffersDeclined + unused.Count + postponed.Count };
        master.Decline(unused, settings.DeclineOfferDuration, turn.Out);
        // Null is the master's own default of a few seconds: by then launches will have been confirmed, and others are tried.
        master.Decline(postponed, null, turn.Out);
    }

    /// <summary>At the end of every turn: are offers wanted, and when will the next delay be over?</summary>
    public void Settle(Turn turn)
    {
        foreach (var app in turn.TouchedDelays)
        {
            _queue.Place(turn, app);
        }
        foreach (var role in _queue.EndDelays(turn))
        {
            _interest.WantAnew(role);
        }
        if (_queue.NextDue is { } wake && wake != _wakeAt)
        {
            var due = new AppsTimer.LaunchDelayOver();
            turn.Out.Add(new StartTimer(due, wake - turn.Now.Elapsed, new AppsMessage.TimedOut(due)));
        }
        _wakeAt = _queue.NextDue;
        _secrets.Settle(turn);
        _daemons.Settle(turn, _interest);
        _interest.Settle(turn, Memory.With(WantedRoles(turn), _interest));
        DropIdleStats(turn);
    }

    /// <summary>In which something may launch, or is to be given back.</summary>
    private IReadOnlyCollection<string> WantedRoles(Turn turn) => turn.State.Releases.IsEmpty && _daemons.Roles.Count == 0
        ? _queue.ReadyRoles
        : new SortedSet<string>(_queue.ReadyRoles.Concat(_daemons.Roles).Concat(turn.State.Releases.Values.Select(release => release.Role)), StringComparer.Ordinal);

    /// <summary>Forgets delays of apps that have not failed for long, and reservations that never came back.</summary>
    public void Sweep(Turn turn)
    {
        _daemons.Sweep(turn, _queue);
        _reservations.Sweep(turn);
        _secrets.Sweep(turn);
        foreach (var (id, delay) in turn.State.Delays)
        {
            if (turn.State.Root.FindSpec(id) is not { } app || delay.IsForgotten(app, turn.Time))
            {
                turn.Apply(new Change.DelayChanged(id, null));
            }
        }
    }

    /// <param name="isEveryoneTried">Whether nobody is left who might have used the rest.</param>
    /// <param name="offer">What is left of it afterwards.</param>
    private List<LaunchOrder> Fill(Turn turn, ref OfferRemainder offer, out bool isEveryoneTried)
    {
        _isHeldOff = false;
        var rest = offer;
        var (orders, line) = (new List<LaunchOrder>(), new Queue<PathId>());
        // A master that knows only one role per framework names none.
        var roles = rest.Role is { } named ? [named] : _queue.ReadyRoles.ToList();
        var launched = new Dictionary<PathId, int>();
        var provisioned = new List<Instance>();
        var taken = new HashSet<InstanceId>();
        ReservationCleaner.Confirm(turn, rest);
        if (ReservationCleaner.Of(turn.State, rest) is { } release)
        {
            orders.Add(release.Order);
            rest = release.Left;
        }
        isEveryoneTried = true;
        foreach (var role in roles)
        {
            var ring = _queue.Ready(role);
            var first = ring?.Count > 1 ? random.Next(ring.Count) : 0;
            for (var tries = 0; tries < (ring?.Count ?? 0) && isEveryoneTried; tries++)
            {
                isEveryoneTried = tries < MaxTriesPerOffer && _triesLeft-- > 0 && HasRoom();
                if (isEveryoneTried && Try(ring![first + tries]))
                {
                    line.Enqueue(ring[first + tries]);
                }
            }
        }
        while (HasRoom() && line.TryDequeue(out var again))
        {
            if (Try(again))
            {
                line.Enqueue(again);
            }
        }
        provisioned.ForEach(instance => _queue.Look(turn, instance));
        foreach (var app in launched.Keys.Order())
        {
            Count(app, stats => stats.Used(rest.Offer.AgentId.Value, turn.Time), turn);
        }
        offer = rest;
        return orders;

        bool HasRoom() =>
            orders.Count < settings.MaxInstancesPerOffer && _queue.Unconfirmed + orders.Count < settings.MaxLaunchesInFlight;

        bool Try(PathId app)
        {
            if (Next(turn, app, rest, launched.GetValueOrDefault(app), taken) is not { } id)
            {
                return false;
            }
            var instance = turn.State.Instances.Find(id)!;
            if (_secrets.HoldsUp(turn.State.DefinitionOf(instance)))
            {
                return false;
            }
            var incarnation = instance.Incarnation + 1;
            switch (Match(turn, rest, instance, Candidate(turn, instance, incarnation)))
            {
                case MatchResult.Matched { Order: LaunchOrder.Reserve reserve } reserved:
                    // The launch comes with the offer that shows the volumes.
                    turn.Store(instance, instance with { Reservation = reserve.Reservation });
                    orders.Add(reserve);
                    taken.Add(id);
                    rest = reserved.Rest;
                    return true;
                case MatchResult.Matched matched:
                    taken.Add(id);
                    provisioned.Add(Provision(turn, instance, incarnation, matched));
                    orders.Add(matched.Order);
                    rest = matched.Rest;
                    launched[app] = launched.GetValueOrDefault(app) + 1;
                    return true;
                case MatchResult.Refused refused when !launched.ContainsKey(app):
                    var reasons = refused.Refusals.Select(refusal => refusal.Reason.ToString()).Distinct().ToValueList();
                    var unused = new UnusedOffer(rest.Offer, reasons, turn.Time) { Refusals = refused.Refusals.ToValueList() };
                    Count(app, stats => stats.Unused(unused), turn);
                    return false;
                default:
                    return false;
            }
        }
    }

    /// <summary>What does, but falls short of what the app prefers, is taken when nothing better is to be had.</summary>
    private MatchResult Match(Turn turn, OfferRemainder offer, Instance instance, LaunchCandidate candidate)
    {
        var result = _matcher.Match(offer, candidate, random, turn.Now);
        if (result is not MatchResult.Matched || candidate.Spec.Preferences.Count == 0 || instance.Reservation is not null)
        {
            return result;
        }
        var missed = _matcher.Missed(offer.Location, candidate);
        if (missed == 0 || !_preferences.HoldOff(turn, instance, () => _batch.Offers.Skip(_batch.At + 1).Any(other =>
                _matcher.Missed(other.Location, candidate) < missed && _matcher.Match(other, candidate, random, turn.Now) is MatchResult.Matched)))
        {
            return result;
        }
        _isHeldOff = true;
        return new MatchResult.Refused([new Matching.Refusal(RefusalReason.UnfulfilledConstraint, "preferences", "a better offer, for a short time",
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"falls short by {missed}"))]);
    }

    /// <summary>
    /// The app's instance to try on an offer: of a resident app one that holds something there, else one that holds nothing yet.
    /// </summary>
    private InstanceId? Next(Turn turn, PathId app, OfferRemainder offer, int skipped, HashSet<InstanceId> taken)
    {
        if (_daemons.Contains(app))
        {
            return _daemons.Waiting(turn.State, app, AgentId.From(offer.Offer.AgentId), taken);
        }
        if (_queue.First(app) is not { } first || turn.State.Instances.Find(first) is not { } instance || !turn.State.DefinitionOf(instance).IsResident)
        {
            return _queue.First(app, skipped);
        }
        InstanceId? free = null;
        foreach (var id in _queue.Waiting(app))
        {
            if (taken.Contains(id) || turn.State.Instances.Find(id) is not { } waiting)
            {
                continue;
            }
            if (waiting.Reservation is { } held)
            {
                if (held.Agent == AgentId.From(offer.Offer.AgentId))
                {
                    return id;
                }
            }
            else
            {
                free ??= id;
            }
        }
        return free ?? (taken.Count == 0 ? first : null);
    }

    private LaunchCandidate Candidate(Turn turn, Instance instance, int incarnation)
    {
        var definition = turn.State.DefinitionOf(instance);
        var placed = definition is { Constraints.Count: 0, Preferences.Count: 0 } || definition.IsDaemon
            ? []
            : turn.State.Instances.Of(instance.App)
                .Where(other => other.Id != instance.Id && !other.Condition.IsUnreachable() && (other.Placement is not null || other.Reservation is not null))
                .Where(other => other.Version == definition.Version
                    || turn.State.DefinitionOf(other).VersionInfo.LastConfigChangeAt == definition.VersionInfo.LastConfigChangeAt)
                .Select(other => new PlacedInstance(other.Placement?.Location ?? other.Reservation!.Location, other.Version))
                .ToList();
        var enforces = turn.State.Root.FindGroup(instance.App.Ancestor(1))?.EnforceRole ?? false;
        return new LaunchCandidate(definition, instance.Id, incarnation, instance.Role, placed, enforces, HomeRegion, instance.Reservation);
    }

    private static Instance Provision(Turn turn, Instance instance, int incarnation, MatchResult.Matched matched)
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
        if (turn.State.Delays.TryGetValue(instance.App, out var delay))
        {
            turn.Apply(new Change.DelayChanged(instance.App, delay.Touch(turn.Time)));
        }
        return provisioned;
    }

    private void Count(PathId app, Func<LaunchStats, LaunchStats> count, Turn turn) =>
        Stats = Stats.SetItem(app, count(Stats.GetValueOrDefault(app) ?? new LaunchStats(app, turn.Time)));

    /// <summary>The counts of an app end with its wait: nothing scheduled, nothing unconfirmed.</summary>
    private void DropIdleStats(Turn turn)
    {
        foreach (var app in _seen)
        {
            if (Stats.ContainsKey(app) && !_queue.IsWaiting(app) && turn.State.Instances.TallyOf(app).Provisioned == 0)
            {
                Stats = Stats.Remove(app);
            }
        }
        _seen.Clear();
    }
}
