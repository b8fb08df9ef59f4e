using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Master.Offers;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire.Identity;

namespace Offerbook.Master;

/// <summary>What the master's core wants done, beside the effects that every shell knows (timers and the journal).</summary>
public abstract record MasterEffect : IEffect
{
    private MasterEffect()
    {
    }

    /// <summary>The whole answer to a call: an HTTP status and a plain text, which is empty for 202.</summary>
    public sealed record Answer(ConnectionId Connection, int Status, string Text) : MasterEffect;

    /// <summary>Answer a SUBSCRIBE with 200 and keep the response open; events follow. The id goes into the stream-id header.</summary>
    public sealed record OpenStream(ConnectionId Connection, string StreamId) : MasterEffect;

    /// <summary>The event is never changed after it was emitted; streams may share it.</summary>
    public sealed record SendToScheduler(ConnectionId Stream, SchedulerEvent Event) : MasterEffect;

    /// <summary>
    /// The events, in this order, as <see cref="SendToScheduler"/> would one after the other, except that they wait as one: each may be
    /// made when it is asked for, from what never changes.
    /// </summary>
    public sealed record SendAllToScheduler(ConnectionId Stream, IReadOnlyList<SchedulerEvent> Events) : MasterEffect;

    public sealed record SendToAgent(ConnectionId Stream, AgentEvent Event) : MasterEffect;

    /// <summary>
    /// End the response after what was sent. The core has forgotten the stream: no <see cref="MasterMessage.ConnectionClosed"/> is wanted.
    /// </summary>
    public sealed record CloseStream(ConnectionId Stream) : MasterEffect;

    /// <summary>Something that whoever operates the master must know; goes to the log.</summary>
    public sealed record Warn(string Text) : MasterEffect;

    public sealed record PublishView(ConnectionId Connection, MasterView View) : MasterEffect;

    /// <summary>
    /// Answer these SUBSCRIBEs of operators with 200, SUBSCRIBED made from the view, and HEARTBEAT. What happened before is in the
    /// view, what <see cref="SendToOperators"/> brings from now on is not.
    /// </summary>
    public sealed record OpenOperatorStreams(IReadOnlyList<ConnectionId> Connections, MasterView View) : MasterEffect;

    /// <summary>Tell every open operator stream, in this order. The events are never changed after they were emitted.</summary>
    public sealed record SendToOperators(IReadOnlyList<OperatorEvent> Events) : MasterEffect;

    public sealed record HeartbeatOperator(ConnectionId Stream) : MasterEffect;

    /// <summary>For the offer book. A shell without one may ignore it; nobody waits for it.</summary>
    public sealed record OffersMade(IReadOnlyList<OfferMade> Offers) : MasterEffect;

    /// <summary>For the offer book: exactly one for each offer of <see cref="OffersMade"/>, unless the master dies first.</summary>
    public sealed record OfferOver(OfferEnded Offer) : MasterEffect;

    public sealed record WhyAnswered(ConnectionId Connection, WhyPage Page, Now Now) : MasterEffect;

    /// <summary>All that was to be told to the offer book before <see cref="MasterMessage.OfferBookAsked"/> came has been told.</summary>
    public sealed record OfferBookReached(ConnectionId Connection) : MasterEffect;
}
