using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Client.Scheduling;

namespace Offerbook.Apps.Launching;

/// <summary>
/// Tells the master, for each role, whether offers are wanted: suppressed while nothing waits, revived when something begins to wait,
/// at most once in <see cref="AppsSettings.MinReviveInterval"/>. Reviving also forgets what was declined, so it is repeated whenever
/// a new want arises.
/// </summary>
internal sealed class OfferInterest(AppsSettings settings, SubscriptionKeeper master)
{
    private readonly SortedSet<string> _newWants = new(StringComparer.Ordinal);
    private TimeSpan? _lastRevive;

    /// <summary>Something waits that did not wait before, or may fit now where it did not.</summary>
    public void WantAnew(string role) => _newWants.Add(role);

    /// <param name="wanted">Roles in which instances wait that may be launched now.</param>
    public void Settle(Turn turn, IReadOnlyCollection<string> wanted)
    {
        _newWants.IntersectWith(wanted);
        var unwanted = master.Roles.Where(role => !wanted.Contains(role)).ToList();
        if (unwanted.Count > 0)
        {
            master.Suppress(turn.Out, unwanted);
        }
        var revived = wanted.Where(role => _newWants.Contains(role) || master.SuppressedRoles.Contains(role)).Order(StringComparer.Ordinal)
            .ToList();
        if (revived.Count > 0)
        {
            Revive(turn, revived);
        }
    }

    private void Revive(Turn turn, List<string> roles)
    {
        var since = turn.Now.Elapsed - _lastRevive;
        if (master.IsSubscribed && since < settings.MinReviveInterval)
        {
            var due = new AppsTimer.ReviveAllowed();
            turn.Out.Add(new StartTimer(due, settings.MinReviveInterval - since.Value, new AppsMessage.TimedOut(due)));
            return;
        }
        _newWants.ExceptWith(roles);
        _lastRevive = master.IsSubscribed ? turn.Now.Elapsed : _lastRevive;
        master.Revive(turn.Out, roles);
    }
}
