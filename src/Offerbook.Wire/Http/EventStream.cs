using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http;

/// <summary>
/// The server's end of a subscription: a response of RecordIO records that lasts as long as the connection. Sending never waits;
/// see <see cref="FrameStream"/> for what happens to slow readers.
/// <code>
/// var stream = new EventStream&lt;Event&gt;(context, format, StreamBounds.Default);
/// context.Response.Headers["Mesos-Stream-Id"] = id;
/// // hand the stream to whoever sends, then stay until it ends:
/// var end = await stream.RunAsync();
/// </code>
/// </summary>
/// <param name="format">The negotiated format, which is also the response's content type.</param>
public sealed class EventStream<TEvent>(HttpContext context, MessageFormat format, StreamBounds bounds) where TEvent : IMessage
{
    private readonly FrameStream _frames = new(context, MediaTypes.Of(format), bounds);

    public MessageFormat Format => format;

    /// <summary>Sends an event to this reader alone.</summary>
    /// <returns>False when the stream is closed or has just been cut.</returns>
    public bool TrySend(TEvent message) => TrySend(new EncodedEvent<TEvent>(message));

    /// <summary>Sends an event that other readers get too.</summary>
    /// <returns>False when the stream is closed or has just been cut.</returns>
    public bool TrySend(EncodedEvent<TEvent> message) => _frames.TrySend(message.Frame(format));

    /// <summary>
    /// Sends events to this reader alone, each encoded when the reader has taken those before it. They wait as one, however many they are:
    /// an answer of 100,000 parts cuts nobody who reads.
    /// </summary>
    /// <param name="messages">Never changes any more; may make a message when it is asked for it.</param>
    /// <returns>False when the stream is closed or has just been cut.</returns>
    public bool TrySend(IReadOnlyList<TEvent> messages) => _frames.TrySend(new EncodedList<TEvent>(messages, format));

    /// <summary>Ends the stream once what was sent has left.</summary>
    public void Close() => _frames.Close();

    /// <summary>Sends the headers and then events until the stream ends. The request's handler awaits it.</summary>
    public Task<StreamEnd> RunAsync() => _frames.RunAsync();
}
