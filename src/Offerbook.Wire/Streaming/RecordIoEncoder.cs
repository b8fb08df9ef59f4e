using System.Buffers;
using System.Buffers.Text;

namespace Offerbook.Wire.Streaming;

/// <summary>Puts records on a RecordIO stream (see <see cref="RecordIoDecoder"/>).</summary>
public static class RecordIoEncoder
{
    /// <summary>Digits of the longest array and the line feed.</summary>
    public const int MaxHeaderBytes = 11;

    /// <summary>Writes one record.</summary>
    public static void Write(ReadOnlySpan<byte> record, IBufferWriter<byte> output)
    {
        output.Advance(WriteHeader(record.Length, output.GetSpan(MaxHeaderBytes)));
        output.Write(record);
    }

    /// <summary>The record with its header, in an array of its own.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> record)
    {
        Span<byte> header = stackalloc byte[MaxHeaderBytes];
        var headerBytes = WriteHeader(record.Length, header);
        var frame = new byte[headerBytes + record.Length];
        header[..headerBytes].CopyTo(frame);
        record.CopyTo(frame.AsSpan(headerBytes));
        return frame;
    }

    /// <returns>The number of bytes written to <paramref name="header"/>, at most <see cref="MaxHeaderBytes"/>.</returns>
    public static int WriteHeader(int recordBytes, Span<byte> header)
    {
        Utf8Formatter.TryFormat(recordBytes, header, out var digits);
        header[digits] = (byte)'\n';
        return digits + 1;
    }
}
