namespace Offerbook.Master.Http.Reads;

/// <summary>A piece as it goes over the wire.</summary>
/// <param name="Bytes">Packed if <paramref name="IsPacked"/>.</param>
/// <param name="Crc">Of the raw bytes; 0 unless packed.</param>
internal sealed record RenderedPiece(PieceBuffer Bytes, bool IsPacked, uint Crc, long RawLength)
{
    /// <summary>Shorter bodies are not worth packing.</summary>
    private const int MinGzipBytes = Wire.Http.Answers.MinGzipBytes;

    /// <param name="gzip">Pack it, unless it is the whole body and short.</param>
    public static RenderedPiece Render(Answer answer, int piece, bool gzip)
    {
        var raw = new PieceBuffer();
        answer.Write(piece, raw);
        if (!gzip || (answer.Pieces == 1 && raw.Length < MinGzipBytes))
        {
            return new RenderedPiece(raw, false, 0, raw.Length);
        }
        var packed = new PieceBuffer();
        GzipPieces.Pack(raw.WrittenSpan, packed);
        var rendered = new RenderedPiece(packed, true, Crc32.Of(raw.WrittenSpan), raw.Length);
        raw.Dispose();
        return rendered;
    }
}
