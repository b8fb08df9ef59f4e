using System.Globalization;
using Mesos.V1;
using Attribute = Mesos.V1.Attribute;

namespace Offerbook.Agent.Registration;

/// <summary>Attributes in the text form of the agent's flag: <c>rack:a;zone:b;weight:2.5;span:[1-3]</c>.</summary>
public static class AttributeText
{
    /// <exception cref="FormatException">The text is wrong; the message says where and what to write.</exception>
    public static IReadOnlyList<Attribute> Parse(string text) =>
        [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    private static Attribute ParseOne(string part)
    {
        var colon = part.IndexOf(':');
        if (colon <= 0 || colon == part.Length - 1)
        {
            throw new FormatException(
                $"Attribute '{part}' must have the form NAME:VALUE, for instance rack:a; several are joined with ';'");
        }
        var (name, value) = (part[..colon].Trim(), part[(colon + 1)..].Trim());
        if (value.StartsWith('['))
        {
            return new Attribute { Name = name, Type = Value.Types.Type.Ranges, Ranges = ParseRanges(part, value) };
        }
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? new Attribute { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = number } }
            : new Attribute { Name = name, Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = value } };
    }

    private static Value.Types.Ranges ParseRanges(string part, string value)
    {
        var ranges = new Value.Types.Ranges();
        foreach (var range in value.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries))
        {
            if (range.Split('-') is not [var first, var last]
                || !ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var begin)
                || !ulong.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                || begin > end || !value.EndsWith(']'))
            {
                throw new FormatException($"Attribute '{part}' must list ranges like [1-3,7-9]");
            }
            ranges.Range.Add(new Value.Types.Range { Begin = begin, End = end });
        }
        return ranges;
    }
}
