using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json.Formats;

namespace Offerbook.Wire.Plans;

/// <summary>Chooses the plan of a field by its type.</summary>
internal static class FieldFactory<TMessage> where TMessage : class, IMessage<TMessage>, new()
{
    public static FieldPlan Create(FieldDescriptor field) => field switch
    {
        { IsMap: true } => CreateMap(field),
        { FieldType: FieldType.Message, IsRepeated: true } => CreateFor(typeof(RepeatedMessageField<,>), field.MessageType.ClrType, field),
        { FieldType: FieldType.Message } => CreateFor(typeof(MessageField<,>), field.MessageType.ClrType, field),
        { FieldType: FieldType.Enum, IsRepeated: true } => CreateFor(typeof(RepeatedEnumField<,>), field.EnumType.ClrType, field),
        { FieldType: FieldType.Enum } => new EnumField<TMessage>(field),
        _ => CreateScalar(field),
    };

    private static FieldPlan CreateScalar(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => Scalar<bool, BooleanFormat>(field),
        FieldType.String => Scalar<string, TextFormat>(field),
        FieldType.Bytes => Scalar<ByteString, BytesFormat>(field),
        FieldType.Double => Scalar<double, DoubleFormat>(field),
        FieldType.Float => Scalar<float, SingleFormat>(field),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => Scalar<int, Int32Format>(field),
        FieldType.UInt32 or FieldType.Fixed32 => Scalar<uint, UInt32Format>(field),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Scalar<long, Int64Format>(field),
        FieldType.UInt64 or FieldType.Fixed64 => Scalar<ulong, UInt64Format>(field),
        _ => throw Unsupported(field),
    };

    private static FieldPlan Scalar<TValue, TFormat>(FieldDescriptor field) where TFormat : struct, IScalarFormat<TValue> =>
        field.IsRepeated
            ? new RepeatedScalarField<TMessage, TValue, TFormat>(field)
            : new ScalarField<TMessage, TValue, TFormat>(field);

    private static FieldPlan CreateMap(FieldDescriptor field)
    {
        var key = field.MessageType.FindFieldByNumber(1);
        var value = field.MessageType.FindFieldByNumber(2);
        return (key.FieldType, value.FieldType) switch
        {
            (FieldType.String, FieldType.Message) => CreateFor(typeof(MessageMapField<,>), value.MessageType.ClrType, field),
            (FieldType.String, FieldType.String) => new TextMapField<TMessage>(field),
            _ => throw Unsupported(field),
        };
    }

    private static FieldPlan CreateFor(Type plan, Type value, FieldDescriptor field) =>
        (FieldPlan)Activator.CreateInstance(plan.MakeGenericType(typeof(TMessage), value), field)!;

    private static NotSupportedException Unsupported(FieldDescriptor field) =>
        new($"{field.FullName}: no contract has needed a field of this type so far. "
            + $"Add a plan for it in {nameof(FieldFactory<TMessage>)}.");
}
