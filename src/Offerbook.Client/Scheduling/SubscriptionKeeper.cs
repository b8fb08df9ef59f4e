using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Wire.Identity;

namespace Offerbook.Client.Scheduling;

/// <summary>
/// Keeps one framework subscribed; a part of the framework's core, so pure like it. It numbers subscriptions, watches heartbeats,
/// waits with growing, jittered back-off, and remembers which roles are suppressed.
///
/// <code>
/// Start ─▶ Subscribing ──SUBSCRIBED──▶ Subscribed
///             ▲    │ refused, ended, silent │ ended, silent, ERROR, a call's fate unknown
///             │    ▼                        ▼
///             └─ BackingOff ◀───────────────┘        Stop ─▶ Idle
/// </code>
///
/// How a core uses it: hand every <see cref="SchedulerSignal"/> to <see cref="Receive"/> and every <see cref="SubscriptionTimer"/>
/// to <see cref="Elapse"/>; act on the news they return; emit calls with <see cref="Send"/> or the helpers of
/// <see cref="SchedulerCalls"/>. The framework id is journalled by the core and given back with <see cref="Restore"/>.
/// </summary>
public sealed class SubscriptionKeeper
{
    private readonly FrameworkInfo _info;
    private readonly SubscriptionSettings _settings;
    private readonly SeededRandom _random;
    private readonly Func<SubscriptionTimer, object> _timerMessage;

    private State _state = State.Idle;
    private long _subscription;
    private int _failures;
    private TimeSpan _since;
    private TimeSpan _lastHeard;
    private TimeSpan _patience;
    private List<string> _suppressed = [];
    private List<string> _announcedSuppressed = [];

    /// <param name="info">The framework without its id; copied.</param>
    /// <param name="timerMessage">Wraps a timer in a message of the core, as <see cref="StartTimer"/> wants it.</param>
    public SubscriptionKeeper(FrameworkInfo info, SubscriptionSettings settings, SeededRandom random,
        Func<SubscriptionTimer, object> timerMessage)
    {
        Invariant.Check(info.Id is null, "the keeper is given the framework's id by Restore");
        _info = info.Clone();
        _settings = settings;
        _random = random;
        _timerMessage = timerMessage;
    }

    private enum State
    {
        Idle,
        Subscribing,
        Subscribed,
        BackingOff,
    }

    /// <summary>The id under which the master knows the framework; null before the first SUBSCRIBED.</summary>
    public FrameworkId? Id { get; private set; }

    public bool IsSubscribed => _state == State.Subscribed;

    /// <summary>Number of the newest subscription; 0 before the first.</summary>
    public long Subscription => _subscription;

    /// <summary>Roles for which no offers are wanted, in ordinal order. Survives a lost subscription.</summary>
    public IReadOnlyList<string> SuppressedRoles => _suppressed;

    /// <summary>Roles under which the framework subscribes.</summary>
    public IReadOnlyList<string> Roles => _info.Roles;

    /// <summary>Gives back the journalled id. Call before <see cref="Start"/>.</summary>
    public void Restore(FrameworkId? id) => Id = id;

    /// <summary>Begins to subscribe. Harmless when it is already under way.</summary>
    public void Start(Now now, Effects effects)
    {
        if (_state == State.Idle)
        {
            Open(now, effects);
        }
    }

    /// <summary>Adds roles, subscribing anew with them if the framework is subscribed under others: offers held are void then.</summary>
    public void AddRoles(IEnumerable<string> roles, Now now, Effects effects)
    {
        var added = Sorted(roles.Except(_info.Roles, StringComparer.Ordinal));
        if (added.Count == 0)
        {
            return;
        }
        _info.Roles.Add(added);
        if (_state is State.Subscribing or State.Subscribed)
        {
            Open(now, effects);
        }
    }

    /// <summary>Leaves the master without tearing the framework down: its tasks run on until the failover timeout.</summary>
    public void Stop(Effects effects)
    {
        if (_state is State.Subscribing or State.Subscribed)
        {
            effects.Add(new CloseSubscription(_subscription));
        }
        if (_state != State.Idle)
        {
            effects.Add(new CancelTimer(TimerKey));
            _state = State.Idle;
        }
    }

