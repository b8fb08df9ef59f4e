using Offerbook.Actors.Hosting;
using Offerbook.Master.Operator.Metrics;

namespace Offerbook.Master.Hosting.Metrics;

/// <summary>What the process has of the machine's memory, and how much of it is in use.</summary>
internal static class MemoryMetrics
{
    public static void AddTo(IMetricSink sink)
    {
        var heap = HeapKeeper.Read();
        sink.Add(MetricKind.Gauge, "process/resident_bytes", Environment.WorkingSet);
        sink.Add(MetricKind.Gauge, "process/heap_live_bytes", heap.Live);
        sink.Add(MetricKind.Gauge, "process/heap_committed_bytes", heap.Committed);
        sink.Add(MetricKind.Counter, "process/heap_allocated_bytes", heap.Allocated);
        sink.Add(MetricKind.Counter, "process/heap_full_collections", heap.FullCollections);
        sink.Add(MetricKind.Counter, "process/heap_pause_ms", GC.GetTotalPauseDuration().TotalMilliseconds);
    }
}
