using Offerbook.Wire.Identity;

namespace Offerbook.Master;

/// <summary>
/// Everything the master's core hears. A stream (a scheduler's or an agent's) is named by the connection of the SUBSCRIBE that
/// opened it; every other call comes on a connection of its own and is answered on it exactly once.
/// </summary>
public abstract record MasterMessage
{
    private MasterMessage()
    {
    }

    /// <summary>
    /// A call of a framework. Answered by <see cref="MasterEffect.Answer"/>, or by <see cref="MasterEffect.OpenStream"/> if it is
    /// SUBSCRIBE.
    /// </summary>
    /// <param name="StreamId">The header Mesos-Stream-Id; null when absent. An empty header counts as absent.</param>
    /// <param name="Principal">Who authenticated, or null while authentication is off.</param>
    public sealed record SchedulerCallReceived(ConnectionId Connection, SchedulerCall Call, string? StreamId,
        string? Principal) : MasterMessage;

    /// <summary>A call of an agent, answered like a framework's.</summary>
    /// <param name="StreamId">The header Offerbook-Stream-Id; null when absent.</param>
    /// <param name="RemoteAddress">The agent's address as the master sees it, an IP without a port.</param>
    public sealed record AgentCallReceived(ConnectionId Connection, AgentCall Call, string? StreamId, string RemoteAddress) : MasterMessage;

    /// <summary>A call of an operator that changes something. Calls that only read ask for a view.</summary>
    /// <param name="Principal">Who authenticated, or null while authentication is off.</param>
    public sealed record OperatorCallReceived(ConnectionId Connection, OperatorCall Call, string? Principal = null) : MasterMessage
    {
        /// <summary>It comes from the master's own flags, and asks nobody for permission.</summary>
        public bool IsOfMaster { get; init; }
    }

    /// <summary>The hosts whose resources may be offered from now on are these.</summary>
    public sealed record WhitelistChanged(IReadOnlyCollection<string> Hostnames) : MasterMessage;

    /// <summary>Somebody reads: the core publishes a <see cref="Operator.Views.MasterView"/> of the present state.</summary>
    public sealed record ViewRequested(ConnectionId Connection) : MasterMessage;

    /// <summary>
    /// An operator wants to follow events. Answered by <see cref="MasterEffect.OpenOperatorStreams"/> a few milliseconds later.
    /// </summary>
    public sealed record OperatorStreamRequested(ConnectionId Connection) : MasterMessage;

    /// <summary>
    /// Somebody reads the offer book: answered by <see cref="MasterEffect.OfferBookReached"/>, behind all that happened before.
    /// </summary>
    public sealed record OfferBookAsked(ConnectionId Connection) : MasterMessage;

    /// <summary>
    /// Somebody wants to know why a framework, or whoever is in a role, is not offered agents. Answered by
    /// <see cref="MasterEffect.WhyAnswered"/>.
    /// </summary>
    /// <param name="From">0, or where the page before said that the next one begins.</param>
    /// <param name="Count">Agents in the page; one takes a few microseconds.</param>
    public sealed record WhyAsked(ConnectionId Connection, FrameworkId? Framework, string Role, int From, int Count) : MasterMessage;

    /// <summary>
    /// Somebody wants to know the format level of the journal, or to raise it. Answered by <see cref="MasterEffect.Answer"/> with JSON.
    /// </summary>
    /// <param name="RaiseTo">Null: only to know it.</param>
    public sealed record FormatAsked(ConnectionId Connection, int? RaiseTo) : MasterMessage;

    /// <summary>
    /// The far end is gone, or was cut for not reading. Never sent for connections that the core has answered or closed itself.
    /// </summary>
    public sealed record ConnectionClosed(ConnectionId Connection) : MasterMessage;

    // Timers. What is named is what ran out.

    public sealed record AllocationBatched : MasterMessage;

    public sealed record FiltersExpired : MasterMessage;

    /// <summary>
    /// Operators who subscribed within <see cref="MasterSettings.OperatorStreamBatchInterval"/> get their streams, with one view for all.
    /// </summary>
    public sealed record OperatorStreamsDue : MasterMessage;

    /// <summary>Much has changed since the last view; the next share of it is due.</summary>
    public sealed record ViewContinued : MasterMessage;

    public sealed record HeartbeatDue(ConnectionId Stream) : MasterMessage;

    public sealed record AgentPingDue(AgentId Agent) : MasterMessage;

    /// <summary>Agents known from the journal that have not come back since the master started are given up.</summary>
    public sealed record RecoveryEnded : MasterMessage;

    /// <summary>The next agent in the queue may be marked unreachable.</summary>
    public sealed record RemovalPermitted : MasterMessage;

    /// <summary>Lost agents that are too old, or too many, are to be forgotten.</summary>
    public sealed record RegistryGcDue : MasterMessage;

    /// <summary>Allocation, held back for quotas after a start, goes on with the agents that there are.</summary>
    public sealed record AllocatorRecoveryEnded : MasterMessage;

    /// <param name="Epoch">Which disconnection started the timer; an old one means nothing.</param>
    public sealed record FailoverTimedOut(FrameworkId Framework, long Epoch) : MasterMessage;

    /// <summary>The agent has not said that everything of a removed framework has ended there.</summary>
    public sealed record RemainsTimedOut(AgentId Agent, FrameworkId Framework) : MasterMessage;

    public sealed record OfferTimedOut(OfferId Offer) : MasterMessage;
}
