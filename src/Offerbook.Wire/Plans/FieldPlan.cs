using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Plans;

/// <summary>How one field is written, read and checked. Every message handed in must be of the type that declares the field.</summary>
internal abstract class FieldPlan
{
    protected FieldPlan(FieldDescriptor field)
    {
        Name = field.Name;
        NameUtf8 = Encoding.UTF8.GetBytes(field.Name);
        Key = Encoding.UTF8.GetBytes($",\"{field.Name}\":");
        IsRequired = field.IsRequired;
        NeedsCheck = Checks.Needed(field);
    }

    public string Name { get; }

    public byte[] NameUtf8 { get; }

    /// <summary>Whether a message of the declaring type can fail <see cref="Conform"/> through this field.</summary>
    public bool NeedsCheck { get; }

    /// <summary>The name as a member begins, with the comma that separates it from the member before.</summary>
    protected byte[] Key { get; }

    protected bool IsRequired { get; }

    /// <summary>Writes the member if the field is to be shown.</summary>
    public abstract void Write(IMessage message, ref JsonOutput output);

    /// <summary>Replaces the field by the value on whose first token the input stands, and leaves it on the last. It is not null.</summary>
    /// <returns>False when the value does not fit; the input then says why.</returns>
    public abstract bool Read(IMessage message, ref JsonInput input);

    public abstract void Clear(IMessage message);

    /// <summary>See <see cref="MessagePlan.Conform"/>.</summary>
    public abstract bool Conform(IMessage message);

    /// <summary>Whether the field itself is required and not set.</summary>
    public abstract bool IsMissing(IMessage message);

    /// <summary>Adds the paths of the required fields that are not set in the messages inside.</summary>
    public virtual void CollectMissing(IMessage message, string prefix, List<string> missing)
    {
    }
}
