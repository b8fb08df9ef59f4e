using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Actors;

namespace Offerbook.Fuzzer.Requests;

/// <summary>Makes messages of any type from their descriptors: right in their form, and with names that others use too.</summary>
public sealed class MessageMaker(SeededRandom chance)
{
    /// <summary>Below this only required fields are filled: messages that contain themselves must end.</summary>
    private const int MaxDepth = 7;

    /// <summary>A call of one type with the body that goes with it, which a call names like its type.</summary>
    /// <param name="often">A type that is wanted more often than the others; null: none is.</param>
    public IMessage Call(MessageDescriptor call, string? often = null)
    {
        var types = call.FindFieldByName("type").EnumType;
        var type = types.Values[chance.Next(types.Values.Count)];
        type = often is not null && chance.Chance(0.15) ? types.FindValueByName(often) : type;
        var message = Empty(call);
        call.FindFieldByName("type").Accessor.SetValue(message, type.Number);
        foreach (var field in call.Fields.InDeclarationOrder().Where(field => field.Name != "type"))
        {
            if (IsBodyOf(field, type.Name) ? chance.Chance(0.97) : field.Name is "framework_id" or "agent_id"
                ? chance.Chance(0.9) : chance.Chance(0.01))
            {
                Fill(message, field, 1);
            }
        }
        return message;
    }

    public IMessage Message(MessageDescriptor descriptor, int depth = 0)
    {
        var message = Empty(descriptor);
        var share = depth == 0 ? 0.6 : depth < 3 ? 0.4 : 0.2;
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsMap)
            {
                continue;
            }
            if (field.IsRequired || (depth < MaxDepth && chance.Chance(IsTelling(field) && !field.IsRepeated ? 0.8 : share)))
            {
                Fill(message, field, depth + 1);
            }
        }
        Straighten(message);
        return message;
    }

    /// <summary>Gives a field a value, and a list one to three.</summary>
    private void Fill(IMessage message, FieldDescriptor field, int depth)
    {
        if (!field.IsRepeated)
        {
            field.Accessor.SetValue(message, Value(field, depth));
            return;
        }
        var list = (System.Collections.IList)field.Accessor.GetValue(message);
        for (var left = 1 + chance.Next(3); left > 0; left--)
        {
            list.Add(Value(field, depth));
        }
    }

    private static IMessage Empty(MessageDescriptor descriptor) => (IMessage)Activator.CreateInstance(descriptor.ClrType)!;

    /// <summary>Types whose body is named otherwise: UPDATE_OPERATION_STATUS has operation_update.</summary>
    private static bool IsBodyOf(FieldDescriptor field, string type) =>
        field.Name.Equals(type, StringComparison.OrdinalIgnoreCase)
        || (type == "UPDATE_OPERATION_STATUS" && field.Name == "operation_update")
        || (type == "UPDATE_RESOURCES" && field.Name == "resources_update");

    private static bool IsTelling(FieldDescriptor field) =>
        field.Name is "id" or "type" or "name" or "scalar" or "role" or "roles" or "hostname";

    private object Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => Message(field.MessageType, depth),
        FieldType.Enum => field.EnumType.Values[chance.Next(field.EnumType.Values.Count)].Number,
        FieldType.String => Text(field),
        FieldType.Bytes =>
            ByteString.CopyFrom(
                Bytes(field.Name.Contains("uuid", StringComparison.Ordinal) || field.ContainingType.Name == "UUID" ? 16 : chance.Next(40))),
        FieldType.Bool => chance.Chance(0.5),
        FieldType.Double =>
            chance.Chance(0.85) ? chance.Next(64) / 4.0 : Words.Any(chance, -1, 1e300, 1e-300, double.PositiveInfinity, double.NaN, -0.0),
        FieldType.Float => (float)chance.Next(64),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 =>
            chance.Chance(0.9) ? chance.Next(100_000) : Words.Any(chance, long.MaxValue, long.MinValue, -1),
        FieldType.UInt64 or FieldType.Fixed64 => chance.Chance(0.9) ? (ulong)chance.Next(100_000) : ulong.MaxValue,
        FieldType.UInt32 or FieldType.Fixed32 => chance.Chance(0.9) ? (uint)chance.Next(65_536) : uint.MaxValue,
        _ => chance.Chance(0.9) ? chance.Next(65_536) : Words.Any(chance, int.MaxValue, int.MinValue, -1),
    };

    private string Text(FieldDescriptor field)
    {
        if (chance.Chance(0.03))
        {
            return Sound(Words.Odd(chance));
        }
        return (field.ContainingType.Name, field.Name) switch
        {
            ("FrameworkID", _) => Words.Framework(chance),
            ("AgentID", _) => Words.Agent(chance),
            (_, "role" or "roles" or "suppressed_roles" or "group") => Words.Role(chance),
            (_, "hostname") => Words.Host(chance),
            (_, "ip") => $"10.0.0.{chance.Next(300)}",
            ("Resource" or "ResourceQuantities", "name") => Words.Any(chance, "cpus", "mem", "disk", "gpus", "ports", "tokens"),
            (_, "path" or "container_path") => Words.Any(chance, "/", "data", "/master/log", "../x", "/tmp"),
            _ => Words.Id(chance),
        };
    }

    private byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)chance.Next(256))];

    /// <summary>A field of text cannot hold half a character.</summary>
    private static string Sound(string text) => text.Any(char.IsSurrogate) ? "😀" : text;

    /// <summary>Makes resources that a master takes: a name with the value that goes with it.</summary>
    private void Straighten(IMessage message)
    {
        if (message is Mesos.V1.Resource resource && chance.Chance(0.9))
        {
            resource.Type = Mesos.V1.Value.Types.Type.Scalar;
            resource.Name = Words.Any(chance, "cpus", "mem", "disk");
            resource.Scalar = new() { Value = 1 + chance.Next(64) };
            (resource.Ranges, resource.Set, resource.ProviderId) = (null, null, null);
            if (chance.Chance(0.7))
            {
                (resource.Disk, resource.Revocable, resource.Shared, resource.Reservation) = (null, null, null, null);
                resource.ClearRole();
                resource.Reservations.Clear();
            }
        }
        if (message is Mesos.V1.FrameworkInfo framework && chance.Chance(0.9))
        {
            framework.ClearRole();
            framework.FailoverTimeout = chance.Next(3);
            framework.Capabilities.Add(
                new Mesos.V1.FrameworkInfo.Types.Capability { Type = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type.MultiRole });
        }
    }
}
