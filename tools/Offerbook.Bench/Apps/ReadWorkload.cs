using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;

namespace Offerbook.Bench.Apps;

/// <summary>Readers of lists while nothing else happens.</summary>
internal static class ReadWorkload
{
    public const string AllEmbeds =
        "/v2/groups?embed=group.groups&embed=group.apps&embed=group.pods&embed=group.apps.tasks&embed=group.apps.counts"
        + "&embed=group.apps.deployments&embed=group.apps.readiness&embed=group.apps.lastTaskFailure&embed=group.apps.taskStats";

    private const int Readers = 10;

    public static async Task RunAsync(BenchRun run, AppsCluster cluster, AppsLoad load, CancellationToken cancellation)
    {
        var apps = run.Int("apps");
        await load.DeployAsync(HttpMethod.Put, "/v2/groups/many", DeployWorkloads.GroupOf("/many", apps, 1), cancellation);
        await ReadAsync(run, cluster, load, "apps", "/v2/apps", "GET /v2/apps, 1.9: 123/s of 1,000 apps without instances", cancellation);
        await ReadAsync(run, cluster, load, "groups", AllEmbeds, "GET /v2/groups with all embeds, 1.6: 40/s, mean 249 ms", cancellation);
    }

    private static async Task ReadAsync(BenchRun run, AppsCluster cluster, AppsLoad load, string name, string path, string note,
        CancellationToken cancellation)
    {
        await load.GetAsync(path, cancellation);
        var (_, bytes) = await load.GetAsync(path, cancellation);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        reading.CancelAfter(TimeSpan.FromSeconds(5));
        var (latencies, cost, began) = (new Latencies(), new Cost(cluster), Stopwatch.GetTimestamp());
        await ReadAllAsync(load, path, latencies, reading.Token);
        run.Report($"get_{name}", latencies.Count / Stopwatch.GetElapsedTime(began).TotalSeconds, "requests/s",
            $"{note}; {bytes / 1024:N0} KiB each");
        latencies.Report(run, $"get_{name}", $"{Readers} clients");
        cost.Report(run, $"get_{name}", Math.Max(1, latencies.Count), "request");
    }

    private static async Task ReadAllAsync(AppsLoad load, string path, Latencies latencies, CancellationToken until) => await Task.WhenAll(
        Enumerable.Range(0, Readers).Select(async _ =>
        {
            try
            {
                while (true)
                {
                    var (took, _) = await load.GetAsync(path, until);
                    lock (latencies)
                    {
                        latencies.Add(took);
                    }
                }
            }
            catch (OperationCanceledException) when (until.IsCancellationRequested)
            {
                // Time is up.
            }
        }));
}
