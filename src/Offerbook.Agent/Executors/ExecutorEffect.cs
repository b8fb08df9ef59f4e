using Offerbook.Actors;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Executors;

/// <summary>What the core wants of the connections of executors.</summary>
public abstract record ExecutorEffect : IEffect
{
    private ExecutorEffect()
    {
    }

    /// <summary>The answer to a call that opens no stream.</summary>
    public sealed record Answer(ConnectionId Connection, int Status, string Text) : ExecutorEffect;

    /// <summary>The answer to SUBSCRIBE: a stream of events. Its end is told with <see cref="AgentMessage.ExecutorStreamEnded"/>.</summary>
    public sealed record OpenStream(ConnectionId Stream) : ExecutorEffect;

    public sealed record Send(ConnectionId Stream, ExecutorEvent Event) : ExecutorEffect;

    /// <summary>Ends the stream when what was sent has left. No message answers.</summary>
    public sealed record CloseStream(ConnectionId Stream) : ExecutorEffect;
}
