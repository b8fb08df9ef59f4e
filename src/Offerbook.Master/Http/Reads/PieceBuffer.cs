using System.Buffers;

namespace Offerbook.Master.Http.Reads;

/// <summary>Bytes that grow in pooled memory. Whoever holds it gives the memory back with <see cref="Dispose"/>.</summary>
internal sealed class PieceBuffer : IBufferWriter<byte>, IDisposable
{
    /// <summary>Enough for the pieces of most answers: 64 KiB, and so outside the large object heap.</summary>
    private const int FirstBytes = 64 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, Length);

    /// <summary>Room for at least so many bytes.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_bytes.Length - Length < bytes)
        {
            Grow(bytes);
        }
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Room(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => Room(Math.Max(sizeHint, 1));

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Grow(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _bytes.Length, Length + bytes));
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
