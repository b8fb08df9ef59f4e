using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Offerbook.Wire.Plans;

namespace Offerbook.Wire.Json;

/// <summary>
/// The JSON form of messages as Mesos has it, which is not the one of proto3: members are named as in the .proto files and
/// written in the order of declaration, declared defaults are shown, 64-bit integers are numbers, doubles always have a fraction
/// or an exponent. Reading ignores what it does not know, takes null for absent, and reads numbers from strings.
/// Writing goes straight to UTF-8 and costs no allocation beyond the output; reading allocates the message.
/// </summary>
public static class MesosJson
{
    /// <summary>How deep arrays and objects may be nested.</summary>
    public const int MaxDepth = 200;

    private const string NotAnObject = "Expecting a JSON object";

    private static readonly JsonReaderOptions s_readerOptions = new() { MaxDepth = MaxDepth };

    /// <summary>Writes the message, compact and without an end of line.</summary>
    public static void Write(IMessage message, IBufferWriter<byte> output)
    {
        var json = new JsonOutput(output);
        MessagePlan.Of(message).Write(message, ref json);
        json.Flush();
    }

    /// <summary>Writes the messages as an array.</summary>
    public static void WriteList<T>(IReadOnlyList<T> messages, IBufferWriter<byte> output) where T : class, IMessage<T>, new()
    {
        var json = new JsonOutput(output);
        json.Byte((byte)'[');
        for (var i = 0; i < messages.Count; i++)
        {
            if (i > 0)
            {
                json.Byte((byte)',');
            }
            PlanOf<T>.Plan.Write(messages[i], ref json);
        }
        json.Byte((byte)']');
        json.Flush();
    }

    /// <summary>The message as UTF-8.</summary>
    public static byte[] ToUtf8(IMessage message)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(256, 4 * message.CalculateSize()));
        Write(message, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The message as text, for logs and tests.</summary>
    public static string ToText(IMessage message) => Encoding.UTF8.GetString(ToUtf8(message));

    public static ReadResult<T> Read<T>(string json) where T : class, IMessage<T>, new() => Read<T>(Encoding.UTF8.GetBytes(json));

    /// <summary>Reads one message from UTF-8. Bad input gives an error in the words of Mesos; it never throws.</summary>
    public static ReadResult<T> Read<T>(ReadOnlySpan<byte> utf8) where T : class, IMessage<T>, new()
    {
        var input = new JsonInput(new Utf8JsonReader(utf8, s_readerOptions));
        try
        {
            input.Next();
            var message = new T();
            if (!ReadOne(message, ref input))
            {
                return Unfit<T>(input.Error ?? NotAnObject, utf8);
            }
            input.ExpectEnd();
            return PlanOf<T>.Plan.Conform(message)
                ? ReadResult<T>.Read(message)
                : ReadResult<T>.Failed(WireErrorKind.UnfitJson, PlanOf<T>.Plan.DescribeMissing(message));
        }
        catch (Exception fault) when (IsSyntax(fault))
        {
            return Malformed<T>(utf8, fault, input.BytesConsumed);
        }
    }

    /// <summary>
    /// Reads an array of messages, which is what the endpoints for weights and machines take. Here a bare message does not stand for
    /// an array of one, and null is no element. The first element at fault names the error.
    /// </summary>
    public static ReadResult<IReadOnlyList<T>> ReadList<T>(ReadOnlySpan<byte> utf8) where T : class, IMessage<T>, new()
    {
        var input = new JsonInput(new Utf8JsonReader(utf8, s_readerOptions));
        var messages = new List<T>();
        var plan = PlanOf<T>.Plan;
        try
        {
            input.Next();
            if (!input.IsArray)
            {
                return JsonSyntax.Explain(utf8) is { } fault
                    ? ReadResult<IReadOnlyList<T>>.Failed(WireErrorKind.MalformedJson, fault)
                    : ReadResult<IReadOnlyList<T>>.Failed(WireErrorKind.MalformedJson, "Unexpected JSON type parsed");
            }
            for (input.Next(); !input.IsEndOfArray; input.Next())
            {
                var message = new T();
                if (!ReadOne(message, ref input))
                {
                    return Unfit<IReadOnlyList<T>>(input.Error ?? NotAnObject, utf8);
                }
                if (!plan.Conform(message))
                {
                    return Unfit<IReadOnlyList<T>>(plan.DescribeMissing(message), utf8);
                }
                messages.Add(message);
            }
            input.ExpectEnd();
            return ReadResult<IReadOnlyList<T>>.Read(messages);
        }
        catch (Exception fault) when (IsSyntax(fault))
        {
            return Malformed<IReadOnlyList<T>>(utf8, fault, input.BytesConsumed);
        }
    }

    private static bool ReadOne<T>(T message, ref JsonInput input) where T : class, IMessage<T>, new() =>
        input.IsObject && PlanOf<T>.Plan.Read(message, ref input);

    /// <summary>Mesos parses the whole body before it converts it: a fault in the syntax further on takes precedence.</summary>
    private static ReadResult<T> Unfit<T>(string detail, ReadOnlySpan<byte> utf8) where T : class =>
        JsonSyntax.Explain(utf8) is { } syntaxFault
            ? ReadResult<T>.Failed(WireErrorKind.MalformedJson, syntaxFault)
            : ReadResult<T>.Failed(WireErrorKind.UnfitJson, detail);

    /// <summary>The reader reports text that is not UTF-8, and escaped halves of surrogate pairs, as invalid operations.</summary>
    private static bool IsSyntax(Exception fault) => fault is JsonException or InvalidOperationException;

    private static ReadResult<T> Malformed<T>(ReadOnlySpan<byte> utf8, Exception fault, long position) where T : class =>
        ReadResult<T>.Failed(WireErrorKind.MalformedJson, JsonSyntax.Explain(utf8)
            ?? JsonSyntax.Locate(utf8, fault is JsonException ? "syntax error" : "text that is not Unicode", (int)position));
}
