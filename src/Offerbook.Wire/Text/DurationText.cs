using System.Globalization;

namespace Offerbook.Wire.Text;

/// <summary>Durations as flags and queries write them: a number and a unit, <c>15secs</c>, <c>1.5mins</c>, <c>10ms</c>.</summary>
public static class DurationText
{
    private static readonly (string Unit, double Seconds)[] Units =
    [
        ("weeks", 604_800), ("days", 86_400), ("hrs", 3_600), ("mins", 60), ("secs", 1), ("ms", 0.001), ("us", 1e-6), ("ns", 1e-9),
    ];

    /// <summary>Longer ones are of no use and would overflow sums: ten thousand years.</summary>
    private const double MaxSeconds = 3.2e11;

    /// <param name="wrong">Why it is no duration, as the end of a sentence without a full stop.</param>
    public static bool TryParse(string text, out TimeSpan duration, out string wrong)
    {
        duration = default;
        wrong = $"Invalid duration '{text}'";
        var letters = text.AsSpan().IndexOfAnyExcept("0123456789.+-eE");
        if (letters <= 0)
        {
            return false;
        }
        // "3e" would be cut within the unit's name; no unit begins with e.
        var unit = text[letters..];
        var seconds = Units.FirstOrDefault(known => known.Unit == unit).Seconds;
        if (seconds == 0)
        {
            wrong = $"Unknown duration unit '{unit}': choose from {string.Join(", ", Units.Select(known => known.Unit).Reverse())}";
            return false;
        }
        if (!double.TryParse(text.AsSpan(0, letters), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number * seconds) > MaxSeconds)
        {
            return false;
        }
        duration = TimeSpan.FromSeconds(number * seconds);
        return true;
    }

    /// <summary>The largest unit that divides evenly: <c>15secs</c>, <c>10mins</c>, <c>1500ms</c>.</summary>
    public static string Of(TimeSpan duration)
    {
        foreach (var (unit, seconds) in Units)
        {
            var ticks = (long)(seconds * TimeSpan.TicksPerSecond);
            if (ticks > 0 && duration.Ticks >= ticks && duration.Ticks % ticks == 0)
            {
                return (duration.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }
        return duration.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "secs";
    }
}
