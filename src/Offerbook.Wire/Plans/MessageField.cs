using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Plans;

/// <summary>A message inside a message.</summary>
internal sealed class MessageField<TMessage, TInner>(FieldDescriptor field) : FieldPlan(field)
    where TMessage : class
    where TInner : class, IMessage<TInner>, new()
{
    private readonly Func<TMessage, TInner?> _get = Accessors.Getter<TMessage, TInner?>(field);
    private readonly Action<TMessage, TInner?> _set = Accessors.Setter<TMessage, TInner?>(field);
    private MessagePlan? _plan;

    /// <summary>Found at first use: types may contain themselves.</summary>
    private MessagePlan Plan => _plan ??= PlanOf<TInner>.Plan;

    public override void Write(IMessage message, ref JsonOutput output)
    {
        if (_get(Unsafe.As<TMessage>(message)) is { } inner)
        {
            output.Member(Key);
            Plan.Write(inner, ref output);
        }
    }

    public override bool Read(IMessage message, ref JsonInput input)
    {
        if (!input.ExpectObject(Name))
        {
            return false;
        }
        var inner = new TInner();
        _set(Unsafe.As<TMessage>(message), inner);
        return Plan.Read(inner, ref input);
    }

    public override void Clear(IMessage message)
    {
        // A member of a oneof must not unset another one.
        if (_get(Unsafe.As<TMessage>(message)) is not null)
        {
            _set(Unsafe.As<TMessage>(message), null);
        }
    }

    public override bool Conform(IMessage message) =>
        _get(Unsafe.As<TMessage>(message)) is { } inner ? Plan.Conform(inner) : !IsRequired;

    public override bool IsMissing(IMessage message) => IsRequired && _get(Unsafe.As<TMessage>(message)) is null;

    public override void CollectMissing(IMessage message, string prefix, List<string> missing)
    {
        if (_get(Unsafe.As<TMessage>(message)) is { } inner)
        {
            Plan.CollectMissing(inner, $"{prefix}{Name}.", missing);
        }
    }
}
