using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace Offerbook.Wire.Plans;

/// <summary>Delegates to the generated members of a field.</summary>
internal static class Accessors
{
    public static Func<TMessage, TValue> Getter<TMessage, TValue>(FieldDescriptor field) =>
        Property(field, field.PropertyName).GetMethod!.CreateDelegate<Func<TMessage, TValue>>();

    public static Action<TMessage, TValue> Setter<TMessage, TValue>(FieldDescriptor field) =>
        Property(field, field.PropertyName).SetMethod!.CreateDelegate<Action<TMessage, TValue>>();

    /// <returns>Null for a field without presence: it always has a value.</returns>
    public static Func<TMessage, bool>? Presence<TMessage>(FieldDescriptor field) =>
        field.HasPresence ? Property(field, "Has" + field.PropertyName).GetMethod!.CreateDelegate<Func<TMessage, bool>>() : null;

    /// <returns>Null for a field without presence.</returns>
    public static Action<TMessage>? Clearer<TMessage>(FieldDescriptor field) =>
        field.HasPresence
            ? field.ContainingType.ClrType.GetMethod("Clear" + field.PropertyName, [])!.CreateDelegate<Action<TMessage>>()
            : null;

    public static Func<TMessage, RepeatedField<TItem>> Items<TMessage, TItem>(FieldDescriptor field) =>
        Getter<TMessage, RepeatedField<TItem>>(field);

    private static System.Reflection.PropertyInfo Property(FieldDescriptor field, string name) =>
        field.ContainingType.ClrType.GetProperty(name)
        ?? throw new InvalidOperationException($"The generated class of {field.FullName} has no property {name}.");
}
