using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Plans;

/// <summary>A list of enum values. Elements with unknown names or numbers are left out.</summary>
internal sealed class RepeatedEnumField<TMessage, TEnum>(FieldDescriptor field) : FieldPlan(field)
    where TMessage : class
    where TEnum : struct, Enum
{
    private readonly Func<TMessage, RepeatedField<TEnum>> _items = Accessors.Items<TMessage, TEnum>(field);
    private readonly EnumNames _names = EnumNames.Of(field.EnumType);

    public override void Write(IMessage message, ref JsonOutput output)
    {
        var items = _items(Unsafe.As<TMessage>(message));
        if (items.Count == 0)
        {
            return;
        }
        output.Member(Key);
        output.Byte((byte)'[');
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                output.Byte((byte)',');
            }
            output.EnumValue(_names, Number(items[i]));
        }
        output.Byte((byte)']');
    }

    public override bool Read(IMessage message, ref JsonInput input)
    {
        var items = _items(Unsafe.As<TMessage>(message));
        items.Clear();
        for (var elements = input.BeginElements(); input.NextElement(ref elements);)
        {
            if (!input.TryReadEnum(Name, isRequired: false, _names, out var number))
            {
                return false;
            }
            if (number is { } known)
            {
                items.Add(Unsafe.As<int, TEnum>(ref known));
            }
        }
        return true;
    }

    public override void Clear(IMessage message) => _items(Unsafe.As<TMessage>(message)).Clear();

    public override bool Conform(IMessage message)
    {
        var items = _items(Unsafe.As<TMessage>(message));
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (_names.Quoted(Number(items[i])) is null)
            {
                items.RemoveAt(i);
            }
        }
        return true;
    }

    public override bool IsMissing(IMessage message) => false;

    private static int Number(TEnum value) => Unsafe.As<TEnum, int>(ref value);
}
