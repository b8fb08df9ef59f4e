using Mesos.V1.Scheduler;
using Offerbook.Actors;

namespace Offerbook.Client.Scheduling;

// The boundary between a framework's core and the master, as messages and effects. The core decides when to subscribe, when to
// give up waiting and how long to back off (SubscriptionKeeper does it for every framework); a shell only moves bytes.

/// <summary>What a framework's core hears of its subscription. Each carries the number that the core gave to the subscription.</summary>
public abstract record SchedulerSignal(long Subscription)
{
    /// <summary>The master sent an event; the first of a subscription is SUBSCRIBED.</summary>
    public sealed record EventReceived(long Subscription, Event Event) : SchedulerSignal(Subscription);

    /// <summary>
    /// The stream could not be opened, or has ended. <paramref name="Status"/> is the HTTP status if the master refused it.
    /// </summary>
    public sealed record SubscriptionEnded(long Subscription, int? Status, string Reason) : SchedulerSignal(Subscription);

    /// <summary>
    /// The master answered a call with an error, or the answer never came (<paramref name="Status"/> null: it may have been taken).
    /// </summary>
    public sealed record CallFailed(long Subscription, Call Call, int? Status, string Reason) : SchedulerSignal(Subscription);
}

/// <summary>
/// Open a subscription with this SUBSCRIBE call, closing the one before. Signals of older subscriptions may still arrive.
/// </summary>
public sealed record OpenSubscription(long Subscription, Call Subscribe) : IEffect;

/// <summary>Close the subscription without tearing the framework down.</summary>
public sealed record CloseSubscription(long Subscription) : IEffect;

/// <summary>Send a call to the master on the subscription. Calls are sent one after the other, in order.</summary>
public sealed record CallMaster(long Subscription, Call Call) : IEffect;
