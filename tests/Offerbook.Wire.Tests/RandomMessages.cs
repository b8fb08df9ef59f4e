using System.Collections;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Offerbook.Wire.Tests;

/// <summary>
/// Makes messages of any type with arbitrary content; every required field is set. A seed gives the same message each time.
/// </summary>
internal sealed class RandomMessages(int seed)
{
    private const int MaxDepth = 5;

    private static readonly string[] s_texts =
        ["", "a", "*", "host.example.net", "é€😀", "\"quoted\\\"", "line\r\nline", "\0\u0001\u001f\u007f", "Infinity", "12", "null"];

    private static readonly double[] s_doubles =
        [0, -0.0, 1, 0.1, -2.5, 1e15, 1e16, 123456789012345678, 1e21, 1e22, 5e-324, 1e-5, 1.25e-7, double.MaxValue,
            double.NegativeInfinity, double.PositiveInfinity];

    private readonly Random _random = new(seed);

    /// <summary>Every message type of the v1 protocol and of the agent protocol, the entries of maps left out.</summary>
    public static IReadOnlyList<MessageDescriptor> Types { get; } = new[]
    {
        Mesos.V1.MesosReflection.Descriptor,
        Mesos.V1.Scheduler.SchedulerReflection.Descriptor,
        Mesos.V1.Executor.ExecutorReflection.Descriptor,
        Mesos.V1.Master.MasterReflection.Descriptor,
        Mesos.V1.Agent.AgentReflection.Descriptor,
        Mesos.V1.Quota.QuotaReflection.Descriptor,
        Mesos.V1.Maintenance.MaintenanceReflection.Descriptor,
        Mesos.V1.Allocator.AllocatorReflection.Descriptor,
        Mesos.V1.ResourceProvider.ResourceProviderReflection.Descriptor,
        Offerbook.Wire.AgentProtocol.AgentProtocolReflection.Descriptor,
    }.SelectMany(file => file.MessageTypes).SelectMany(WithNested).ToList();

    public IMessage Next() => Create(Types[_random.Next(Types.Count)], 0);

    public IMessage Next(MessageDescriptor type) => Create(type, 0);

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor type) =>
        type.GetOptions()?.MapEntry == true ? [] : type.NestedTypes.SelectMany(WithNested).Prepend(type);

    private IMessage Create(MessageDescriptor type, int depth)
    {
        var message = (IMessage)Activator.CreateInstance(type.ClrType)!;
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (!field.IsRequired && (depth >= MaxDepth || _random.Next(3 + depth) > 0))
            {
                continue;
            }
            if (field.IsMap)
            {
                var map = (IDictionary)field.Accessor.GetValue(message);
                for (var i = _random.Next(3); i >= 0; i--)
                {
                    map[Text()] = Single(field.MessageType.FindFieldByNumber(2), depth);
                }
            }
            else if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(message);
                for (var i = _random.Next(3); i >= 0; i--)
                {
                    list.Add(Single(field, depth));
                }
            }
            else
            {
                field.Accessor.SetValue(message, Single(field, depth));
            }
        }
        return message;
    }

    private object Single(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Message => Create(field.MessageType, depth + 1),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, field.EnumType.Values[_random.Next(field.EnumType.Values.Count)].Number),
        FieldType.Bool => _random.Next(2) == 0,
        FieldType.String => Text(),
        FieldType.Bytes => ByteString.CopyFrom(Bytes(_random.Next(20))),
        FieldType.Double => _random.Next(2) == 0 ? s_doubles[_random.Next(s_doubles.Length)] : AnyDouble(),
        FieldType.Float => (float)_random.NextDouble(),
        FieldType.Int32 => (int)Integer(),
        FieldType.UInt32 => (uint)Integer(),
        FieldType.Int64 => Integer(),
        FieldType.UInt64 => (ulong)Integer(),
        _ => throw new NotSupportedException($"{field.FullName} has a type that no contract had so far."),
    };

    private long Integer() => _random.Next(4) switch
    {
        0 => 0,
        1 => _random.Next(100),
        2 => -1,
        _ => _random.NextInt64(long.MinValue, long.MaxValue),
    };

    private double AnyDouble()
    {
        var value = BitConverter.Int64BitsToDouble(_random.NextInt64(long.MinValue, long.MaxValue));
        return double.IsNaN(value) ? 0 : value;
    }

    private string Text()
    {
        if (_random.Next(2) == 0)
        {
            return s_texts[_random.Next(s_texts.Length)];
        }
        var text = new StringBuilder();
        for (var i = _random.Next(30); i > 0; i--)
        {
            text.Append(_random.Next(10) == 0 ? "😀" : ((char)_random.Next(1, 0x800)).ToString());
        }
        return text.ToString();
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
