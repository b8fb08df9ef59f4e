using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Rebalancing;

namespace Offerbook.Apps.Launching;

/// <summary>
/// Measures how long instances have waited for an offer that fulfils their app's preferences, or is where a move should end. Memory
/// only: after a restart they wait anew. Bounded by the instances that wait.
/// </summary>
internal sealed class PreferenceWatch(AppsSettings settings)
{
    /// <summary>Until the next look at what is there, when a better offer went to somebody else.</summary>
    private static readonly TimeSpan NextLook = TimeSpan.FromSeconds(1);

    private readonly SortedDictionary<InstanceId, TimeSpan> _since = [];
    private readonly SortedSet<string> _roles = new(StringComparer.Ordinal);

    /// <summary>When the timer is set to; null when none is.</summary>
    private TimeSpan? _due;

    public void Look(Turn turn, Instance instance)
    {
        if (instance is { Condition: Condition.Scheduled, Goal: Goal.Running }
            && (turn.State.DefinitionOf(instance).Preferences.Count > 0 || MoveTargets.Concerns(turn.State, instance.App)))
        {
            _since.TryAdd(instance.Id, turn.Now.Elapsed);
        }
        else
        {
            _since.Remove(instance.Id);
        }
    }

    public void Forget(InstanceId instance) => _since.Remove(instance);

    /// <summary>Whether the instance shall let an offer pass that it could use, because a better one may come.</summary>
    /// <param name="isBetterAtHand">Whether one of the offers that came together is better; costs a look at each.</param>
    public bool HoldOff(Turn turn, Instance instance, Func<bool> isBetterAtHand)
    {
        // One that waited before the move began has not been looked at since.
        _since.TryAdd(instance.Id, turn.Now.Elapsed);
        var waited = turn.Now.Elapsed - _since[instance.Id];
        if (waited >= settings.PreferenceWait && (waited >= 2 * settings.PreferenceWait || !isBetterAtHand()))
        {
            return false;
        }
        var left = waited < settings.PreferenceWait ? settings.PreferenceWait - waited : NextLook;
        var due = turn.Now.Elapsed + left;
        _roles.Add(instance.Role);
        if (_due is null || due < _due)
        {
            _due = due;
            var timer = new AppsTimer.PreferenceWaitOver();
            turn.Out.Add(new StartTimer(timer, left, new AppsMessage.TimedOut(timer)));
        }
        return true;
    }

    /// <returns>The roles in which somebody has waited.</returns>
    public IReadOnlyCollection<string> End()
    {
        _due = null;
        var roles = _roles.ToList();
        _roles.Clear();
        return roles;
    }
}
