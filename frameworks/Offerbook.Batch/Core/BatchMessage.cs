using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Core;

/// <summary>Everything that the Batch core hears: the master, clients, and timers that ran out.</summary>
public abstract record BatchMessage
{
    private BatchMessage()
    {
    }

    /// <summary>The master said something, or the subscription ended.</summary>
    public sealed record MasterSignalled(SchedulerSignal Signal) : BatchMessage;

    /// <summary>A client asks for something. Answered by one <see cref="Reply"/>, once what it tells is durable.</summary>
    public sealed record ApiCalled(ConnectionId Connection, ApiCall Call) : BatchMessage;

    /// <summary>A client that may be waiting for an answer has gone.</summary>
    public sealed record ConnectionClosed(ConnectionId Connection) : BatchMessage;

    /// <summary>A timer of the subscription.</summary>
    public sealed record SubscriptionTimedOut(SubscriptionTimer Timer) : BatchMessage;

    /// <summary>Time to look at what is overdue.</summary>
    public sealed record SweepDue : BatchMessage
    {
        public static SweepDue Instance { get; } = new();
    }

    /// <summary>A job that lost tasks may launch again.</summary>
    public sealed record LossBackoffEnded : BatchMessage
    {
        public static LossBackoffEnded Instance { get; } = new();
    }

    /// <summary>A client has waited for a job as long as it wanted to.</summary>
    public sealed record WaitElapsed(ConnectionId Connection) : BatchMessage;
}
