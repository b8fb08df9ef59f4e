using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Offerbook.Wire.Json;

namespace Offerbook.Master.Http.Legacy;

/// <summary>Writes JSON as clients know it: doubles always with a fraction or an exponent, slashes and letters of any script as they are.</summary>
internal sealed class LegacyWriter(IBufferWriter<byte> output) : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Below this an integral double is exactly its digits.</summary>
    private const double MaxExactInteger = 1L << 53;

    private readonly Utf8JsonWriter _json = new(output, Options);

    public void BeginObject() => _json.WriteStartObject();

    public void BeginObject(string name) => _json.WriteStartObject(name);

    public void EndObject() => _json.WriteEndObject();

    public void BeginArray() => _json.WriteStartArray();

    public void BeginArray(string name) => _json.WriteStartArray(name);

    public void EndArray() => _json.WriteEndArray();

    public void Text(string name, string value) => _json.WriteString(name, value);

    public void Text(string value) => _json.WriteStringValue(value);

    public void Bool(string name, bool value) => _json.WriteBoolean(name, value);

    public void Integer(string name, long value) => _json.WriteNumber(name, value);

    public void Double(string name, double value)
    {
        _json.WritePropertyName(name);
        _json.WriteRawValue(Format(value), skipInputValidation: true);
    }

    /// <summary>A message in its own JSON form.</summary>
    public void Message(string name, IMessage message)
    {
        _json.WritePropertyName(name);
        Message(message);
    }

    public void Message(IMessage message) => _json.WriteRawValue(MesosJson.ToUtf8(message), skipInputValidation: true);

    public void EmptyArray(string name)
    {
        BeginArray(name);
        EndArray();
    }

    public void EmptyObject(string name)
    {
        BeginObject(name);
        EndObject();
    }

    public void Messages(string name, IEnumerable<IMessage> messages)
    {
        BeginArray(name);
        foreach (var message in messages)
        {
            Message(message);
        }
        EndArray();
    }

    public void Texts(string name, IEnumerable<string> values)
    {
        BeginArray(name);
        foreach (var value in values)
        {
            Text(value);
        }
        EndArray();
    }

    public void Dispose() => _json.Dispose();

    private static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            return "0.0";
        }
        if (Math.Abs(value) < MaxExactInteger && value == Math.Truncate(value))
        {
            return ((long)value).ToString(CultureInfo.InvariantCulture) + ".0";
        }
        return value.ToString("R", CultureInfo.InvariantCulture);
    }
}
