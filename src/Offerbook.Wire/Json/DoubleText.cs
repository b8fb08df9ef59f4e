using System.Buffers.Text;
using System.Globalization;

namespace Offerbook.Wire.Json;

/// <summary>
/// Doubles as RapidJSON prints them, and so Mesos: the shortest digits that read back as the same number, always with a fraction or
/// an exponent: <c>1.0</c>, <c>0.1</c>, <c>1e21</c>, <c>1.5e-7</c>. Plain between 1e-6 and 1e21.
/// Infinities are the strings that the reader understands; "NaN" is not readable, by intention.
/// </summary>
public static class DoubleText
{
    /// <summary>Sign, 21 digits, point and zero would be 24; <c>-0.00000</c> and 17 digits 25; <c>"-Infinity"</c> 11.</summary>
    public const int MaxBytes = 32;

    /// <summary>Below this every integral double is exactly its digits.</summary>
    private const double MaxExactInteger = 1L << 53;

    /// <returns>The bytes written.</returns>
    public static int Format(double value, Span<byte> text)
    {
        if (!double.IsFinite(value))
        {
            var name = double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8;
            name.CopyTo(text);
            return name.Length;
        }
        if (Math.Abs(value) < MaxExactInteger && value == Math.Truncate(value) && (value != 0 || !double.IsNegative(value)))
        {
            Utf8Formatter.TryFormat((long)value, text, out var digits);
            return AppendFraction(text, digits);
        }
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        var exponentAt = text[..length].IndexOf((byte)'E');
        if (exponentAt >= 0)
        {
            return Layout(text, text[..length], exponentAt);
        }
        return text[..length].Contains((byte)'.') ? length : AppendFraction(text, length);
    }

    private static int AppendFraction(Span<byte> text, int length)
    {
        text[length] = (byte)'.';
        text[length + 1] = (byte)'0';
        return length + 2;
    }

    /// <summary>Turns <c>d.dddE±xx</c> into RapidJSON's form of it.</summary>
    private static int Layout(Span<byte> text, ReadOnlySpan<byte> scientific, int exponentAt)
    {
        Span<byte> digits = stackalloc byte[MaxBytes];
        var count = 0;
        foreach (var letter in scientific[..exponentAt])
        {
            if (letter is not ((byte)'.' or (byte)'-'))
            {
                digits[count++] = letter;
            }
        }
        digits = digits[..count];
        var negative = scientific[0] == '-';
        Utf8Parser.TryParse(scientific[(exponentAt + 1)..], out int exponent, out _);
        // The decimal point stands after so many digits.
        var point = exponent + 1;

        var at = negative ? 1 : 0;
        if (point >= count && point <= 21)
        {
            digits.CopyTo(text[at..]);
            text.Slice(at + count, point - count).Fill((byte)'0');
            return AppendFraction(text, at + point);
        }
        if (point is > -6 and <= 0)
        {
            text.Slice(at, 2 - point).Fill((byte)'0');
            text[at + 1] = (byte)'.';
            digits.CopyTo(text[(at + 2 - point)..]);
            return at + 2 - point + count;
        }
        if (point > 0 && point <= 21)
        {
            digits[..point].CopyTo(text[at..]);
            text[at + point] = (byte)'.';
            digits[point..].CopyTo(text[(at + point + 1)..]);
            return at + count + 1;
        }
        text[at++] = digits[0];
        if (count > 1)
        {
            text[at++] = (byte)'.';
            digits[1..].CopyTo(text[at..]);
            at += count - 1;
        }
        text[at++] = (byte)'e';
        Utf8Formatter.TryFormat(exponent, text[at..], out var written);
        return at + written;
    }
}
