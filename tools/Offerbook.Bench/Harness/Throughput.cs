using System.Diagnostics;

namespace Offerbook.Bench.Harness;

/// <summary>Measures how often an action can be done, over several passes after a warm-up.</summary>
public static class Throughput
{
    /// <param name="Median">Times a second, in the pass in the middle.</param>
    /// <param name="Best">Times a second, in the best pass.</param>
    /// <param name="AllocatedBytes">Per time.</param>
    public readonly record struct Result(double Median, double Best, double AllocatedBytes);

    /// <param name="passTime">How long a pass lasts; the warm-up lasts two, so that the code is compiled in its final form.</param>
    public static Result Measure(Action action, int passes, TimeSpan passTime)
    {
        Pass(action, 2 * passTime, out _);
        var rates = new double[passes];
        var allocated = 0.0;
        for (var i = 0; i < passes; i++)
        {
            rates[i] = Pass(action, passTime, out allocated);
        }
        Array.Sort(rates);
        return new Result(rates[passes / 2], rates[^1], allocated);
    }

    private static double Pass(Action action, TimeSpan passTime, out double allocatedBytes)
    {
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        long times = 0;
        TimeSpan elapsed;
        do
        {
            action();
            times++;
            elapsed = Stopwatch.GetElapsedTime(started);
        }
        while (elapsed < passTime);
        allocatedBytes = (GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / (double)times;
        return times / elapsed.TotalSeconds;
    }
}
