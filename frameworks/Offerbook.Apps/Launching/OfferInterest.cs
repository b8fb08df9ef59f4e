using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Client.Scheduling;

namespace Offerbook.Apps.Launching;

/// <summary>
/// Tells the master whether offers are wanted: suppressed while nothing waits, revived when something begins to wait, at most once in
/// <see cref="AppsSettings.MinReviveInterval"/>. Reviving also forgets what was declined, so it is repeated whenever a new want arises.
/// </summary>
internal sealed class OfferInterest(AppsSettings settings, SubscriptionKeeper master)
{
    private TimeSpan? _lastRevive;
    private bool _newWant;

    /// <summary>Something waits that did not wait before, or may fit now where it did not.</summary>
    public void WantAnew() => _newWant = true;

    public void Settle(Turn turn, bool isWanted)
    {
        if (!isWanted)
        {
            _newWant = false;
            master.Suppress(turn.Out, settings.Role);
        }
        else if (_newWant || master.SuppressedRoles.Count > 0)
        {
            Revive(turn);
        }
    }

    private void Revive(Turn turn)
    {
        var since = turn.Now.Elapsed - _lastRevive;
        if (master.IsSubscribed && since < settings.MinReviveInterval)
        {
            var due = new AppsTimer.ReviveAllowed();
            turn.Out.Add(new StartTimer(due, settings.MinReviveInterval - since.Value, new AppsMessage.TimedOut(due)));
            return;
        }
        _newWant = false;
        _lastRevive = master.IsSubscribed ? turn.Now.Elapsed : _lastRevive;
        master.Revive(turn.Out, settings.Role);
    }
}
