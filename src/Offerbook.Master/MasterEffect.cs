using Offerbook.Actors;
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

    public sealed record SendToAgent(ConnectionId Stream, AgentEvent Event) : MasterEffect;

    /// <summary>End the response after what was sent. The core has forgotten the stream: no <see cref="MasterMessage.ConnectionClosed"/> is wanted.</summary>
    public sealed record CloseStream(ConnectionId Stream) : MasterEffect;

    public sealed record PublishView(ConnectionId Connection, MasterView View) : MasterEffect;
}
