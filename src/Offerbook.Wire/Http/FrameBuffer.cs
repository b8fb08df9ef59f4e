namespace Offerbook.Wire.Http;

/// <summary>The frames that wait for one reader. One task adds, another takes.</summary>
internal sealed class FrameBuffer(StreamBounds bounds)
{
    private readonly Lock _lock = new();
    /// <summary>What an event of a list takes while it waits: references to what it will be made from.</summary>
    private const int ListedBytes = 16;

    private readonly Queue<Waiting> _waiting = new();
    private int _taken;
    private long _bytes;
    private bool _sealed;

    /// <summary>Whether a frame was refused because too much waited. Nothing is added from then on, and nothing waits.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>Whether no frame will be added any more.</summary>
    public bool IsSealed
    {
        get
        {
            lock (_lock)
            {
                return _sealed;
            }
        }
    }

    /// <returns>False when the buffer is sealed, or full, in which case it gives up everything.</returns>
    public bool TryAdd(ReadOnlyMemory<byte> frame) => TryAdd(new Waiting(frame, null, frame.Length));

    /// <summary>Adds many frames that count as one.</summary>
    /// <param name="frames">At least one.</param>
    /// <returns>As for one.</returns>
    public bool TryAdd(IFrameList frames) => TryAdd(new Waiting(default, frames, (long)ListedBytes * frames.Count));

    private bool TryAdd(Waiting added)
    {
        lock (_lock)
        {
            if (_sealed)
            {
                return false;
            }
            if (_bytes >= bounds.MaxBytes || _waiting.Count >= bounds.MaxFrames)
            {
                HasOverflowed = true;
                _sealed = true;
                _waiting.Clear();
                return false;
            }
            _waiting.Enqueue(added);
            _bytes += added.Bytes;
            return true;
        }
    }

    public void Seal()
    {
        lock (_lock)
        {
            _sealed = true;
        }
    }

    /// <summary>The oldest frame. It counts as waiting until <see cref="Remove"/>.</summary>
    public bool TryPeek(out ReadOnlyMemory<byte> frame)
    {
        Waiting oldest;
        lock (_lock)
        {
            if (!_waiting.TryPeek(out oldest))
            {
                frame = default;
                return false;
            }
        }
        // Only who takes moves on within a list: its frames are made without the lock.
        frame = oldest.List is { } list ? list.Frame(_taken) : oldest.Frame;
        return true;
    }

    /// <summary>Says that the oldest frame has been handed over.</summary>
    public void Remove()
    {
        lock (_lock)
        {
            // An overflow may have emptied the buffer meanwhile.
            if (!_waiting.TryPeek(out var oldest) || ++_taken < oldest.List?.Count)
            {
                return;
            }
            _taken = 0;
            _waiting.Dequeue();
            _bytes -= oldest.Bytes;
        }
    }

    /// <param name="List">Frames to be made; null: there is one.</param>
    private readonly record struct Waiting(ReadOnlyMemory<byte> Frame, IFrameList? List, long Bytes);
}
