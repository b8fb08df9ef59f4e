using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Launching;

/// <summary>
/// The instances that wait for an offer, by app, and those whose launch nobody has confirmed yet. Also keeps time for launch
/// delays: on the monotonic clock, begun from the wall time that the journal has.
/// </summary>
internal sealed class LaunchQueue
{
    private readonly SortedDictionary<PathId, SortedSet<InstanceId>> _waiting = [];
    private readonly SortedSet<InstanceId> _unconfirmed = [];
    private readonly SortedDictionary<PathId, (LaunchDelay Delay, TimeSpan Until)> _clocks = [];

    public int Unconfirmed => _unconfirmed.Count;

    public IReadOnlyCollection<PathId> Apps => _waiting.Keys;

    /// <returns>Whether the instance has just begun to wait.</returns>
    public bool Look(Instance instance)
    {
        if (instance.Condition == Condition.Provisioned)
        {
            _unconfirmed.Add(instance.Id);
        }
        else
        {
            _unconfirmed.Remove(instance.Id);
        }
        if (instance is { Condition: Condition.Scheduled, Goal: Goal.Running })
        {
            if (!_waiting.TryGetValue(instance.App, out var ids))
            {
                _waiting[instance.App] = ids = [];
            }
            return ids.Add(instance.Id);
        }
        Remove(instance.Id);
        return false;
    }

    public void Forget(InstanceId instance)
    {
        _unconfirmed.Remove(instance);
        Remove(instance);
    }

    public bool IsWaiting(PathId app) => _waiting.ContainsKey(app);

    /// <summary>The app's first waiting instance; null when none waits.</summary>
    public InstanceId? First(PathId app) => _waiting.TryGetValue(app, out var ids) ? ids.Min : null;

    /// <summary>Until when the app may not launch; null: it may.</summary>
    public TimeSpan? DelayedUntil(Turn turn, PathId app)
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

    private void Remove(InstanceId id)
    {
        var app = id.App;
        if (_waiting.TryGetValue(app, out var ids) && ids.Remove(id) && ids.Count == 0)
        {
            _waiting.Remove(app);
        }
    }
}
