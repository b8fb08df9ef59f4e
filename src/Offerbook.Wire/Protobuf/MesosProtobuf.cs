using Google.Protobuf;
using Offerbook.Wire.Plans;

namespace Offerbook.Wire.Protobuf;

/// <summary>
/// Reads messages from protobuf by the proto2 rules that the generated parsers leave out: an enum number without a name counts as
/// unset, and a message that lacks a required field is refused. Unknown fields are kept; text that is not UTF-8 is read with
/// replacement characters.
/// </summary>
public static class MesosProtobuf
{
    public static ReadResult<T> Read<T>(ReadOnlySpan<byte> bytes) where T : class, IMessage<T>, new()
    {
        var message = new T();
        try
        {
            message.MergeFrom(bytes);
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            // A length near 2^31 makes the parser's own arithmetic overflow, so that it reads beyond its buffer and is stopped by the
            // runtime.
            return ReadResult<T>.Failed(WireErrorKind.MalformedProtobuf, fault.Message);
        }
        var plan = PlanOf<T>.Plan;
        return plan.Conform(message)
            ? ReadResult<T>.Read(message)
            : ReadResult<T>.Failed(WireErrorKind.MalformedProtobuf, plan.DescribeMissing(message));
    }
}
