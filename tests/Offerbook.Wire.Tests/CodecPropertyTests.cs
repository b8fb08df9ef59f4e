using Google.Protobuf;
using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Tests;

public sealed class CodecPropertyTests
{
    public static IReadOnlyList<MessageDescriptor> Types => RandomMessages.Types;

    [Property(MaxTest = 2000)]
    public void Message_WrittenAndRead_IsTheSame(int seed)
    {
        var message = new RandomMessages(seed).Next();

        foreach (var format in Enum.GetValues<MessageFormat>())
        {
            var (read, error) = AnyMessage.Read(message.Descriptor, MessageCodec.ToBytes(message, format), format);

            Assert.That(error, Is.Null);
            Assert.That(read, Is.EqualTo(Shown(message, format)));
        }
    }

    [TestCaseSource(nameof(Types))]
    public void Message_OfEveryType_IsReadFromWhatIsWritten(MessageDescriptor type)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var message = new RandomMessages(seed).Next(type);

            var (read, error) = AnyMessage.Read(type, MesosJson.ToUtf8(message), MessageFormat.Json);

            Assert.That(error, Is.Null);
            Assert.That(MesosJson.ToText(read!), Is.EqualTo(MesosJson.ToText(message)));
        }
    }

    [Property(MaxTest = 2000)]
    public void Json_Damaged_IsReadOrRefusedButNeverThrows(int seed, int damage)
    {
        var message = new RandomMessages(seed).Next();
        var random = new Random(damage);
        var bytes = Damage(MesosJson.ToUtf8(message), random);

        var (read, error) = AnyMessage.Read(message.Descriptor, bytes, MessageFormat.Json);

        Assert.That(read is null, Is.Not.EqualTo(error is null));
        Assert.That(error?.Detail, Is.Null.Or.Not.Empty);
    }

    [Property(MaxTest = 2000)]
    public void Protobuf_Damaged_IsReadOrRefusedButNeverThrows(int seed, int damage)
    {
        var message = new RandomMessages(seed).Next();
        var random = new Random(damage);
        var bytes = Damage(message.ToByteArray(), random);

        var (read, error) = AnyMessage.Read(message.Descriptor, bytes, MessageFormat.Protobuf);

        Assert.That(read is null, Is.Not.EqualTo(error is null));
    }

    [Property(MaxTest = 1000)]
    public void Rubbish_IsRefusedAndNeverThrows(byte[] rubbish)
    {
        foreach (var format in Enum.GetValues<MessageFormat>())
        {
            var (read, error) = AnyMessage.Read(Mesos.V1.FrameworkInfo.Descriptor, rubbish, format);

            Assert.That(read, Is.Null);
            Assert.That(error, Is.Not.Null);
        }
    }

    /// <summary>What JSON keeps: defaults that are shown are set after reading.</summary>
    private static IMessage Shown(IMessage message, MessageFormat format)
    {
        if (format == MessageFormat.Protobuf)
        {
            return message;
        }
        var shown = message.Descriptor.Parser.ParseFrom(message.ToByteArray());
        SetShownDefaults(shown);
        return shown;
    }

    private static void SetShownDefaults(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (field.FieldType == FieldType.Message)
            {
                foreach (var inner in Inner(value))
                {
                    SetShownDefaults(inner);
                }
            }
            else if (field is { HasPresence: true, IsRepeated: false } && field.ToProto().HasDefaultValue
                && field.GetOptions()?.Deprecated != true && !field.Accessor.HasValue(message))
            {
                field.Accessor.SetValue(message, value);
            }
        }
    }

    private static IEnumerable<IMessage> Inner(object? value) => value switch
    {
        IMessage message => [message],
        System.Collections.IDictionary map => map.Values.OfType<IMessage>(),
        System.Collections.IEnumerable list => list.OfType<IMessage>(),
        _ => [],
    };

    private static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = bytes.ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(damaged.Count + 1);
            switch (random.Next(4))
            {
                case 0:
                    damaged.Insert(at, (byte)random.Next(256));
                    break;
                case 1 when at < damaged.Count:
                    damaged.RemoveAt(at);
                    break;
                case 2 when at < damaged.Count:
                    damaged[at] = (byte)"{}[]\",:0e-n\\\xff"[random.Next(12)];
                    break;
                default:
                    damaged.RemoveRange(at, damaged.Count - at);
                    break;
            }
        }
        return damaged.ToArray();
    }
}
