using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Plans;

/// <summary>A list of messages.</summary>
internal sealed class RepeatedMessageField<TMessage, TItem>(FieldDescriptor field) : FieldPlan(field)
    where TMessage : class
    where TItem : class, IMessage<TItem>, new()
{
    private readonly Func<TMessage, RepeatedField<TItem>> _items = Accessors.Items<TMessage, TItem>(field);
    private readonly bool _showsEmpty = EmptyLists.AreShown(field);
    private MessagePlan? _plan;

    private MessagePlan Plan => _plan ??= PlanOf<TItem>.Plan;

    public override void Write(IMessage message, ref JsonOutput output)
    {
        var items = _items(Unsafe.As<TMessage>(message));
        if (items.Count == 0 && !_showsEmpty)
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
            Plan.Write(items[i], ref output);
        }
        output.Byte((byte)']');
    }

    public override bool Read(IMessage message, ref JsonInput input)
    {
        var items = _items(Unsafe.As<TMessage>(message));
        items.Clear();
        for (var elements = input.BeginElements(); input.NextElement(ref elements);)
        {
            if (!input.ExpectObject(Name))
            {
                return false;
            }
            var item = new TItem();
            if (!Plan.Read(item, ref input))
            {
                return false;
            }
            items.Add(item);
        }
        return true;
    }

    public override void Clear(IMessage message) => _items(Unsafe.As<TMessage>(message)).Clear();

    public override bool Conform(IMessage message)
    {
        var items = _items(Unsafe.As<TMessage>(message));
        var whole = true;
        for (var i = 0; i < items.Count; i++)
        {
            whole &= Plan.Conform(items[i]);
        }
        return whole;
    }

    public override bool IsMissing(IMessage message) => false;

    public override void CollectMissing(IMessage message, string prefix, List<string> missing)
    {
        var items = _items(Unsafe.As<TMessage>(message));
        for (var i = 0; i < items.Count; i++)
        {
            Plan.CollectMissing(items[i], $"{prefix}{Name}[{i}].", missing);
        }
    }
}
