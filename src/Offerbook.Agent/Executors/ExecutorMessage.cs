using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent;

public abstract partial record AgentMessage
{
    /// <summary>What the core hears about executors.</summary>
    public abstract record OfExecutor : AgentMessage
    {
        private protected OfExecutor()
        {
        }
    }

    /// <summary>
    /// A call of the executor API that is valid in itself. Answered with <see cref="ExecutorEffect.Answer"/> or
    /// <see cref="ExecutorEffect.OpenStream"/>.
    /// </summary>
    /// <param name="Claims">What the caller has proven to be; null where executors are not authenticated.</param>
    public sealed record ExecutorCallReceived(ConnectionId Connection, ExecutorCall Call, ExecutorClaims? Claims) : OfExecutor;

    /// <summary>A stream that the core opened has ended, and not by <see cref="ExecutorEffect.CloseStream"/>.</summary>
    public sealed record ExecutorStreamEnded(ConnectionId Stream) : OfExecutor;

    // Timers.

    /// <summary>The executor has not subscribed in the time that it had.</summary>
    public sealed record ExecutorSubscriptionOverdue(ContainerId Container) : OfExecutor;

    /// <summary>An executor that was told to end has not ended, or one that was killed is still there.</summary>
    public sealed record ExecutorGraceExpired(ContainerId Container) : OfExecutor;

    public sealed record ExecutorHeartbeatDue(ConnectionId Stream) : OfExecutor;
}
