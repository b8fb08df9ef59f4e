using Offerbook.Client.Scheduling;

namespace Offerbook.Simulator.Workload.Wild;

/// <summary>Everything that a wild framework's core hears.</summary>
public abstract record WildMessage
{
    private WildMessage()
    {
    }

    public sealed record Begin : WildMessage;

    /// <summary>Launch nothing more, end what runs, and hold no offers.</summary>
    public sealed record Finish : WildMessage;

    public sealed record MasterSignalled(SchedulerSignal Signal) : WildMessage;

    public sealed record SubscriptionTimedOut(SubscriptionTimer Timer) : WildMessage;

    public sealed record WhimDue : WildMessage;
}
