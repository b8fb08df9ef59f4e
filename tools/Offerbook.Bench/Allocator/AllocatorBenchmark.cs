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
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(2);

    public string Name => "allocator";

    public string Summary => "allocation cycles of the master's allocator alone";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("agents", "1000", "agents, each with cpus, mem, disk and ports"),
        new("frameworks", "100", "frameworks, one role each"),
        new("roles", "1", "top-level roles that the frameworks are spread over"),
        new("quota", "no", "yes: every second role has a limit, every fourth a guarantee"),
        new("distinct", "no", "yes: no two agents have equal resources; otherwise there are 35 makes of agents"),
        new("table", "no",
            "yes: all shapes of the table in docs/operating/performance.md instead, a few minutes; only cycles and seed count"),
        new("filters", "no", "yes: measure too with every pair of framework and agent declined, and what a refusal costs"),
        new("cycles", "100", "measured cycles of each kind, after a quarter as many to warm up"),
        new("seed", "1", "of the shuffling of agents"),
    ];

    public Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        WarmUp(run, cancellation);
        if (IsYes(run, "table"))
        {
            AllocatorTable.Measure(run, cancellation);
            return Task.CompletedTask;
        }

        var cycles = run.Int("cycles");
        var (agents, frameworks) = (run.Int("agents"), run.Int("frameworks"));
        var cluster = new BenchCluster(agents, frameworks, run.Int("roles"), IsYes(run, "quota"), IsYes(run, "distinct"), run.Int("seed"));

        CycleTimes.Measure(run, "cycle_ms", $"all {agents:N0} agents free and handed out", cycles, cancellation, cluster.Run,
            cluster.GiveBackAll);
        CycleTimes.Measure(run, "reoffer_ms", "one agent comes free and is offered", 10 * cycles, cancellation, cluster.GiveBackOneAndRun,
            static () => { });
        CycleTimes.Measure(run, "revive_busy_ms", "a framework revives, nothing is free", cycles, cancellation, cluster.Run,
            cluster.ReviveOne);
        cluster.GiveBackAll();
        cluster.Run();
        CycleTimes.Measure(run, "decline_cycle_ms", "every agent was declined for an hour by who had it, another gets it",
            Math.Min(cycles, Math.Max(4, frameworks / 4)), cancellation, cluster.Run, cluster.DeclineAll);
        if (IsYes(run, "filters"))
        {
            DeclinedPairs.Make(run, cluster, (long)agents * frameworks, cancellation);
            CycleTimes.Measure(run, "filtered_cycle_ms", "all agents free, every pair declined, nothing changed since",
                cycles, cancellation, cluster.Run, cluster.MakeAllCandidates);
            CycleTimes.Measure(run, "filtered_changed_cycle_ms", "the same, but something came back on every agent: all are asked again",
                Math.Min(cycles, 20), cancellation, cluster.Run, cluster.TouchAll);
            CycleTimes.Measure(run, "filtered_reoffer_ms", "something came back on one agent that all declined", 10 * cycles, cancellation,
                cluster.TouchOneAndRun, static () => { });
        }
        else
        {
            cluster.SuppressAll();
            cluster.GiveBackAll();
            cluster.Run();
            CycleTimes.Measure(run, "revive_free_ms", "all are free and suppressed, one framework revives and gets every agent",
                cycles, cancellation, cluster.Run, cluster.ReviveOneAlone);
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// The runtime compiles hot code with care only after it saw it run for a while, on a thread that needs its turn too.
    /// </summary>
    private static void WarmUp(BenchRun run, CancellationToken cancellation)
    {
        run.Progress("warming up");
        var cluster = new BenchCluster(1000, 100, Math.Min(100, run.Int("roles")), IsYes(run, "quota"), IsYes(run, "distinct"),
            run.Int("seed"));
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < WarmUpTime;)
        {
            cancellation.ThrowIfCancellationRequested();
            cluster.Run();
            cluster.GiveBackAll();
        }
    }

    private static bool IsYes(BenchRun run, string option) => run.Text(option) switch
    {
        "yes" => true,
        "no" => false,
        var other => throw new BenchUsageException($"--{option} is yes or no, but is '{other}'."),
    };
}
