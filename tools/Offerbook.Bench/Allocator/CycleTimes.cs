using System.Diagnostics;
using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Allocator;

/// <summary>Times cycles, each after its cluster was restored, which is not timed.</summary>
internal static class CycleTimes
{
    /// <summary>
    /// Reports wall time, and beside it the processor time of the thread, which others on the machine disturb less; and what a cycle
    /// allocates.
    /// </summary>
    public static void Measure(BenchRun run, string figure, string note, int cycles, CancellationToken cancellation, Action cycle,
        Action restore)
    {
        run.Progress(figure);
        var (wall, cpu) = (new double[cycles], new double[cycles]);
        long allocated = 0;
        var warmUp = Math.Max(1, cycles / 4);
        for (var i = -warmUp; i < cycles; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            restore();
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var computed = ThreadTime.Now;
            var started = Stopwatch.GetTimestamp();
            cycle();
            if (i >= 0)
            {
                wall[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                cpu[i] = (ThreadTime.Now - computed).TotalMilliseconds;
                allocated += GC.GetAllocatedBytesForCurrentThread() - bytes;
            }
        }

        Report(run, figure, wall, note);
        Report(run, figure.Replace("_ms", "_cpu_ms", StringComparison.Ordinal), cpu, "the same, processor time of the thread");
        run.Report(figure.Replace("_ms", "_bytes", StringComparison.Ordinal), allocated / (double)cycles, "B", "allocated a cycle");
    }

    private static void Report(BenchRun run, string figure, double[] times, string note)
    {
        Array.Sort(times);
        run.Report(figure + "_min", times[0], "ms", note);
        run.Report(figure + "_p50", times[times.Length / 2], "ms");
        run.Report(figure + "_p99", times[Math.Min(times.Length - 1, times.Length * 99 / 100)], "ms");
    }
}
