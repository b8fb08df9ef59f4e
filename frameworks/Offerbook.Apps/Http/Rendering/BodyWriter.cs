using System.Buffers;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>
/// Puts the body of an answer together. What is written is copied into small chunks; what is added stays where it is and is only
/// referred to, so that a list of a thousand ready pieces costs a thousand references, not two megabytes.
/// </summary>
internal sealed class BodyWriter : IBufferWriter<byte>
{
    /// <summary>Brackets and commas of some hundred pieces; far below what the collector treats as large.</summary>
    private const int ChunkBytes = 4 * 1024;

    /// <summary>Smaller pieces are copied: a reference of their own costs as much.</summary>
    private const int MinReferred = 128;

    private readonly List<ReadOnlyMemory<byte>> _pieces = [];
    private byte[] _chunk = [];
    private int _start;
    private int _end;

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var size = Math.Max(1, sizeHint);
        if (_chunk.Length - _end < size)
        {
            Cut();
            _chunk = new byte[Math.Max(ChunkBytes, size)];
            (_start, _end) = (0, 0);
        }
        return _chunk.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <param name="piece">Never changes any more.</param>
    public void Add(ReadOnlyMemory<byte> piece)
    {
        if (piece.Length < MinReferred)
        {
            this.Write(piece.Span);
            return;
        }
        Cut();
        _pieces.Add(piece);
    }

    /// <summary>What was written and added so far. Nothing may be written after.</summary>
    public ResponseBody ToBody()
    {
        Cut();
        return new ResponseBody(_pieces);
    }

    private void Cut()
    {
        if (_end > _start)
        {
            _pieces.Add(_chunk.AsMemory(_start, _end - _start));
            _start = _end;
        }
    }
}
