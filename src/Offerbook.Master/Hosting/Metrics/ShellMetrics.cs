using Offerbook.Coordination.Hosting;
using Offerbook.Master.Http;
using Offerbook.Master.Operator.Metrics;

namespace Offerbook.Master.Hosting.Metrics;

/// <summary>What the master's shell measures: the event loop, the journal, the machine. Known also while no view can be had.</summary>
internal static class ShellMetrics
{
    /// <summary>What a standby knows too.</summary>
    public static void AddTo(IMetricSink sink, MasterProcess process, bool leads)
    {
        sink.Add(MetricKind.Gauge, "master/uptime_secs", process.Uptime.TotalSeconds);
        sink.Add(MetricKind.Gauge, "master/elected", leads ? 1 : 0);
        sink.Add(MetricKind.Gauge, "master/scheduler_streams", process.Schedulers.Taken);
        sink.Add(MetricKind.Gauge, "master/agent_streams", process.AgentStreams.Taken);
        if (process.Store?.Reading is { } store)
        {
            AddTo(sink, store);
        }
        process.Calls.AddTo(sink);
        MemoryMetrics.AddTo(sink);
        SystemMetrics.AddTo(sink);
    }

    public static void AddTo(IMetricSink sink, RunningMaster master)
    {
        var loop = master.EventLoop;
        var now = loop.Now;
        // Everything that waits came over HTTP: there is one queue, and the original's names for three.
        sink.Add(MetricKind.Gauge, "master/event_queue_messages", 0, "");
        sink.Add(MetricKind.Gauge, "master/event_queue_dispatches", 0, "");
        sink.Add(MetricKind.Gauge, "master/event_queue_http_requests", master.Runner.QueueDepth, "mailbox_depth");
        sink.Add("allocator/mesos/allocation_run_ms", loop.AllocationRuns.Summarize(now), "allocator_run_ms");
        sink.Add("allocator/mesos/allocation_run_latency_ms", loop.AllocationLatency.Summarize(now), "allocator_run_latency_ms");
        sink.Add(MetricKind.Gauge, "registrar/queued_operations", master.Runner.WaitingEvents, "journal_waiting_events");
        sink.Add(MetricKind.Gauge, "registrar/registry_size_bytes", master.Journal.SizeBytes(), "journal_size_bytes");
        sink.Add(MetricKind.Gauge, "registrar/state_fetch_ms", master.Journal.RecoveryTime.TotalMilliseconds, "journal_recovery_ms");
        sink.Add("registrar/state_store_ms", loop.Appends.Summarize(now), "journal_append_ms");
        sink.Add(MetricKind.Gauge, "registrar/log/recovered", 1, "");
        sink.Add(MetricKind.Gauge, "registrar/log/ensemble_size", 1, "");
        sink.Add(MetricKind.Counter, "master/http_cache_hits", master.Reads.Hits, "");
        if (master.Proof is { } proof)
        {
            sink.Add(MetricKind.Counter, "master/leadership_pauses", proof.Gaps);
        }
        AddTurns(sink, loop);
        master.Book.AddTo(sink);
    }

    private static void AddTo(IMetricSink sink, StoreReading store)
    {
        if (store.Commit is { } commit)
        {
            sink.Add(MetricKind.Gauge, "registrar/store_path_ms", commit.TotalMilliseconds, "store_path_ms");
        }
        sink.Add(MetricKind.Gauge, "registrar/store_slow", store.IsSlow ? 1 : 0, "store_slow");
        sink.Add(MetricKind.Counter, "master/store_hand_overs", store.HandOvers);
    }

    private static void AddTurns(IMetricSink sink, EventLoopObserver loop)
    {
        foreach (var (message, turns) in loop.Turns)
        {
            sink.Add($"master/event_loop/turns/{message}", turns.ToHistogram(), "turn_seconds", new MetricLabel("message", message));
            sink.Add(MetricKind.Gauge, $"master/event_loop/turns/{message}/longest_secs", turns.Longest.TotalSeconds,
                "longest_turn_seconds",
                new MetricLabel("message", message));
        }
        var slow = 0L;
        foreach (var (message, count) in loop.SlowTurns)
        {
            slow += count;
            sink.Add(MetricKind.Counter, $"master/event_loop/slow_turns/{message}", count, "slow_turns",
                new MetricLabel("message", message));
        }
        sink.Add(MetricKind.Counter, "master/event_loop/slow_turns", slow, "");
    }
}
