using System.Globalization;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Amounts of bytes as flags write them, <c>2GB</c>, beyond what 32 bits hold.</summary>
internal static class ByteSizes
{
    private static readonly (string Unit, long Size)[] Units = [("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10),
        ("B", 1L)];

    /// <exception cref="FormatException">The text is no such amount, or too small.</exception>
    public static long Parse(string text, long least)
    {
        foreach (var (unit, size) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= long.MaxValue / size && number * size >= least)
            {
                return number * size;
            }
        }
        throw new FormatException($"expecting a number of bytes with a unit (B, KB, MB, GB, TB), at least {least}B, not '{text}'");
    }

    public static string Of(long bytes)
    {
        var (unit, size) = Array.Find(Units, known => bytes >= known.Size && bytes % known.Size == 0);
        return size == 0 ? "0B" : $"{bytes / size}{unit}";
    }
}
