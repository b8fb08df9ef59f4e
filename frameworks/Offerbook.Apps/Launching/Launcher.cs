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
internal sealed class Launcher
{
    /// <summary>Apps tried in vain on one offer: about a millisecond. The next offer begins elsewhere in the line.</summary>
    private const int MaxTriesPerOffer = 200;

    /// <summary>Tries on all offers that come together: a turn of about 50 ms.</summary>
    private const int MaxTriesPerTurn = 10_000;

    private readonly AppsSettings _settings;
    private readonly SubscriptionKeeper _master;
    private readonly SeededRandom _random;
    private readonly OfferMatcher _matcher;
    private readonly ReservationWatch _reservations;
    private readonly LaunchQueue _queue = new();
    private readonly LaunchTally _tally = new();
    private readonly Daemons.DaemonPlaces _daemons;
    private readonly InstanceChoice _choice;
    private readonly PreferenceWatch _preferences;
    private readonly Rebalancing.MoveTargets _moves;
    private readonly Secrets.SecretDesk _secrets;
    private readonly OfferInterest _interest;

    private int _triesLeft;

    /// <summary>The offers that came together, and which of them is being looked at.</summary>
    private (IReadOnlyList<OfferRemainder> Offers, int At) _batch = ([], 0);

    /// <summary>Somebody could use the offer and hopes for a better one.</summary>
    private bool _isHeldOff;

    /// <summary>When the timer of launch delays is set to; null when none is.</summary>
    private TimeSpan? _wakeAt;

    public Launcher(AppsSettings settings, SubscriptionKeeper master, SeededRandom random, InstanceKeeper keeper)
    {
        (_settings, _master, _random) = (settings, master, random);
        _matcher = new OfferMatcher(settings.Matching with { Principal = settings.Principal });
        _reservations = new ReservationWatch(settings);
        _daemons = new Daemons.DaemonPlaces(settings, keeper);
        _choice = new InstanceChoice(_queue, _daemons);
        _preferences = new PreferenceWatch(settings);
        _moves = new Rebalancing.MoveTargets(Memory);
        _secrets = new Secrets.SecretDesk(settings);
        _interest = new OfferInterest(settings, master);
        Releases = new ReleaseWatch(_interest);
    }

    /// <summary>What waiting apps have met with.</summary>
    public ImmutableSortedDictionary<PathId, LaunchStats> Stats => _tally.Stats;

    public AppsCounters Counters => _tally.Counters;

    /// <summary>What was last seen free on each agent.</summary>
    public OfferMemory Memory { get; } = new();

