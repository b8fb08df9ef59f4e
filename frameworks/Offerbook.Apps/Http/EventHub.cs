using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Threading.Channels;
using Offerbook.Apps.Core;
using Offerbook.Wire.Streaming;

namespace Offerbook.Apps.Http;

/// <summary>
/// Hands events to everyone who listens. An event is encoded once and its bytes are shared. Each listener has a buffer of
/// <see cref="Capacity"/> events; one that is too slow to keep it from filling is cut, never waited for: it reads the state again.
/// </summary>
internal sealed class EventHub
{
    /// <summary>Frames that may wait for one listener.</summary>
    public const int Capacity = 1_024;

    /// <summary>Listeners at once; each costs a connection and at most its buffer of references.</summary>
    public const int MaxListeners = 1_000;

    private ImmutableArray<EventListener> _listeners = [];

    public int Count => _listeners.Length;

    /// <param name="types">Names of the events to send; empty for all.</param>
    /// <returns>Null when there are too many listeners.</returns>
    public EventListener? Attach(IReadOnlyCollection<string> types)
    {
        var listener = new EventListener(types.ToHashSet(StringComparer.Ordinal));
        return ImmutableInterlocked.Update(ref _listeners, list => list.Length < MaxListeners ? list.Add(listener) : list) ? listener : null;
    }

    public void Detach(EventListener listener) => ImmutableInterlocked.Update(ref _listeners, list => list.Remove(listener));

    public void Publish(PublishEvent published)
    {
        var listeners = _listeners;
        if (listeners.IsEmpty)
        {
            return;
        }
        var frame = Encode(published);
        foreach (var listener in listeners)
        {
            listener.Offer(published.Type, frame);
        }
    }

    /// <summary>Ends every stream.</summary>
    public void Close()
    {
        foreach (var listener in _listeners)
        {
            listener.Cut();
        }
    }

    private static ReadOnlyMemory<byte> Encode(PublishEvent published)
    {
        var buffer = new ArrayBufferWriter<byte>(published.Json.Length + 128);
        SseFrame.Write(published.Type, Encoding.UTF8.GetBytes(published.Json), buffer,
            published.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return buffer.WrittenMemory;
    }
}

/// <summary>One client of the event stream.</summary>
internal sealed class EventListener(HashSet<string> types)
{
    private readonly Channel<ReadOnlyMemory<byte>> _frames =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(EventHub.Capacity) { SingleReader = true });

    /// <summary>Completes when the listener has been cut.</summary>
    public ChannelReader<ReadOnlyMemory<byte>> Frames => _frames.Reader;

    public void Offer(string type, ReadOnlyMemory<byte> frame)
    {
        if ((types.Count == 0 || types.Contains(type)) && !_frames.Writer.TryWrite(frame))
        {
            Cut();
        }
    }

    public void Cut() => _frames.Writer.TryComplete();
}