    /// <summary>Judges a signal; null means that it concerns nobody any more, or was the keeper's own business.</summary>
    public SubscriptionNews? Receive(SchedulerSignal signal, Now now, Effects effects)
    {
        if (signal.Subscription != _subscription || _state is State.Idle or State.BackingOff)
        {
            return null;
        }
        switch (signal)
        {
            case SchedulerSignal.EventReceived received:
                _lastHeard = now.Elapsed;
                return Hear(received.Event, now, effects);
            case SchedulerSignal.SubscriptionEnded ended:
                return Lose(ended.Status is { } status ? $"HTTP {status}: {ended.Reason}" : ended.Reason, now, effects);
            case SchedulerSignal.CallFailed failed when IsRefusedAsWrong(failed):
                return new SubscriptionNews.CallRefused(failed.Call, failed.Status!.Value, failed.Reason);
            case SchedulerSignal.CallFailed failed:
                effects.Add(new CloseSubscription(_subscription));
                return Lose($"{failed.Call.Type} may be lost: {failed.Reason}", now, effects);
            default:
                Invariant.Fail("an unknown scheduler signal: " + signal.GetType());
                return null;
        }
    }

    /// <summary>Takes a timer that ran out; the news, if any, is that the subscription was given up.</summary>
    public SubscriptionNews? Elapse(SubscriptionTimer timer, Now now, Effects effects)
    {
        if (timer.Subscription != _subscription)
        {
            return null;
        }
        switch (timer)
        {
            case SubscriptionTimer.BackoffEnded when _state == State.BackingOff:
                Open(now, effects);
                return null;
            case SubscriptionTimer.SilenceSuspected when _state is State.Subscribing or State.Subscribed:
                // Events only note when they came; the timer is moved here, once an interval, not with every event.
                var silent = now.Elapsed - _lastHeard;
                if (silent < _patience)
                {
                    Watch(_patience - silent, effects);
                    return null;
                }
                effects.Add(new CloseSubscription(_subscription));
                return Lose($"nothing heard from the master for {silent.TotalSeconds:0.#} s", now, effects);
            default:
                return null;
        }
    }

    /// <summary>Emits a call on the current subscription.</summary>
    /// <returns>False, and nothing is emitted, while not subscribed: the core puts things right at the next SUBSCRIBED.</returns>
    public bool Send(Call call, Effects effects)
    {
        if (_state != State.Subscribed)
        {
            return false;
        }
        call.FrameworkId = Id!.Value.ToProto();
        effects.Add(new CallMaster(_subscription, call));
        return true;
    }

    /// <summary>
    /// Wants no offers for these roles (none named: all of the framework's) until revived; remembered while not subscribed.
    /// </summary>
    public void Suppress(Effects effects, params IReadOnlyList<string> roles)
    {
        var wanted = Sorted(_suppressed.Concat(roles.Count == 0 ? _info.Roles : roles));
        if (!wanted.SequenceEqual(_suppressed))
        {
            _suppressed = wanted;
            AnnounceSuppression(effects);
        }
    }

    /// <summary>
    /// Wants offers again, those refused before included: sends REVIVE even for roles that were not suppressed, because it also
    /// clears their filters. While not subscribed there are no filters and the next SUBSCRIBE says which roles are suppressed.
    /// </summary>
    public void Revive(Effects effects, params IReadOnlyList<string> roles)
    {
        var revived = Sorted(roles.Count == 0 ? _info.Roles : roles);
        _suppressed = _suppressed.Except(revived, StringComparer.Ordinal).ToList();
        if (Send(SchedulerCalls.Revive(revived), effects))
        {
            _announcedSuppressed = _announcedSuppressed.Except(revived, StringComparer.Ordinal).ToList();
        }
    }

    private SubscriptionNews? Hear(Event @event, Now now, Effects effects)
    {
        switch (@event.Type)
        {
            case Event.Types.Type.Subscribed when _state == State.Subscribing && @event.Subscribed is not null:
                return Greet(@event.Subscribed, now, effects);
            case Event.Types.Type.Error:
                effects.Add(new CloseSubscription(_subscription));
                return Refuse(@event.Error?.Message ?? "", effects);
            case Event.Types.Type.Heartbeat:
            case Event.Types.Type.Unknown:
                return null;
            default:
                return _state == State.Subscribed ? new SubscriptionNews.EventArrived(@event) : null;
        }
    }

