using System.Diagnostics;
using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Allocator;

/// <summary>Every framework has declined every agent, for an hour.</summary>
internal static class DeclinedPairs
{
    // Declining every pair takes agents × frameworks offers: about a million a second.
    private const long Most = 20_000_000;

    /// <summary>
    /// Offers and declines until nobody is left who would be offered anything, or there are 20 million refusals; says what one costs.
    /// </summary>
    public static void Make(BenchRun run, BenchCluster cluster, long pairs, CancellationToken cancellation)
    {
        run.Progress($"declining {Math.Min(pairs, Most):N0} of {pairs:N0} pairs");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var known = cluster.Filters;
        var started = Stopwatch.GetTimestamp();
        var declined = Fill(cluster, cancellation);
        run.Report("offers_declined_per_s", declined / Stopwatch.GetElapsedTime(started).TotalSeconds, "1/s", "runs included");
        var made = cluster.Filters - known;
        run.Report("filters", cluster.Filters, "", made < pairs - known
            ? $"of {pairs:N0} pairs; the others would take far longer than the figures are worth" : "");
        run.Report("bytes_per_filter", made == 0 ? 0 : (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)made, "B");
    }

    /// <returns>How many offers were declined.</returns>
    public static long Fill(BenchCluster cluster, CancellationToken cancellation)
    {
        long declined = 0;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            declined += cluster.Offers;
            cluster.DeclineAll();
            cluster.Run();
        }
        while (cluster.Offers > 0 && cluster.Filters < Most);
        return declined;
    }
}
