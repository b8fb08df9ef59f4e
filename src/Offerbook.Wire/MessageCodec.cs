using System.Buffers;
using Google.Protobuf;
using Offerbook.Wire.Json;
using Offerbook.Wire.Protobuf;

namespace Offerbook.Wire;

/// <summary>Writes and reads messages in either format.</summary>
public static class MessageCodec
{
    public static void Write(IMessage message, MessageFormat format, IBufferWriter<byte> output)
    {
        if (format == MessageFormat.Json)
        {
            MesosJson.Write(message, output);
        }
        else
        {
            message.WriteTo(output);
        }
    }

    public static byte[] ToBytes(IMessage message, MessageFormat format) =>
        format == MessageFormat.Json ? MesosJson.ToUtf8(message) : message.ToByteArray();

    public static ReadResult<T> Read<T>(ReadOnlySpan<byte> bytes, MessageFormat format) where T : class, IMessage<T>, new() =>
        format == MessageFormat.Json ? MesosJson.Read<T>(bytes) : MesosProtobuf.Read<T>(bytes);
}
