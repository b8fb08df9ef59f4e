using System.Buffers;

namespace Offerbook.Wire.Http;

/// <summary>
/// The bytes of a body while it arrives, in borrowed parts: memory is taken as bytes come, not as a header promises them, and a body
/// that turns out too long costs the collector nothing.
/// </summary>
internal sealed class BodyBytes : IDisposable
{
    /// <summary>Most bodies are shorter than the first part.</summary>
    private const int FirstBytes = 4 * 1024;

    /// <summary>Below the size from which arrays live among the large objects.</summary>
    private const int PartBytes = 64 * 1024;

    private readonly List<byte[]> _full = [];
    private byte[] _part = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _used;
    private int _before;

    public int Length => _before + _used;

    /// <summary>Where the next bytes go; never empty.</summary>
    public Memory<byte> Free()
    {
        if (_used == _part.Length)
        {
            _full.Add(_part);
            _before += _used;
            _part = ArrayPool<byte>.Shared.Rent(PartBytes);
            _used = 0;
        }
        return _part.AsMemory(_used);
    }

    public void Advance(int bytes) => _used += bytes;

    public byte[] ToArray()
    {
        var whole = new byte[Length];
        var at = 0;
        foreach (var part in _full)
        {
            part.CopyTo(whole, at);
            at += part.Length;
        }
        _part.AsSpan(0, _used).CopyTo(whole.AsSpan(at));
        return whole;
    }

    public void Dispose()
    {
        foreach (var part in _full)
        {
            ArrayPool<byte>.Shared.Return(part);
        }
        ArrayPool<byte>.Shared.Return(_part);
        _full.Clear();
        _part = [];
        (_used, _before) = (0, 0);
    }
}
