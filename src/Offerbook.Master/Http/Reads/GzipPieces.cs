using System.Buffers.Binary;
using System.IO.Compression;

namespace Offerbook.Master.Http.Reads;

/// <summary>
/// One gzip stream made of pieces that were packed apart: each ends at a byte and refers to nothing before it (a flushed deflate
/// block, RFC 1951), so that pieces are packed on any thread and shared by all who get them.
/// </summary>
internal static class GzipPieces
{
    /// <summary>Magic number, deflate, no flags, no time, fastest, unix.</summary>
    public static ReadOnlySpan<byte> Header => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 3];

    /// <summary>An empty last block, the checksum and the length.</summary>
    public const int TrailerBytes = 10;

    public static void Pack(ReadOnlySpan<byte> raw, PieceBuffer output)
    {
        using var sink = new Sink(output);
        using var deflate = new DeflateStream(sink, CompressionLevel.Fastest, leaveOpen: true);
        deflate.Write(raw);
        deflate.Flush();
        // What disposing adds is the end of a stream that goes on.
        sink.IsOpen = false;
    }

    public static byte[] Trailer(uint crc, long length)
    {
        var trailer = new byte[TrailerBytes];
        trailer[0] = 3;
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(2), crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(6), (uint)length);
        return trailer;
    }

    private sealed class Sink(PieceBuffer output) : Stream
    {
        public bool IsOpen { get; set; } = true;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (IsOpen)
            {
                output.Append(buffer);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
