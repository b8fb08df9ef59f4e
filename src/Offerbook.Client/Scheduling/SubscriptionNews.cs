using Mesos.V1.Scheduler;
using Offerbook.Wire.Identity;

namespace Offerbook.Client.Scheduling;

/// <summary>What a <see cref="SchedulerSignal"/> means to the framework's core, once the keeper has looked at it.</summary>
public abstract record SubscriptionNews
{
    private SubscriptionNews()
    {
    }

    /// <summary>
    /// Subscribed, for the first time or again. Offers held before are void (the master took them back without RESCIND).
    /// The core persists the id when <paramref name="IsNew"/>, and reconciles the tasks that it knows.
    /// </summary>
    /// <param name="IsNew">The master gave this id just now: there was none, or the old one had been removed together with its
    /// tasks.</param>
    public sealed record Subscribed(FrameworkId Id, bool IsNew, Event.Types.Subscribed Event) : SubscriptionNews;

    /// <summary>
    /// OFFERS, RESCIND, UPDATE, MESSAGE, FAILURE or an operation's event. Heartbeats, SUBSCRIBED and ERROR never come this way.
    /// </summary>
    public sealed record EventArrived(Event Event) : SubscriptionNews;

    /// <summary>The subscription has ended; offers in hand are void. The keeper is trying again.</summary>
    public sealed record Disconnected(string Reason) : SubscriptionNews;

    /// <summary>
    /// The master sent ERROR. The keeper tries again after its longest wait; a core that knows better calls
    /// <see cref="SubscriptionKeeper.Stop"/>.
    /// </summary>
    public sealed record Refused(Refusal Refusal, string Message) : SubscriptionNews;

    /// <summary>
    /// The master refused a call as wrong (4xx); the subscription goes on. Calls whose fate is unknown end the subscription instead:
    /// what they may have done shows when the core reconciles after the next <see cref="Subscribed"/>.
    /// </summary>
    public sealed record CallRefused(Call Call, int Status, string Reason) : SubscriptionNews;
}

/// <summary>Why the master ended a subscription with ERROR.</summary>
public enum Refusal
{
    /// <summary>The failover timeout ran out or the framework was torn down: its id and all its tasks are gone. The keeper has
    /// forgotten the id and subscribes as a new framework.</summary>
    FrameworkRemoved,

    /// <summary>
    /// Another subscription with the same id came later: a second instance, or a request of ours that was held up on its way.
    /// </summary>
    Superseded,

    /// <summary>Anything else, such as a role that is not allowed; the text says what.</summary>
    Other,
}
