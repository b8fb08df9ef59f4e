using System.IO.Compression;
using System.Security.Cryptography;

namespace Offerbook.Apps.Http;

/// <summary>
/// The bytes of an answer, in pieces that others may have too. One that is sent to many is compressed and hashed once for all of them.
/// </summary>
internal sealed class ResponseBody
{
    /// <summary>Hexadecimal digits of a hash: 64 bits, which two answers of one resource never share by chance.</summary>
    private const int HashDigits = 16;

    private readonly Lazy<ResponseBody> _gzip;
    private readonly Lazy<string> _hash;

    public ResponseBody(ReadOnlyMemory<byte> bytes)
        : this([bytes])
    {
    }

    /// <param name="pieces">Never change any more.</param>
    public ResponseBody(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        Pieces = pieces;
        foreach (var piece in pieces)
        {
            Length += piece.Length;
        }
        _gzip = new Lazy<ResponseBody>(Compress);
        _hash = new Lazy<string>(ComputeHash);
    }

    public static ResponseBody Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces { get; }

    public long Length { get; }

    public ResponseBody Gzip => _gzip.Value;

    public string Hash => _hash.Value;

    private ResponseBody Compress()
    {
        using var stream = new MemoryStream((int)Length / 4);
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var piece in Pieces)
            {
                gzip.Write(piece.Span);
            }
        }
        return new ResponseBody(stream.GetBuffer().AsMemory(0, (int)stream.Length));
    }

    private string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in Pieces)
        {
            hash.AppendData(piece.Span);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashDigits];
    }
}
