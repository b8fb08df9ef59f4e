using System.Buffers;
using Google.Protobuf;
using Offerbook.Wire.Streaming;

namespace Offerbook.Wire.Http;

/// <summary>
/// An event as RecordIO records, encoded once a format and shared by every stream that sends it. The message must not be changed any
/// more. Any thread may ask; two that are the first at the same moment both encode it, to the same bytes.
/// </summary>
public sealed class EncodedEvent<TEvent>(TEvent message) where TEvent : IMessage
{
    private readonly byte[]?[] _frames = new byte[]?[2];

    public TEvent Message => message;

    /// <summary>The record, header included.</summary>
    public ReadOnlyMemory<byte> Frame(MessageFormat format) => _frames[(int)format] ??= Encode(message, format);

    private static byte[] Encode(TEvent message, MessageFormat format)
    {
        // The length is known only afterwards: room for the longest header is left in front, and the header set right before the body.
        var size = message.CalculateSize();
        var output = new ArrayBufferWriter<byte>(RecordIoEncoder.MaxHeaderBytes + (format == MessageFormat.Json ? 64 + 4 * size : size));
        output.GetSpan(RecordIoEncoder.MaxHeaderBytes);
        output.Advance(RecordIoEncoder.MaxHeaderBytes);
        MessageCodec.Write(message, format, output);

        Span<byte> header = stackalloc byte[RecordIoEncoder.MaxHeaderBytes];
        var headerBytes = RecordIoEncoder.WriteHeader(output.WrittenCount - RecordIoEncoder.MaxHeaderBytes, header);
        var frame = new byte[output.WrittenCount - RecordIoEncoder.MaxHeaderBytes + headerBytes];
        header[..headerBytes].CopyTo(frame);
        output.WrittenSpan[RecordIoEncoder.MaxHeaderBytes..].CopyTo(frame.AsSpan(headerBytes));
        return frame;
    }
}
