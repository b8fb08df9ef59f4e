using Offerbook.Master.Operator.Metrics;

namespace Offerbook.Master.Hosting.Metrics;

/// <summary>
/// How long the turns of one type of message took. Written by the turn loop alone; read by anybody, each number by itself.
/// </summary>
internal sealed class TurnStatistics
{
    /// <summary>
    /// Upper bounds of the buckets in microseconds; one more takes the rest. From a cheap turn to one that clients notice.
    /// </summary>
    private static readonly int[] s_boundsMicros = [10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000];

    private static readonly double[] s_bounds = [.. s_boundsMicros.Select(micros => micros / 1e6)];

    private readonly long[] _buckets = new long[s_boundsMicros.Length + 1];
    private long _ticks;
    private long _longestTicks;

    /// <summary>The longest of all, exactly; zero when there was none.</summary>
    public TimeSpan Longest => new(Volatile.Read(ref _longestTicks));

    public Histogram ToHistogram() => new(s_bounds, [.. Enumerable.Range(0, _buckets.Length).Select(i => Volatile.Read(ref _buckets[i]))],
        new TimeSpan(Volatile.Read(ref _ticks)).TotalSeconds);

    public void Record(TimeSpan duration)
    {
        var bucket = 0;
        while (bucket < s_boundsMicros.Length && duration.Ticks > s_boundsMicros[bucket] * TimeSpan.TicksPerMicrosecond)
        {
            bucket++;
        }
        _buckets[bucket]++;
        _ticks += duration.Ticks;
        _longestTicks = Math.Max(_longestTicks, duration.Ticks);
    }
}
