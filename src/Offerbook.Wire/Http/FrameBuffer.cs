namespace Offerbook.Wire.Http;

/// <summary>The frames that wait for one reader. One task adds, another takes.</summary>
internal sealed class FrameBuffer(StreamBounds bounds)
{
    private readonly Lock _lock = new();
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
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
    public bool TryAdd(ReadOnlyMemory<byte> frame)
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
            _waiting.Enqueue(frame);
            _bytes += frame.Length;
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
        lock (_lock)
        {
            return _waiting.TryPeek(out frame);
        }
    }

    /// <summary>Says that the oldest frame has been handed over.</summary>
    public void Remove()
    {
        lock (_lock)
        {
            // An overflow may have emptied the buffer meanwhile.
            if (_waiting.TryDequeue(out var frame))
            {
                _bytes -= frame.Length;
            }
        }
    }
}
