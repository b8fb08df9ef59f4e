using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Plans;

/// <summary>A map from text to messages, written as an object in the order in which the keys were added.</summary>
internal sealed class MessageMapField<TMessage, TItem>(FieldDescriptor field) : FieldPlan(field)
    where TMessage : class
    where TItem : class, IMessage<TItem>, new()
{
    private readonly Func<TMessage, MapField<string, TItem>> _map = Accessors.Getter<TMessage, MapField<string, TItem>>(field);
    private MessagePlan? _plan;

    private MessagePlan Plan => _plan ??= PlanOf<TItem>.Plan;

    public override void Write(IMessage message, ref JsonOutput output)
    {
        var map = _map(Unsafe.As<TMessage>(message));
        if (map.Count == 0)
        {
            return;
        }
        output.Member(Key);
        output.BeginObject();
        foreach (var (key, item) in map)
        {
            output.Member(key);
            Plan.Write(item, ref output);
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
                continue;
            }
            var item = new TItem();
            if (!input.ExpectObject(Name) || !Plan.Read(item, ref input))
            {
                return false;
            }
            map[key] = item;
        }
        return true;
    }

    public override void Clear(IMessage message) => _map(Unsafe.As<TMessage>(message)).Clear();

    public override bool Conform(IMessage message)
    {
        var whole = true;
        foreach (var (_, item) in _map(Unsafe.As<TMessage>(message)))
        {
            whole &= Plan.Conform(item);
        }
        return whole;
    }

    public override bool IsMissing(IMessage message) => false;

    public override void CollectMissing(IMessage message, string prefix, List<string> missing)
    {
        // On the wire a map is a list of entries; its faults are named so.
        var index = 0;
        foreach (var (_, item) in _map(Unsafe.As<TMessage>(message)))
        {
            Plan.CollectMissing(item, $"{prefix}{Name}[{index++}].value.", missing);
        }
    }
}
