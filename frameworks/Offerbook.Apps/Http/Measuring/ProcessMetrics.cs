using System.Diagnostics;

namespace Offerbook.Apps.Http.Measuring;

/// <summary>
/// What there is to tell of the process, under the names that the original gives to its virtual machine: dashboards stop at the first
/// name that is missing. What this runtime does not have (buffer pools, states of threads beyond running and waiting) is zero, and
/// what is not bounded or not known beforehand is -1, as there.
/// </summary>
internal static class ProcessMetrics
{
    private const string Bytes = ".gauge.bytes";

    public static IEnumerable<Metric> Read()
    {
        var memory = GC.GetGCMemoryInfo();
        var (heap, committed) = (GC.GetTotalMemory(false), memory.TotalCommittedBytes);
        using var process = Process.GetCurrentProcess();
        var resident = process.WorkingSet64;
        var others = Math.Max(0, resident - committed);
        var (running, waiting) = Threads(process);
        return
        [
            Gauge("buffers.mapped.gauge", 0), Gauge("buffers.mapped.capacity" + Bytes, 0), Gauge("buffers.mapped.memory.used" + Bytes, 0),
            Gauge("buffers.direct.gauge", 0), Gauge("buffers.direct.capacity" + Bytes, 0), Gauge("buffers.direct.memory.used" + Bytes, 0),
            Gauge("gc.dotnet.collections.gauge", GC.CollectionCount(0)),
            Gauge("gc.dotnet.collections.duration.gauge.seconds", GC.GetTotalPauseDuration().TotalSeconds),
            .. Memory("total", heap + others, committed + others, memory.TotalAvailableMemoryBytes),
            .. Memory("heap", heap, committed, memory.TotalAvailableMemoryBytes),
            Gauge("memory.heap.usage.gauge", memory.TotalAvailableMemoryBytes > 0 ? (double)heap / memory.TotalAvailableMemoryBytes : 0),
            .. Memory("non-heap", others, others, -1),
            Gauge("memory.non-heap.usage.gauge", -1),
            Gauge("threads.active.gauge", running + waiting),
            Gauge("threads.daemon.gauge", ThreadPool.ThreadCount),
            Gauge("threads.runnable.gauge", running),
            Gauge("threads.waiting.gauge", waiting),
            .. ((string[])["blocked", "deadlocked", "new", "terminated", "timed-waiting"])
            .Select(state => Gauge($"threads.{state}.gauge", 0)),
        ];
    }

    private static (int Running, int Waiting) Threads(Process process)
    {
        var (running, waiting) = (0, 0);
        foreach (ProcessThread thread in process.Threads)
        {
            using (thread)
            {
                if (IsRunning(thread))
                {
                    running++;
                }
                else
                {
                    waiting++;
                }
            }
        }
        return (running, waiting);
    }

    private static bool IsRunning(ProcessThread thread)
    {
        try
        {
            return thread.ThreadState == System.Diagnostics.ThreadState.Running;
        }
        catch (InvalidOperationException)
        {
            // It has ended since they were listed.
            return false;
        }
    }

    private static Metric[] Memory(string part, double used, double committed, double most) =>
    [
        Gauge($"memory.{part}.init{Bytes}", -1),
        Gauge($"memory.{part}.used{Bytes}", used),
        Gauge($"memory.{part}.max{Bytes}", most),
        Gauge($"memory.{part}.committed{Bytes}", committed),
    ];

    private static Metric Gauge(string name, double value) => new("marathon.jvm." + name, MetricKind.Gauge, value);
}
