using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;
using Offerbook.Wire.Json.Formats;

namespace Offerbook.Wire.Plans;

/// <summary>A map from text to text, written as an object in the order in which the keys were added.</summary>
internal sealed class TextMapField<TMessage>(FieldDescriptor field) : FieldPlan(field)
    where TMessage : class
{
    private readonly Func<TMessage, MapField<string, string>> _map = Accessors.Getter<TMessage, MapField<string, string>>(field);

    public override void Write(IMessage message, ref JsonOutput output)
    {
        var map = _map(Unsafe.As<TMessage>(message));
        if (map.Count == 0)
        {
            return;
        }
        output.Member(Key);
        output.BeginObject();
        foreach (var (key, value) in map)
        {
            output.Member(key);
            output.Text(value);
        }
        output.EndObject();
    }

    public override bool Read(IMessage message, ref JsonInput input)
    {
        if (!input.ExpectObject(Name))
        {
            return false;
        }
        var map = _map(Unsafe.As<TMessage>(message));
        map.Clear();
        while (input.NextMember())
        {
            var key = input.Text();
            input.Next();
            if (input.IsNull)
            {
                map.Remove(key);
            }
            else if (TextFormat.TryRead(ref input, Name, out var value))
            {
                map[key] = value;
            }
            else
            {
                return false;
            }
        }
        return true;
    }

    public override void Clear(IMessage message) => _map(Unsafe.As<TMessage>(message)).Clear();

    public override bool Conform(IMessage message) => true;

    public override bool IsMissing(IMessage message) => false;
}
