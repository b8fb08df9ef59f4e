using System.IO.Compression;
using System.Security.Cryptography;

namespace Offerbook.Apps.Http;

/// <summary>The bytes of an answer. One that is sent to many is compressed and hashed once for all of them.</summary>
internal sealed class ResponseBody
{
    /// <summary>Hexadecimal digits of a hash: 64 bits, which two answers of one resource never share by chance.</summary>
    private const int HashDigits = 16;

    private readonly Lazy<ReadOnlyMemory<byte>> _gzip;
    private readonly Lazy<string> _hash;

    public ResponseBody(ReadOnlyMemory<byte> bytes)
    {
        Bytes = bytes;
        _gzip = new Lazy<ReadOnlyMemory<byte>>(Compress);
        _hash = new Lazy<string>(() => Convert.ToHexStringLower(SHA256.HashData(Bytes.Span))[..HashDigits]);
    }

    public static ResponseBody Empty { get; } = new(default);

    public ReadOnlyMemory<byte> Bytes { get; }

    public ReadOnlyMemory<byte> Gzip => _gzip.Value;

    public string Hash => _hash.Value;

    private ReadOnlyMemory<byte> Compress()
    {
        using var stream = new MemoryStream(Bytes.Length / 4);
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Bytes.Span);
        }
        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }
}
