using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Plans;

/// <summary>
/// How one message type is written, read and checked: one <see cref="FieldPlan"/> a field, built once from the descriptor and
/// holding delegates to the generated accessors, so that no value is boxed afterwards.
/// </summary>
internal sealed class MessagePlan
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MessagePlan> s_plans = new();

    private readonly FieldPlan[] _declared;
    private readonly FieldPlan[] _byNumber;
    private readonly FieldPlan[] _checked;
    private readonly FieldTable _byName;

    private MessagePlan(MessageDescriptor descriptor, Func<FieldDescriptor, FieldPlan> create)
    {
        _declared = descriptor.Fields.InDeclarationOrder().Select(create).ToArray();
        _byNumber = descriptor.Fields.InFieldNumberOrder().Select(f => _declared[f.Index]).ToArray();
        _checked = _declared.Where(f => f.NeedsCheck).ToArray();
        _byName = new FieldTable(_declared);
    }

    /// <summary>The plan of a message whose type is known only at run time.</summary>
    public static MessagePlan Of(IMessage message) =>
        s_plans.TryGetValue(message.Descriptor, out var plan) ? plan : Of(message.Descriptor);

    public static MessagePlan Build<TMessage>() where TMessage : class, IMessage<TMessage>, new()
    {
        var descriptor = new TMessage().Descriptor;
        return s_plans.GetOrAdd(descriptor, static d => new MessagePlan(d, FieldFactory<TMessage>.Create));
    }

    public void Write(IMessage message, ref JsonOutput output)
    {
        output.BeginObject();
        foreach (var field in _declared)
        {
            field.Write(message, ref output);
        }
        output.EndObject();
    }

    /// <summary>Reads the members of the object on whose opening brace the input stands, to its closing brace.</summary>
    /// <returns>False when a value does not fit; the input then says why.</returns>
    public bool Read(IMessage message, ref JsonInput input)
    {
        while (input.NextMember())
        {
            var field = _byName.Find(input.MemberName());
            input.Next();
            if (field is null)
            {
                input.Skip();
            }
            else if (input.IsNull)
            {
                field.Clear(message);
            }
            else if (!field.Read(message, ref input))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Unsets enum fields whose number has no name, everywhere inside, as proto2 wants.</summary>
    /// <returns>Whether every required field is set, everywhere inside.</returns>
    public bool Conform(IMessage message)
    {
        var whole = true;
        foreach (var field in _checked)
        {
            whole &= field.Conform(message);
        }
        return whole;
    }

    /// <summary>Names the required fields that are not set: <c>Missing required fields: a, b.c, d[0].e</c>.</summary>
    public string DescribeMissing(IMessage message)
    {
        var missing = new List<string>();
        CollectMissing(message, "", missing);
        return "Missing required fields: " + string.Join(", ", missing);
    }

    public void CollectMissing(IMessage message, string prefix, List<string> missing)
    {
        foreach (var field in _declared)
        {
            if (field.IsMissing(message))
            {
                missing.Add(prefix + field.Name);
            }
        }
        foreach (var field in _byNumber)
        {
            field.CollectMissing(message, prefix, missing);
        }
    }

    private static MessagePlan Of(MessageDescriptor descriptor)
    {
        var build = typeof(MessagePlan).GetMethod(nameof(Build))!.MakeGenericMethod(descriptor.ClrType);
        return (MessagePlan)build.Invoke(null, null)!;
    }
}

/// <summary>The plan of a message type known at compile time.</summary>
internal static class PlanOf<TMessage> where TMessage : class, IMessage<TMessage>, new()
{
    public static MessagePlan Plan { get; } = MessagePlan.Build<TMessage>();
}
