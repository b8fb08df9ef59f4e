using Offerbook.Apps.Health;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>
/// Everything that the Apps core hears: the master, clients, finished health checks, and timers that ran out.
/// Shells post the first three; timers come back by themselves.
/// </summary>
public abstract record AppsMessage
{
    private AppsMessage()
    {
    }

    /// <summary>The master said something, or the subscription ended.</summary>
    public sealed record MasterSignalled(SchedulerSignal Signal) : AppsMessage;

    /// <summary>A client wants something changed. Answered by one <see cref="Reply"/>, once the change is durable.</summary>
    public sealed record ApiCalled(ConnectionId Connection, ApiCall Call, ApiCaller Caller) : AppsMessage
    {
        /// <summary>What the client may do.</summary>
        public Access.Grants Grants { get; init; } = Access.Grants.Everything;

        /// <summary>Null: the change is made whatever has happened meanwhile.</summary>
        public WriteCondition? Condition { get; init; }
    }

    /// <summary>A client attached itself to the event stream, or left it.</summary>
    public sealed record EventStreamChanged(string RemoteAddress, bool Attached) : AppsMessage;

    /// <summary>The answer to a <see cref="RunHealthCheck"/>. Late answers are recognised by their number and ignored.</summary>
    public sealed record HealthCheckFinished(long Run, ProbeResult Result) : AppsMessage;

    /// <summary>The answer to a <see cref="ReadSecrets"/>.</summary>
    public sealed record SecretsRead(IReadOnlyList<Secrets.SecretSeen> Secrets) : AppsMessage;

    /// <summary>A timer of the subscription.</summary>
    public sealed record SubscriptionTimedOut(SubscriptionTimer Timer) : AppsMessage;

    /// <summary>One of the core's own timers.</summary>
    public sealed record TimedOut(AppsTimer Timer) : AppsMessage;
}