    private SubscriptionNews.Subscribed Greet(Event.Types.Subscribed subscribed, Now now, Effects effects)
    {
        var id = FrameworkId.From(subscribed.FrameworkId);
        var isNew = Id != id;
        Id = id;
        _state = State.Subscribed;
        _since = now.Elapsed;
        var interval = subscribed.HasHeartbeatIntervalSeconds && subscribed.HeartbeatIntervalSeconds is > 0 and < 86_400
            ? TimeSpan.FromSeconds(subscribed.HeartbeatIntervalSeconds)
            : _settings.DefaultHeartbeatInterval;
        _patience = interval * _settings.MissedHeartbeats;
        Watch(_patience, effects);
        AnnounceSuppression(effects);
        return new SubscriptionNews.Subscribed(id, isNew, subscribed);
    }

    private SubscriptionNews.Refused Refuse(string message, Effects effects)
    {
        var refusal = message switch
        {
            "Framework has been removed" => Refusal.FrameworkRemoved,
            "Framework failed over" => Refusal.Superseded,
            _ => Refusal.Other,
        };
        if (refusal == Refusal.FrameworkRemoved)
        {
            // Asking for the id again would be refused for ever.
            Id = null;
            BackOff(_settings.FirstBackoff, effects);
        }
        else
        {
            BackOff(_settings.MaxBackoff, effects);
        }
        return new SubscriptionNews.Refused(refusal, message);
    }

    private SubscriptionNews.Disconnected Lose(string reason, Now now, Effects effects)
    {
        // Only a subscription that held starts the back-off from the bottom; one that breaks at once must not spin.
        if (_state == State.Subscribed && now.Elapsed - _since >= _settings.MaxBackoff)
        {
            _failures = 0;
        }
        var wait = _settings.FirstBackoff * Math.Pow(2, Math.Min(_failures, 30));
        _failures++;
        BackOff(wait < _settings.MaxBackoff ? wait : _settings.MaxBackoff, effects);
        return new SubscriptionNews.Disconnected(reason);
    }

    private void BackOff(TimeSpan wait, Effects effects)
    {
        _state = State.BackingOff;
        var jittered = wait / 2 + wait / 2 * _random.NextDouble();
        effects.Add(new StartTimer(TimerKey, jittered, _timerMessage(new SubscriptionTimer.BackoffEnded(_subscription))));
    }

    private void Open(Now now, Effects effects)
    {
        _subscription++;
        _state = State.Subscribing;
        _lastHeard = now.Elapsed;
        _patience = _settings.SubscribeTimeout;
        _announcedSuppressed = _suppressed;
        effects.Add(new OpenSubscription(_subscription, SchedulerCalls.Subscribe(_info, Id, _suppressed)));
        Watch(_patience, effects);
    }

    private void Watch(TimeSpan wait, Effects effects) =>
        effects.Add(new StartTimer(TimerKey, wait, _timerMessage(new SubscriptionTimer.SilenceSuspected(_subscription))));

    /// <summary>Tells the master of what changed since SUBSCRIBE or the last call named the suppressed roles.</summary>
    private void AnnounceSuppression(Effects effects)
    {
        if (_state != State.Subscribed)
        {
            return;
        }
        var suppress = _suppressed.Except(_announcedSuppressed, StringComparer.Ordinal).ToList();
        var revive = _announcedSuppressed.Except(_suppressed, StringComparer.Ordinal).ToList();
        _announcedSuppressed = _suppressed;
        if (suppress.Count > 0)
        {
            Send(SchedulerCalls.Suppress(suppress), effects);
        }
        if (revive.Count > 0)
        {
            Send(SchedulerCalls.Revive(revive), effects);
        }
    }

    /// <summary>
    /// A 4xx that speaks of the call itself. The 403 and the two 400s that speak of the subscription mean that the master holds
    /// another one than we do; 404, 408 and 429 come from something on the way.
    /// </summary>
    private static bool IsRefusedAsWrong(SchedulerSignal.CallFailed failed) =>
        failed.Status is >= 400 and < 500 and not (403 or 404 or 408 or 429)
        && !failed.Reason.Contains("Framework cannot be found", StringComparison.Ordinal)
        && !failed.Reason.Contains("stream ID", StringComparison.OrdinalIgnoreCase)
        && !failed.Reason.Contains("Mesos-Stream-Id", StringComparison.OrdinalIgnoreCase);

    private static List<string> Sorted(IEnumerable<string> roles) =>
        roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();

    /// <summary>One timer serves all states: they never need two at once.</summary>
    private static readonly object TimerKey = "subscription";
}
