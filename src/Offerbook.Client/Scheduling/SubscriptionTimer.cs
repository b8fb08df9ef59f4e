namespace Offerbook.Client.Scheduling;

/// <summary>
/// A timer of a <see cref="SubscriptionKeeper"/> that ran out. The framework's core wraps it in a message of its own and hands it
/// back to <see cref="SubscriptionKeeper.Elapse"/>. Timers of subscriptions gone by are ignored there.
/// </summary>
public abstract record SubscriptionTimer(long Subscription)
{
    /// <summary>The wait before the next attempt is over.</summary>
    public sealed record BackoffEnded(long Subscription) : SubscriptionTimer(Subscription);

    /// <summary>Time to look whether the master is still heard: SUBSCRIBED or a heartbeat may be overdue.</summary>
    public sealed record SilenceSuspected(long Subscription) : SubscriptionTimer(Subscription);
}
