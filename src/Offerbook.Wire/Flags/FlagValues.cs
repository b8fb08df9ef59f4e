using System.Globalization;
using Offerbook.Wire.Text;

namespace Offerbook.Wire.Flags;

/// <summary>
/// Reads the values of flags as the original writes them. Each throws <see cref="FormatException"/> with what was expected.
/// </summary>
public static class FlagValues
{
    public static bool Switch(string text) => text switch
    {
        "true" or "1" or "" => true,
        "false" or "0" => false,
        _ => throw new FormatException($"expecting true or false, not '{text}'"),
    };

    public static string Of(bool value) => value ? "true" : "false";

    public static int Count(string text, int least, int most = int.MaxValue) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= least && count <= most
            ? count
            : throw new FormatException($"expecting a whole number from {least}{(most < int.MaxValue ? $" to {most}" : "")}, not '{text}'");

    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static TimeSpan Duration(string text, TimeSpan least, TimeSpan? most = null)
    {
        if (!DurationText.TryParse(text, out var duration, out var wrong))
        {
            throw new FormatException(char.ToLowerInvariant(wrong[0]) + wrong[1..]);
        }
        return duration >= least && (most is null || duration <= most)
            ? duration
            : throw new FormatException(
                $"expecting at least {DurationText.Of(least)}{(most is { } bound ? $" and at most {DurationText.Of(bound)}" : "")}, "
                + $"not '{text}'");
    }

    public static string Of(TimeSpan value) => DurationText.Of(value);

    /// <summary>A share as a percentage: <c>20%</c>.</summary>
    public static double Percent(string text) =>
        text.EndsWith('%')
            && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var percent) && percent is >= 0 and <= 100
            ? percent / 100
            : throw new FormatException($"expecting a percentage from 0% to 100%, not '{text}'");

    public static double Share(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? share
            : throw new FormatException($"expecting a number from 0 to 1, not '{text}'");

    public static string Of(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Bytes with a unit: <c>4KB</c>.</summary>
    public static int Bytes(string text)
    {
        foreach (var (unit, size) in new[] { ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10), ("B", 1L) })
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number > 0 && number <= int.MaxValue / size)
            {
                return (int)(number * size);
            }
        }
        throw new FormatException($"expecting a number of bytes with a unit (B, KB, MB, GB), not '{text}'");
    }

    public static string OfBytes(int value) => value % 1024 == 0 ? $"{value / 1024}KB" : $"{value}B";

    public static IReadOnlyList<string> List(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
