using Google.Protobuf;

namespace Offerbook.Wire.Http;

/// <summary>Events for one reader, encoded as it takes them.</summary>
/// <param name="messages">Never changes any more; asked for each message once, in order, by the task that writes.</param>
internal sealed class EncodedList<TEvent>(IReadOnlyList<TEvent> messages, MessageFormat format) : IFrameList where TEvent : IMessage
{
    public int Count => messages.Count;

    public ReadOnlyMemory<byte> Frame(int index) => new EncodedEvent<TEvent>(messages[index]).Frame(format);
}
