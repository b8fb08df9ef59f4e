using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Offerbook.Wire.Json;

/// <summary>A JSON number before its field decides what it is. Integers of 64 bits, signed or not, keep every digit.</summary>
internal readonly struct JsonNumber
{
    private enum Kind
    {
        Signed,
        Unsigned,
        Floating,
    }

    private static readonly SearchValues<char> s_characters = SearchValues.Create("0123456789+-.eE");

    private readonly Kind _kind;
    private readonly long _integer;
    private readonly double _floating;

    private JsonNumber(Kind kind, long integer, double floating)
    {
        _kind = kind;
        _integer = integer;
        _floating = floating;
    }

    public bool IsFinite => double.IsFinite(_floating);

    /// <param name="text">A number as the JSON grammar has it.</param>
    public static JsonNumber Parse(ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out long signed, out var consumed) && consumed == text.Length)
        {
            return new JsonNumber(Kind.Signed, signed, 0);
        }
        if (Utf8Parser.TryParse(text, out ulong unsigned, out consumed) && consumed == text.Length)
        {
            return new JsonNumber(Kind.Unsigned, (long)unsigned, 0);
        }
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var floating);
        return new JsonNumber(Kind.Floating, 0, floating);
    }

    /// <summary>Reads a number from the text of a JSON string; white space around it is ignored.</summary>
    public static bool TryParse(string text, out JsonNumber number)
    {
        var trimmed = text.AsSpan().Trim(" \t\r\n");
        number = default;
        if (trimmed.IsEmpty || trimmed.IndexOfAnyExcept(s_characters) >= 0 || !(char.IsAsciiDigit(trimmed[0]) || trimmed[0] == '-')
            || !double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }
        number = Parse(Encoding.UTF8.GetBytes(trimmed.ToString()));
        return true;
    }

    public double ToDouble() => _kind switch
    {
        Kind.Signed => _integer,
        Kind.Unsigned => (ulong)_integer,
        _ => _floating,
    };

    /// <summary>A fraction is cut off.</summary>
    /// <returns>False when the number does not fit.</returns>
    public bool TryToInt64(out long value)
    {
        value = _kind == Kind.Floating ? (long)_floating : _integer;
        // 2^63 itself is a double, the largest long is not.
        return _kind switch
        {
            Kind.Signed => true,
            Kind.Unsigned => false,
            _ => _floating is >= long.MinValue and < -(double)long.MinValue,
        };
    }

    /// <inheritdoc cref="TryToInt64"/>
    public bool TryToUInt64(out ulong value)
    {
        value = _kind == Kind.Floating ? (ulong)_floating : (ulong)_integer;
        return _kind switch
        {
            Kind.Signed => _integer >= 0,
            Kind.Unsigned => true,
            _ => _floating is > -1 and < 2 * -(double)long.MinValue,
        };
    }
}
