using Google.Protobuf;

namespace Offerbook.Agent.Operations;

/// <summary>The master's names of operations: 16 bytes on the wire.</summary>
internal static class OperationUuid
{
    private const int Length = 16;

    public static ByteString ToBytes(Guid uuid) => ByteString.CopyFrom(uuid.ToByteArray(bigEndian: true));

    public static Guid? From(ByteString bytes) => bytes.Length == Length ? new Guid(bytes.Span, bigEndian: true) : null;
}
