using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Offerbook.Wire.Tests;

/// <summary>Reads messages whose type is known only at run time.</summary>
internal static class AnyMessage
{
    private delegate (IMessage?, WireError?) Reader(byte[] bytes, MessageFormat format);

    private static readonly ConcurrentDictionary<System.Type, Reader> s_readers = new();

    public static (IMessage? Message, WireError? Error) Read(MessageDescriptor type, byte[] bytes, MessageFormat format) =>
        s_readers.GetOrAdd(type.ClrType, static clr => typeof(AnyMessage)
            .GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(clr)
            .CreateDelegate<Reader>())(bytes, format);

    private static (IMessage?, WireError?) ReadAs<T>(byte[] bytes, MessageFormat format) where T : class, IMessage<T>, new()
    {
        var read = MessageCodec.Read<T>(bytes, format);
        return (read.Value, read.Error);
    }
}
