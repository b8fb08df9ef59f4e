using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Offerbook.Wire.Plans;

namespace Offerbook.Wire.Json;

/// <summary>
/// Reads JSON token by token with the leniency of Mesos. A value that does not fit its field makes a method answer false and sets
/// <see cref="Error"/>; bytes that are not JSON make it throw <see cref="JsonException"/> or <see cref="InvalidOperationException"/>.
/// </summary>
internal ref struct JsonInput(Utf8JsonReader reader)
{
    /// <summary>Where the walk over the elements of a repeated field is.</summary>
    public enum Elements
    {
        InArray,
        OneAhead,
        None,
    }

    private Utf8JsonReader _reader = reader;

    public string? Error { get; private set; }

    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    public readonly bool IsObject => _reader.TokenType == JsonTokenType.StartObject;

    public readonly bool IsArray => _reader.TokenType == JsonTokenType.StartArray;

    public readonly bool IsEndOfArray => _reader.TokenType == JsonTokenType.EndArray;

    public readonly long BytesConsumed => _reader.BytesConsumed;

    public void Next() => _reader.Read();

    public void Skip() => _reader.Skip();

    /// <summary>Throws if anything but white space follows.</summary>
    public void ExpectEnd() => _reader.Read();

    /// <summary>Moves to the next member's name; false at the end of the object.</summary>
    public bool NextMember()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.PropertyName;
    }

    public readonly ReadOnlySpan<byte> MemberName() =>
        _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(_reader.GetString()!) : _reader.ValueSpan;

    /// <summary>The member's name or the string on which the input stands.</summary>
    public readonly string Text() => _reader.GetString()!;

    /// <summary>A repeated field is an array, or one bare element.</summary>
    public readonly Elements BeginElements() =>
        _reader.TokenType == JsonTokenType.StartArray ? Elements.InArray : Elements.OneAhead;

    /// <summary>Moves to the next element that is not null.</summary>
    public bool NextElement(ref Elements elements)
    {
        if (elements != Elements.InArray)
        {
            var ahead = elements == Elements.OneAhead;
            elements = Elements.None;
            return ahead;
        }
        do
        {
            _reader.Read();
        }
        while (_reader.TokenType == JsonTokenType.Null);
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    public bool ExpectObject(string field) => IsObject || Unexpected(field);

    public bool TryReadText(string field, [NotNullWhen(true)] out string? value)
    {
        if (_reader.TokenType != JsonTokenType.String)
        {
            value = null;
            return Unexpected(field);
        }
        value = _reader.GetString()!;
        return true;
    }

    public bool TryReadBoolean(string field, out bool value)
    {
        value = _reader.TokenType == JsonTokenType.True;
        if (value || _reader.TokenType == JsonTokenType.False)
        {
            return true;
        }
        if (_reader.TokenType != JsonTokenType.String)
        {
            return Unexpected(field);
        }
        var text = Text();
        value = text == "true";
        return value || text == "false" || NotParsed(text, "boolean", field);
    }

    public bool TryReadNumber(string field, out JsonNumber number)
    {
        if (_reader.TokenType == JsonTokenType.Number)
        {
            number = JsonNumber.Parse(_reader.ValueSpan);
            return number.IsFinite || Fail("Value out of range");
        }
        number = default;
        if (_reader.TokenType != JsonTokenType.String)
        {
            return Unexpected(field);
        }
        var text = Text();
        if (!JsonNumber.TryParse(text, out number))
        {
            return NotParsed(text, "number", field);
        }
        return number.IsFinite || Fail("Value out of range");
    }

    /// <summary>Also takes the two infinities, which JSON can only hold as strings.</summary>
    public bool TryReadDouble(string field, out double value)
    {
        if (_reader.TokenType == JsonTokenType.String && (_reader.ValueTextEquals("Infinity"u8) || _reader.ValueTextEquals("-Infinity"u8)))
        {
            value = _reader.ValueTextEquals("Infinity"u8) ? double.PositiveInfinity : double.NegativeInfinity;
            return true;
        }
        var read = TryReadNumber(field, out var number);
        value = number.ToDouble();
        return read;
    }

    /// <param name="number">Null for a name that the enum does not have, which counts as absent unless the field is required.</param>
    public bool TryReadEnum(string field, bool isRequired, EnumNames names, out int? number)
    {
        number = null;
        if (!TryReadText(field, out var name))
        {
            return false;
        }
        if (names.TryGetNumber(name, out var known))
        {
            number = known;
            return true;
        }
        return !isRequired || Fail($"Failed to find enum for '{name}'");
    }

    public bool TryReadBytes(string field, [NotNullWhen(true)] out ByteString? value)
    {
        value = null;
        if (_reader.TokenType != JsonTokenType.String)
        {
            return Unexpected(field);
        }
        var base64 = _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(Text()) : _reader.ValueSpan;
        if (!LenientBase64.TryDecode(base64, out var bytes, out var stranger))
        {
            return Fail($"Failed to base64 decode bytes field '{field}': Invalid character '{stranger}'");
        }
        value = UnsafeByteOperations.UnsafeWrap(bytes);
        return true;
    }

    public bool OutOfRange(string field) => Fail($"Value out of range for field '{field}'");

    private bool NotParsed(string text, string kind, string field)
    {
        var reason = JsonSyntax.Explain(Encoding.UTF8.GetBytes(text)) ?? "Unexpected JSON type parsed";
        return Fail($"Failed to parse '{text}' as a JSON {kind} for field '{field}': {reason}");
    }

    private bool Unexpected(string field)
    {
        var kind = _reader.TokenType switch
        {
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            JsonTokenType.String => "string",
            JsonTokenType.Number => "number",
            _ => "boolean",
        };
        return Fail($"Not expecting a JSON {kind} for field '{field}'");
    }

    private bool Fail(string error)
    {
        Error = error;
        return false;
    }
}
