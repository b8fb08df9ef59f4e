using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Allocator;

/// <summary>All the shapes that cycles have goals for, one after the other.</summary>
internal static class AllocatorTable
{
    // Declining every pair is measured up to ten million of them.
    private const int MostPairs = 10_000_000;

    private static readonly (int Agents, int Frameworks)[] Sizes = [(1000, 100), (10_000, 1000), (20_000, 2000), (50_000, 6000)];

    public static void Measure(BenchRun run, CancellationToken cancellation)
    {
        foreach (var (agents, frameworks) in Sizes)
        {
            var size = $"{agents / 1000}kx{(frameworks < 1000 ? frameworks : frameworks / 1000)}{(frameworks < 1000 ? "" : "k")}";
            Measure(run, size + "_1role", new BenchCluster(agents, frameworks, 1, quota: false, distinct: false, run.Int("seed")),
                frameworks, cancellation);
            Measure(run, size + "_100roles", new BenchCluster(agents, frameworks, 100, quota: false, distinct: false, run.Int("seed")),
                frameworks, cancellation);
            Measure(run, size + "_quota", new BenchCluster(agents, frameworks, 100, quota: true, distinct: false, run.Int("seed")),
                frameworks, cancellation);
            Measure(run, size + "_distinct", new BenchCluster(agents, frameworks, 100, quota: false, distinct: true, run.Int("seed")),
                frameworks, cancellation);
            if ((long)agents * frameworks <= MostPairs)
            {
                var cluster = new BenchCluster(agents, frameworks, 100, quota: false, distinct: false, run.Int("seed"));
                cluster.Run();
                DeclinedPairs.Fill(cluster, cancellation);
                CycleTimes.Measure(run, size + "_all_pairs_declined_ms",
                    "100 roles, every pair declined, and something small came back on every agent: all are asked",
                    run.Int("cycles"), cancellation, cluster.Run, cluster.TouchAll);
            }
        }
    }

    private static void Measure(BenchRun run, string shape, BenchCluster cluster, int frameworks, CancellationToken cancellation)
    {
        // The cluster before is garbage by now, and not this one's to collect.
        GC.Collect();
        var cycles = run.Int("cycles");
        CycleTimes.Measure(run, shape + "_ms", "every agent is free and handed out", cycles, cancellation, cluster.Run,
            cluster.GiveBackAll);
        CycleTimes.Measure(run, shape + "_declined_ms", "every agent was declined for an hour by who had it, another gets it",
            Math.Min(cycles, Math.Max(4, frameworks / 4)), cancellation, cluster.Run, cluster.DeclineAll);
    }
}
