namespace Offerbook.Bench.Tasks;

/// <summary>What was measured of one run.</summary>
internal sealed class TaskTimes(int count)
{
    public int Count { get; } = count;

    public TimeSpan Elapsed { get; set; }

    /// <summary>From making the ACCEPT until TASK_RUNNING was read.</summary>
    public List<TimeSpan> Running { get; } = [];

    public double PerSecond => Count / Elapsed.TotalSeconds;

    public double RunningMs(double percentile)
    {
        var sorted = Running.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(percentile * sorted.Count))].TotalMilliseconds;
    }
}
