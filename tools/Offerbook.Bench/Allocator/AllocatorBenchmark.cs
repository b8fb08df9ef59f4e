using System.Diagnostics;
using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Allocator;

/// <summary>
/// The allocator alone, without wire or journal, in the shapes of the original's own benchmark: a cycle is one run in which every
/// agent is a candidate. What gives offers back between cycles is not timed; what runs inside a cycle, collections of garbage
/// included, is.
/// </summary>
public sealed class AllocatorBenchmark : IBenchmark
{
    // Declining every pair takes agents × frameworks offers: about a million a second.
    private const long MostPairs = 20_000_000;

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(2);

    public string Name => "allocator";

    public string Summary => "allocation cycles of the master's allocator alone";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("agents", "1000", "agents, each with cpus, mem, disk and ports"),
        new("frameworks", "100", "frameworks, one role each"),
        new("roles", "1", "top-level roles that the frameworks are spread over"),
        new("quota", "no", "yes: every second role has a limit, every fourth a guarantee"),
        new("filters", "no", "yes: measure too with every pair of framework and agent declined, and what a refusal costs"),
        new("cycles", "100", "measured cycles of each kind, after a quarter as many to warm up"),
        new("seed", "1", "of the shuffling of agents"),
    ];

    public Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        WarmUp(run, cancellation);
        var cycles = run.Int("cycles");
        var (agents, frameworks) = (run.Int("agents"), run.Int("frameworks"));
        var cluster = new BenchCluster(agents, frameworks, run.Int("roles"), IsYes(run, "quota"), run.Int("seed"));

        Measure(run, "cycle_ms", $"all {agents:N0} agents free and handed out", cycles, cancellation, cluster.Run, cluster.GiveBackAll);
        Measure(run, "reoffer_ms", "one agent comes free and is offered", 10 * cycles, cancellation, cluster.GiveBackOneAndRun, static () => { });
        Measure(run, "revive_busy_ms", "a framework revives, nothing is free", cycles, cancellation, cluster.Run, cluster.ReviveOne);
        cluster.GiveBackAll();
        cluster.Run();
        Measure(run, "decline_cycle_ms", "every agent was declined for an hour by who had it, another gets it",
            Math.Min(cycles, Math.Max(4, frameworks / 4)), cancellation, cluster.Run, cluster.DeclineAll);
        if (IsYes(run, "filters"))
        {
            DeclineAllPairs(run, cluster, (long)agents * frameworks, cancellation);
            Measure(run, "filtered_cycle_ms", "all agents free, every pair declined, nothing changed since",
                cycles, cancellation, cluster.Run, cluster.MakeAllCandidates);
            Measure(run, "filtered_changed_cycle_ms", "the same, but something came back on every agent: all are asked again",
                Math.Min(cycles, 20), cancellation, cluster.Run, cluster.TouchAll);
            Measure(run, "filtered_reoffer_ms", "something came back on one agent that all declined", 10 * cycles, cancellation,
                cluster.TouchOneAndRun, static () => { });
        }
        else
        {
            cluster.SuppressAll();
            cluster.GiveBackAll();
            cluster.Run();
            Measure(run, "revive_free_ms", "all are free and suppressed, one framework revives and gets every agent",
                cycles, cancellation, cluster.Run, cluster.ReviveOneAlone);
        }

        return Task.CompletedTask;
    }

    /// <summary>The runtime compiles hot code with care only after it saw it run for a while, on a thread that needs its turn too.</summary>
    private static void WarmUp(BenchRun run, CancellationToken cancellation)
    {
        run.Progress("warming up");
        var cluster = new BenchCluster(1000, 100, Math.Min(100, run.Int("roles")), IsYes(run, "quota"), run.Int("seed"));
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < WarmUpTime;)
        {
            cancellation.ThrowIfCancellationRequested();
            cluster.Run();
            cluster.GiveBackAll();
        }
    }

    /// <summary>Offers and declines until nobody is left who would be offered anything.</summary>
    private static void DeclineAllPairs(BenchRun run, BenchCluster cluster, long pairs, CancellationToken cancellation)
    {
        run.Progress($"declining {Math.Min(pairs, MostPairs):N0} of {pairs:N0} pairs");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var known = cluster.Filters;
        var started = Stopwatch.GetTimestamp();
        long declined = 0;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            declined += cluster.Offers;
            cluster.DeclineAll();
            cluster.Run();
        }
        while (cluster.Offers > 0 && cluster.Filters < MostPairs);
        run.Report("offers_declined_per_s", declined / Stopwatch.GetElapsedTime(started).TotalSeconds, "1/s", "runs included");
        var made = cluster.Filters - known;
        run.Report("filters", cluster.Filters, "", made < pairs - known ? $"of {pairs:N0} pairs; the others would take far longer than the figures are worth" : "");
        run.Report("bytes_per_filter", made == 0 ? 0 : (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)made, "B");
    }

    private static bool IsYes(BenchRun run, string option) => run.Text(option) switch
    {
        "yes" => true,
        "no" => false,
        var other => throw new BenchUsageException($"--{option} is yes or no, but is '{other}'."),
    };

    /// <summary>
    /// Reports wall time, and beside it the processor time of the thread, which others on the machine disturb less; and what a cycle
    /// allocates.
    /// </summary>
    private static void Measure(BenchRun run, string figure, string note, int cycles, CancellationToken cancellation, Action cycle, Action restore)
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
