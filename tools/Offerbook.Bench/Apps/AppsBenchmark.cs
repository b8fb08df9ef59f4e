using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;

namespace Offerbook.Bench.Apps;

/// <summary>
/// The workloads that Marathon's own performance tests had, run against the real programs and simulated agents; the figures that
/// were published for them stand in the notes. Every workload has a cluster of its own.
/// </summary>
public sealed class AppsBenchmark : IBenchmark
{
    private static readonly string[] Known = ["one", "posts", "group", "rolling", "continuous", "readers", "reads", "beside", "held"];

    public string Name => "apps";

    public string Summary => "the Apps framework: deployments, event readers and a large state, on simulated agents";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("instances", "1000", "instances of the one app; several with commas"),
        new("workload", "one", $"what to run, with commas: {string.Join(", ", Known)}; or all"),
        new("apps", "1000", "apps of the workloads with many, one instance each"),
        new("posts", "10000", "POSTs of the continuous workload"),
        new("parallel", "100", "changes in flight, each until its deployment has ended"),
        new("agents", "100", "simulated agents"),
        new("readers", "1000", "readers of the event stream"),
        new("events", "200", "events a second that they are to hear"),
        new("seconds", "20", "how long readers are measured"),
        new("held-apps", "10000", "apps of the large state"),
        new("held-instances", "10", "instances of each"),
        new("turns", "4", "how often those who deploy beside readers take turns"),
        new("warm", "yes", "whether each cluster deploys a few apps before it is measured"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var wanted = run.Text("workload") == "all" ? Known : run.Text("workload").Split(',');
        if (wanted.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
        {
            throw new BenchUsageException($"--workload does not know '{unknown}'; it knows {string.Join(", ", Known)}, all.");
        }
        foreach (var workload in wanted)
        {
            run.Progress($"workload {workload}");
            await (workload switch
            {
                "one" => OneAppAsync(run, cancellation),
                "posts" => InClusterAsync(run, (cluster, load) => DeployWorkloads.PostsAsync(run, cluster, load, cancellation),
                    cancellation),
                "group" => InClusterAsync(run, (cluster, load) => DeployWorkloads.GroupAsync(run, cluster, load, cancellation),
                    cancellation),
                "rolling" =>
                    InClusterAsync(run, (cluster, load) => DeployWorkloads.RollingAsync(run, cluster, load, cancellation), cancellation),
                "continuous" =>
                    InClusterAsync(run, (cluster, load) => DeployWorkloads.ContinuousAsync(run, cluster, load, cancellation), cancellation),
                "readers" =>
                    InClusterAsync(run, (cluster, load) => ReaderWorkload.RunAsync(run, cluster, load, cancellation), cancellation),
                "reads" => InClusterAsync(run, (cluster, load) => ReadWorkload.RunAsync(run, cluster, load, cancellation), cancellation),
                "beside" => InClusterAsync(run, (cluster, load) => BesideWorkload.RunAsync(run, cluster, load, cancellation), cancellation),
                _ => InClusterAsync(run, (cluster, load) => HeldWorkload.RunAsync(run, cluster, load, cancellation), cancellation),
            });
        }
    }

    private static async Task OneAppAsync(BenchRun run, CancellationToken cancellation)
    {
        var sizes = run.Ints("instances");
        foreach (var instances in sizes)
        {
            await InClusterAsync(run,
                (cluster, load) => DeployWorkloads.OneAppAsync(run, cluster, load, instances, sizes.Count > 1, cancellation), cancellation);
        }
    }

    private static async Task InClusterAsync(BenchRun run, Func<AppsCluster, AppsLoad, Task> measure, CancellationToken cancellation)
    {
        await using var cluster = await AppsCluster.StartAsync(run.Int("agents"), cancellation);
        using var load = new AppsLoad(cluster.Address);
        await load.FollowAsync(cancellation);
        if (run.Text("warm") == "yes")
        {
            // Code that has just started is still being compiled: a server in use is not.
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < 3; i++)
            {
                await load.DeployAsync(HttpMethod.Put, "/v2/apps//warm-up",
                    AppsLoad.App("/warm-up", 200).Replace("sleep", $"sleep {i} {i}; sleep", StringComparison.Ordinal), cancellation);
            }
            await load.DeployAllAsync(
                Enumerable.Range(0, 100).Select(i => (HttpMethod.Post, "/v2/apps", (string?)AppsLoad.App($"/warm/app-{i}", 1))), 20,
                new Latencies(), new Latencies(), cancellation);
            await load.DeployAsync(HttpMethod.Delete, "/v2/apps/warm-up", null, cancellation);
            await load.DeployAsync(HttpMethod.Delete, "/v2/groups/warm", null, cancellation);
            run.Progress($"warmed up in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        }
        await measure(cluster, load);
        if (load.Failed > 0)
        {
            run.Report("deployments_failed", load.Failed, "deployments");
        }
    }
}
