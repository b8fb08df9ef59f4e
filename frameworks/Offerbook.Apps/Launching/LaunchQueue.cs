using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Launching;

/// <summary>
/// The instances that wait for an offer, by app, and those whose launch nobody has confirmed yet. Also keeps time for launch
/// delays: on the monotonic clock, begun from the wall time that the journal has. Every change costs a logarithm of what waits.
/// </summary>
internal sealed class LaunchQueue
{
    private readonly SortedDictionary<PathId, WaitingApp> _waiting = [];
    private readonly HashSet<InstanceId> _unconfirmed = [];

    /// <summary>Clocks of delayed apps, whether or not one of their instances waits.</summary>
    private readonly SortedDictionary<PathId, (LaunchDelay Delay, TimeSpan Until)> _clocks = [];

    /// <summary>By role, the waiting apps that may launch. None is empty.</summary>
    private readonly SortedDictionary<string, AppRing> _ready = new(StringComparer.Ordinal);

    /// <summary>The waiting apps that may not launch yet.</summary>
    private readonly SortedSet<(TimeSpan Until, PathId App)> _delayed = [];

    public int Unconfirmed => _unconfirmed.Count;

    /// <summary>Roles in which an app waits that may launch, in order.</summary>
    public IReadOnlyCollection<string> ReadyRoles => _ready.Keys;

    /// <summary>When the next waiting app may launch that may not now; null: there is none.</summary>
    public TimeSpan? NextDue => _delayed.Count > 0 ? _delayed.Min.Until : null;

    /// <summary>The waiting apps of a role that may launch; null when there are none.</summary>
    public AppRing? Ready(string role) => _ready.GetValueOrDefault(role);

    /// <returns>Whether the instance has just begun to wait.</returns>
    public bool Look(Turn turn, Instance instance)
    {
        if (instance.Condition == Condition.Provisioned)
        {
            _unconfirmed.Add(instance.Id);
        }
        else
        {
            _unconfirmed.Remove(instance.Id);
        }
        if (instance is not { Condition: Condition.Scheduled, Goal: Goal.Running })
        {
            Remove(turn, instance.Id, instance.App);
            return false;
        }
        if (!_waiting.TryGetValue(instance.App, out var app))
        {
            _waiting[instance.App] = app = new WaitingApp();
        }
        var isNew = app.Ids.Add(instance.Id);
        if (isNew)
        {
            Place(turn, instance.App);
        }
        return isNew;
    }

    public void Forget(Turn turn, InstanceId instance)
    {
        _unconfirmed.Remove(instance);
        Remove(turn, instance, instance.App);
    }

    public bool IsWaiting(PathId app) => _waiting.ContainsKey(app);

    /// <summary>The app's first waiting instance, or after <paramref name="skipped"/> ones that; null when none waits.</summary>
    public InstanceId? First(PathId app, int skipped = 0)
    {
        if (!_waiting.TryGetValue(app, out var waiting) || waiting.Ids.Count <= skipped)
        {
            return null;
        }
        return skipped == 0 ? waiting.Ids.Min : waiting.Ids.Skip(skipped).First();
    }

    /// <summary>All of the app's waiting instances, by id.</summary>
    public IReadOnlyCollection<InstanceId> Waiting(PathId app) => _waiting.TryGetValue(app, out var waiting) ? waiting.Ids : [];

    /// <summary>The app's delay, or the role of its next instance, may have changed.</summary>
    public void Place(Turn turn, PathId app)
    {
        var until = DelayedUntil(turn, app);
        if (!_waiting.TryGetValue(app, out var waiting))
        {
            return;
        }
        var role = turn.State.Instances.Find(waiting.Ids.Min)?.Role ?? waiting.Role ?? "";
        if (waiting.IsPlaced && waiting.Role == role && waiting.Until == until)
        {
            return;
        }
        Displace(app, waiting);
        (waiting.IsPlaced, waiting.Role, waiting.Until) = (true, role, until);
        if (until is { } time)
        {
            _delayed.Add((time, app));
            return;
        }
        if (!_ready.TryGetValue(role, out var ring))
        {
            _ready[role] = ring = new AppRing();
        }
        ring.Add(app);
    }

    /// <summary>Lets the apps launch whose delay is over.</summary>
    /// <returns>Their roles.</returns>
    public IEnumerable<string> EndDelays(Turn turn)
    {
        while (_delayed.Count > 0 && _delayed.Min.Until <= turn.Now.Elapsed)
        {
            var app = _delayed.Min.App;
            Place(turn, app);
            yield return _waiting[app].Role!;
        }
    }

    private TimeSpan? DelayedUntil(Turn turn, PathId app)
    {
        if (!turn.State.Delays.TryGetValue(app, out var delay))
        {
            _clocks.Remove(app);
            return null;
        }
        if (!_clocks.TryGetValue(app, out var clock) || clock.Delay != delay)
        {
            var left = TimeSpan.FromMilliseconds(delay.Deadline.UnixMilliseconds - turn.Time.UnixMilliseconds);
            left = left > delay.Delay ? delay.Delay : left;
            _clocks[app] = clock = (delay, turn.Now.Elapsed + left);
        }
        return clock.Until > turn.Now.Elapsed ? clock.Until : null;
    }

    private void Remove(Turn turn, InstanceId id, PathId app)
    {
        if (!_waiting.TryGetValue(app, out var waiting) || !waiting.Ids.Remove(id))
        {
            return;
        }
        if (waiting.Ids.Count == 0)
        {
            Displace(app, waiting);
            _waiting.Remove(app);
        }
        else
        {
            Place(turn, app);
        }
    }

    private void Displace(PathId app, WaitingApp waiting)
    {
        if (!waiting.IsPlaced)
        {
            return;
        }
        if (waiting.Until is { } until)
        {
            _delayed.Remove((until, app));
        }
        else if (_ready.TryGetValue(waiting.Role!, out var ring))
        {
            ring.Remove(app);
            if (ring.Count == 0)
            {
                _ready.Remove(waiting.Role!);
            }
        }
    }

    private sealed class WaitingApp
    {
        public SortedSet<InstanceId> Ids { get; } = [];

        public bool IsPlaced { get; set; }

        /// <summary>That of the instance which is next.</summary>
        public string? Role { get; set; }

        /// <summary>Null: it may launch.</summary>
        public TimeSpan? Until { get; set; }
    }
}
