using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;
using Offerbook.Wire.Json.Formats;

namespace Offerbook.Wire.Plans;

/// <summary>A number, a boolean, text or bytes.</summary>
internal sealed class ScalarField<TMessage, TValue, TFormat>(FieldDescriptor field) : FieldPlan(field)
    where TMessage : class
    where TFormat : struct, IScalarFormat<TValue>
{
    private readonly Func<TMessage, bool>? _has = Accessors.Presence<TMessage>(field);
    private readonly Func<TMessage, TValue> _get = Accessors.Getter<TMessage, TValue>(field);
    private readonly Action<TMessage, TValue> _set = Accessors.Setter<TMessage, TValue>(field);
    private readonly Action<TMessage>? _clear = Accessors.Clearer<TMessage>(field);
    private readonly bool _showsDefault = Defaults.AreShown(field);

    public override void Write(IMessage message, ref JsonOutput output)
    {
        var owner = Unsafe.As<TMessage>(message);
        if (_showsDefault || _has!(owner))
        {
            output.Member(Key);
            TFormat.Write(_get(owner), ref output);
        }
    }

    public override bool Read(IMessage message, ref JsonInput input)
    {
        if (!TFormat.TryRead(ref input, Name, out var value))
        {
            return false;
        }
        _set(Unsafe.As<TMessage>(message), value);
        return true;
    }

    public override void Clear(IMessage message) => _clear?.Invoke(Unsafe.As<TMessage>(message));

    public override bool Conform(IMessage message) => !IsMissing(message);

    public override bool IsMissing(IMessage message) => IsRequired && !_has!(Unsafe.As<TMessage>(message));
}
