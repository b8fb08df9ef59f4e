using System.Diagnostics;
using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Allocator;

/// <summary>
/// The allocator alone, without wire or journal: cycles over a cluster of plain agents, whose frameworks are spread over roles.
/// What gives offers back between cycles is not timed; what runs inside a cycle, collections of garbage included, is.
/// </summary>
public sealed class AllocatorBenchmark : IBenchmark
{
    public string Name => "allocator";

    public string Summary => "allocation cycles of the master's allocator alone";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("agents", "1000", "agents, each with cpus, mem, disk and ports"),
        new("frameworks", "100", "frameworks, one role each"),
        new("roles", "10", "top-level roles that the frameworks are spread over"),
        new("cycles", "200", "measured cycles of each kind, after a quarter as many to warm up"),
        new("seed", "1", "of the shuffling of agents"),
    ];

    public Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var cycles = run.Int("cycles");
        var cluster = new BenchCluster(run.Int("agents"), run.Int("frameworks"), run.Int("roles"), run.Int("seed"));
        var count = cluster.Agents.Count;

        Measure(run, "full_cycle", $"all {count:N0} agents free, each handed out whole", cycles, cancellation, cluster.Run, cluster.GiveBackAll);
        Measure(run, "single_event", "one agent comes free", 10 * cycles, cancellation, cluster.GiveBackOneAndRun, static () => { });
        Measure(run, "revive_when_all_is_taken", "a framework revives, nothing is free", cycles, cancellation, cluster.Run, cluster.ReviveOne);
        cluster.GiveBackAll();
        Measure(run, "decline_cycle", "the holder of each agent declines it for an hour, another gets it", Math.Min(cycles, 40), cancellation, cluster.Run, cluster.DeclineAll);
        cluster.SuppressAll();
        cluster.GiveBackAll();
        cluster.Run();
        Measure(run, "revive_when_all_is_free", "all are free and suppressed, one framework revives and gets every agent", cycles, cancellation, cluster.Run, cluster.ReviveOneAlone);
        return Task.CompletedTask;
    }

    private static void Measure(BenchRun run, string figure, string note, int cycles, CancellationToken cancellation, Action cycle, Action restore)
    {
        run.Progress(figure);
        var times = new double[cycles];
        var warmUp = cycles / 4;
        for (var i = -warmUp; i < cycles; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            restore();
            var started = Stopwatch.GetTimestamp();
            cycle();
            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }

        Array.Sort(times);
        run.Report(figure + "_p50", times[cycles / 2], "ms", note);
        run.Report(figure + "_p99", times[Math.Min(cycles - 1, cycles * 99 / 100)], "ms");
    }
}
