using Google.Protobuf;

namespace Offerbook.Wire.Http;

/// <summary>
/// Events that many readers follow, each at its own speed. The events are kept once, in a ring; a reader is a position in it.
/// Appending never waits and costs the same for one reader and for a thousand; the oldest event is dropped beyond the bounds, and
/// a reader that still wanted it is cut, which nobody else notices.
/// </summary>
public sealed class EventFeed<TEvent>(FeedBounds bounds) where TEvent : class, IMessage
{
    private readonly Lock _lock = new();
    private readonly (EncodedEvent<TEvent> Event, int Bytes)[] _ring = new (EncodedEvent<TEvent>, int)[bounds.MaxEvents];
    private readonly HashSet<FeedStream<TEvent>> _readers = [];
    private long _first;
    private long _next;
    private long _bytes;
    private int _waking;

    public FeedBounds Bounds => bounds;

    /// <summary>The position of the event that comes next.</summary>
    public long Next
    {
        get
        {
            lock (_lock)
            {
                return _next;
            }
        }
    }

    public int Readers
    {
        get
        {
            lock (_lock)
            {
                return _readers.Count;
            }
        }
    }

    /// <summary>Adds events, which must not be changed any more, and wakes the readers on another thread.</summary>
    public void Append(IReadOnlyList<TEvent> events)
    {
        lock (_lock)
        {
            foreach (var message in events)
            {
                var bytes = message.CalculateSize();
                while (_next > _first && (_next - _first == bounds.MaxEvents || _bytes + bytes > bounds.MaxBytes))
                {
                    ref var oldest = ref _ring[_first++ % bounds.MaxEvents];
                    _bytes -= oldest.Bytes;
                    oldest = default;
                }
                _ring[_next++ % bounds.MaxEvents] = (new EncodedEvent<TEvent>(message), bytes);
                _bytes += bytes;
            }
        }
        // One waking at a time: events that come meanwhile are found by the readers that it wakes, or by the next one.
        if (Interlocked.Exchange(ref _waking, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static feed => feed.Wake(), this, preferLocal: false);
        }
    }

    internal void Join(FeedStream<TEvent> reader)
    {
        lock (_lock)
        {
            _readers.Add(reader);
        }
    }

    internal void Leave(FeedStream<TEvent> reader)
    {
        lock (_lock)
        {
            if (_readers.Remove(reader) && _readers.Count == 0)
            {
                // Whoever comes next begins with what comes next: nobody wants what is here any more.
                for (; _first < _next; _first++)
                {
                    _ring[_first % bounds.MaxEvents] = default;
                }
                _bytes = 0;
            }
        }
    }

    /// <summary>Finds the event at a position.</summary>
    internal FeedRead Read(long position, out EncodedEvent<TEvent>? found)
    {
        found = null;
        lock (_lock)
        {
            if (position < _first)
            {
                return FeedRead.Lost;
            }
            if (position == _next)
            {
                return FeedRead.End;
            }
            found = _ring[position % bounds.MaxEvents].Event;
        }
        return FeedRead.Found;
    }

    private void Wake()
    {
        Volatile.Write(ref _waking, 0);
        lock (_lock)
        {
            foreach (var reader in _readers)
            {
                reader.Wake(_first);
            }
        }
    }
}

internal enum FeedRead
{
    Found,

    /// <summary>There is no event at the position yet.</summary>
    End,

    /// <summary>The event was dropped: the reader is too slow.</summary>
    Lost,
}
