using System.Globalization;

namespace Offerbook.Agent.Executors;

/// <summary>Durations as executors read them (API section 4): a number and the largest unit that it has no more than a short fraction of, as in <c>15mins</c> and <c>1.5secs</c>.</summary>
internal static class DurationText
{
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("weeks", 7 * TimeSpan.TicksPerDay), ("days", TimeSpan.TicksPerDay), ("hrs", TimeSpan.TicksPerHour),
        ("mins", TimeSpan.TicksPerMinute), ("secs", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond), ("us", TimeSpan.TicksPerMicrosecond),
    ];

    public static string Of(TimeSpan duration)
    {
        foreach (var (name, ticks) in Units)
        {
            // Below a minute a fraction reads well; above, 1.5mins would be 90secs written worse.
            var fits = ticks >= TimeSpan.TicksPerMinute ? duration.Ticks % ticks == 0 : duration.Ticks % (ticks / 10) == 0;
            if (duration.Ticks >= ticks && fits)
            {
                return (duration.Ticks / (decimal)ticks).ToString("0.#", CultureInfo.InvariantCulture) + name;
            }
        }
        return (duration.Ticks * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture) + "ns";
    }
}