    public ReleaseWatch Releases { get; }

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
        Memory.LookAround(turn, connection, roles.Where(_master.Roles.Contains).ToList(), _master.IsSubscribed);

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
        _tally.Saw(instance.App);
        _reservations.Look(turn, instance);
        _daemons.Look(instance);
        _preferences.Look(turn, instance);
        _secrets.Look(turn, instance);
        if (_queue.Look(turn, instance))
        {
            _interest.WantAnew(instance.Role);
        }
        if (instance.Condition == Condition.Scheduled)
        {
            _tally.Begin(turn, instance.App);
        }
    }

    public void Forget(Turn turn, InstanceId instance)
    {
        var app = instance.App;
        _tally.Saw(app);
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
        _tally.Received(offers.Count);
        var (unused, postponed) = (new List<OfferId>(), new List<OfferId>());
        _triesLeft = MaxTriesPerTurn;
        _batch = (offers.Select(OfferRemainder.Of).ToList(), 0);
        foreach (var offer in offers)
        {
            var (isEveryoneTried, left) = (false, _batch.Offers[_batch.At]);
            _reservations.See(turn, left);
            Volumes.ReturnedVolumes.Follow(turn, left);
            foreach (var instance in _daemons.Want(turn, left, _matcher, HomeRegion))
            {
                _queue.Look(turn, instance);
            }
            var orders = _queue.Unconfirmed < _settings.MaxLaunchesInFlight ? Fill(turn, ref left, out isEveryoneTried) : [];
            Memory.See(left, turn.Time);
            var id = OfferId.From(offer.Id);
            if (orders.Count > 0 && _master.Accept([id], LaunchOperations.Of(orders), TimeSpan.Zero, turn.Out))
            {
                _tally.Used(LaunchOperations.CountTasks(orders));
            }
            else
            {
                (isEveryoneTried && !_isHeldOff ? unused : postponed).Add(id);
            }
            _batch.At++;
        }
        _batch = ([], 0);
        _tally.Declined(unused.Count + postponed.Count);
        _master.Decline(unused, _settings.DeclineOfferDuration, turn.Out);
        // Null is the master's own default of a few seconds: by then launches will have been confirmed, and others are tried.
        _master.Decline(postponed, null, turn.Out);
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
        _tally.Settle(turn, _queue);
    }

    /// <summary>In which something may launch, or is to be given back.</summary>
    private IReadOnlyCollection<string> WantedRoles(Turn turn) => turn.State.Releases.IsEmpty && _daemons.Roles.Count == 0
        ? _queue.ReadyRoles
        : new SortedSet<string>(
            _queue.ReadyRoles.Concat(_daemons.Roles).Concat(turn.State.Releases.Values.Select(release => release.Role)),
            StringComparer.Ordinal);

    /// <summary>Forgets delays of apps that have not failed for long, and reservations that never came back.</summary>
    public void Sweep(Turn turn)
    {
        _daemons.Sweep(turn, _queue);
        _reservations.Sweep(turn);
        Releases.Sweep(turn);
        _moves.Sweep(turn.State);
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
        Releases.Confirm(turn, rest);
        if (ReservationCleaner.Of(turn.State, rest) is { } release)
        {
            orders.Add(release.Order);
            rest = release.Left;
        }
        isEveryoneTried = true;
        foreach (var role in roles)
        {
            var ring = _queue.Ready(role);
            var first = ring?.Count > 1 ? _random.Next(ring.Count) : 0;
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
            _tally.Count(turn, app, stats => stats.Used(rest.Offer.AgentId.Value, turn.Time));
        }
        offer = rest;
        return orders;

        bool HasRoom() =>
            orders.Count < _settings.MaxInstancesPerOffer && _queue.Unconfirmed + orders.Count < _settings.MaxLaunchesInFlight;

        bool Try(PathId app)
        {
            if (_choice.Next(turn, app, rest, launched.GetValueOrDefault(app), taken) is not { } id)
            {
                return false;
            }
            var instance = turn.State.Instances.Find(id)!;
            if (_secrets.HoldsUp(turn.State.DefinitionOf(instance)))
            {
                return false;
            }
            var incarnation = instance.Incarnation + 1;
            switch (Match(turn, rest, instance, InstanceChoice.Candidate(turn, instance, incarnation, HomeRegion)))
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
                    _tally.Count(turn, app, stats => stats.Unused(unused));
                    return false;
                default:
                    return false;
            }
        }
    }

    /// <summary>What does, but falls short of what the app prefers or a move is for, is taken when nothing better is to be had.</summary>
    private MatchResult Match(Turn turn, OfferRemainder offer, Instance instance, LaunchCandidate candidate)
    {
        var result = _matcher.Match(offer, candidate, _random, turn.Now);
        if (result is not MatchResult.Matched || instance.Reservation is not null)
        {
            return result;
        }
        var measure = _moves.Measure(turn.State, candidate, _batch.Offers)
            ?? (candidate.Spec.Preferences.Count == 0 ? null : place => _matcher.Missed(place, candidate));
        var missed = measure?.Invoke(offer.Location) ?? 0;
        if (missed <= 0 || !_preferences.HoldOff(turn, instance, () => _batch.Offers.Skip(_batch.At + 1).Any(other =>
                measure!(other.Location) < missed && _matcher.Match(other, candidate, _random, turn.Now) is MatchResult.Matched)))
        {
            return result;
        }
        _isHeldOff = true;
        return new MatchResult.Refused(
            [new Matching.Refusal(RefusalReason.UnfulfilledConstraint, "preferences", "a better offer, for a short time",
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"falls short by {missed}"))]);
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
}
