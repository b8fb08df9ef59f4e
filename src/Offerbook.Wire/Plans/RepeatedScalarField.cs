using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;
using Offerbook.Wire.Json.Formats;

namespace Offerbook.Wire.Plans;

/// <summary>A list of numbers, booleans, texts or bytes.</summary>
internal sealed class RepeatedScalarField<TMessage, TValue, TFormat>(FieldDescriptor field) : FieldPlan(field)
    where TMessage : class
    where TFormat : struct, IScalarFormat<TValue>
{
    private readonly Func<TMessage, RepeatedField<TValue>> _items = Accessors.Items<TMessage, TValue>(field);

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
            TFormat.Write(items[i], ref output);
        }
        output.Byte((byte)']');
    }

    public override bool Read(IMessage message, ref JsonInput input)
    {
        var items = _items(Unsafe.As<TMessage>(message));
        items.Clear();
        for (var elements = input.BeginElements(); input.NextElement(ref elements);)
        {
            if (!TFormat.TryRead(ref input, Name, out var value))
            {
                return false;
            }
            items.Add(value);
        }
        return true;
    }

    public override void Clear(IMessage message) => _items(Unsafe.As<TMessage>(message)).Clear();

    public override bool Conform(IMessage message) => true;

    public override bool IsMissing(IMessage message) => false;
}
