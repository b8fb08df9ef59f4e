using System.Globalization;

namespace Offerbook.Agent.Docker;

/// <summary>Sizes as Docker's command line writes them: <c>512m</c>, <c>1.5g</c>, <c>64KB</c>, <c>-1</c>; powers of 1024.</summary>
internal static class ByteSize
{
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        if (text == "-1")
        {
            bytes = -1;
            return true;
        }
        var unit = text.TrimStart("0123456789.".ToCharArray());
        var power = unit.ToLowerInvariant() switch
        {
            "" or "b" => 0,
            "k" or "kb" or "kib" => 1,
            "m" or "mb" or "mib" => 2,
            "g" or "gb" or "gib" => 3,
            "t" or "tb" or "tib" => 4,
            _ => -1,
        };
        if (power < 0
            || !decimal.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var number))
        {
            return false;
        }
        var size = (double)number * Math.Pow(1024, power);
        bytes = size < long.MaxValue ? (long)size : 0;
        return size < long.MaxValue;
    }
}
