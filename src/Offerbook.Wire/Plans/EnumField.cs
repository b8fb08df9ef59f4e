using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Plans;

/// <summary>
/// An enum value, written as its name. The delegates see it as the number that it is: the runtime lets an accessor of an enum be
/// bound so, and one class serves every enum.
/// </summary>
internal sealed class EnumField<TMessage>(FieldDescriptor field) : FieldPlan(field)
    where TMessage : class
{
    private readonly Func<TMessage, bool>? _has = Accessors.Presence<TMessage>(field);
    private readonly Func<TMessage, int> _get = Accessors.Getter<TMessage, int>(field);
    private readonly Action<TMessage, int> _set = Accessors.Setter<TMessage, int>(field);
    private readonly Action<TMessage>? _clear = Accessors.Clearer<TMessage>(field);
    private readonly EnumNames _names = EnumNames.Of(field.EnumType);
    private readonly bool _showsDefault = Defaults.AreShown(field);

    public override void Write(IMessage message, ref JsonOutput output)
    {
        var owner = Unsafe.As<TMessage>(message);
        if (_showsDefault || _has!(owner))
        {
            output.Member(Key);
            output.EnumValue(_names, _get(owner));
        }
    }

    public override bool Read(IMessage message, ref JsonInput input)
    {
        if (!input.TryReadEnum(Name, IsRequired, _names, out var number))
        {
            return false;
        }
        if (number is { } known)
        {
            _set(Unsafe.As<TMessage>(message), known);
        }
        else
        {
            Clear(message);
        }
        return true;
    }

    public override void Clear(IMessage message) => _clear?.Invoke(Unsafe.As<TMessage>(message));

    public override bool Conform(IMessage message)
    {
        var owner = Unsafe.As<TMessage>(message);
        if (_has is null || !_has(owner))
        {
            return !IsRequired;
        }
        if (_names.Quoted(_get(owner)) is not null)
        {
            return true;
        }
        Clear(message);
        return !IsRequired;
    }

    public override bool IsMissing(IMessage message) => IsRequired && !_has!(Unsafe.As<TMessage>(message));
}
