using System.Collections.Concurrent;
using Google.Protobuf.Reflection;

namespace Offerbook.Wire.Plans;

/// <summary>Tells which fields must be looked at after parsing, so that whole subtrees that cannot be at fault are passed over.</summary>
internal static class Checks
{
    private static readonly ConcurrentDictionary<MessageDescriptor, bool> s_needed = new();

    public static bool Needed(FieldDescriptor field) => IsOwnConcern(field) || field.MessageTypeOrNull() is { } type && Needed(type);

    private static bool Needed(MessageDescriptor type) => s_needed.GetOrAdd(type, static root =>
    {
        var seen = new HashSet<MessageDescriptor> { root };
        var open = new Stack<MessageDescriptor>([root]);
        while (open.TryPop(out var next))
        {
            foreach (var field in next.Fields.InDeclarationOrder())
            {
                if (IsOwnConcern(field))
                {
                    return true;
                }
                if (field.MessageTypeOrNull() is { } inner && seen.Add(inner))
                {
                    open.Push(inner);
                }
            }
        }
        return false;
    });

    private static bool IsOwnConcern(FieldDescriptor field) => field.IsRequired || field.FieldType == FieldType.Enum;

    private static MessageDescriptor? MessageTypeOrNull(this FieldDescriptor field) =>
        field.FieldType == FieldType.Message ? field.MessageType : null;
}
