using System.Diagnostics;
using System.Globalization;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;

namespace Offerbook.Bench.Apps;

/// <summary>
/// Workloads that deploy. Each reports the time from request to deployment_success and the processor time of each program.
/// </summary>
internal static class DeployWorkloads
{
    /// <summary>Published with Marathon 1.4 for 5 agents: seconds for 100, 500 and 1,000.</summary>
    private const string OneApp = "Marathon 1.4: 100 in 2.3 s, 500 in 38.5 s, 1,000 stopped at 832 after 20 min 47 s";
    private const string Posts = "Marathon 1.4: 100 in 26.8 s, 500 in 4 min 35 s, 1,000 stopped at 832 after 41 min 39 s";
    private const string Group = "Marathon 1.4: 100 in 8.7 s, 500 in 34.2 s, 1,000 in 72 s with an error";

    /// <param name="named">Whether the figure's name says how many instances, because there are several.</param>
    public static async Task OneAppAsync(BenchRun run, AppsCluster cluster, AppsLoad load, int instances, bool named,
        CancellationToken cancellation)
    {
        run.Progress($"one app of {instances} instances");
        var name = named ? string.Create(CultureInfo.InvariantCulture, $"deploy_{instances}") : "deploy";
        var cost = new Cost(cluster);
        var took = await load.DeployAsync(HttpMethod.Post, "/v2/apps", AppsLoad.App("/one", instances), cancellation);
        run.Report(name + "_s", took.TotalSeconds, "s", $"one app of {instances:N0} instances, POST to deployment_success. {OneApp}");
        cost.Report(run, name, instances, "instance");
        cost = new Cost(cluster);
        took = await load.DeployAsync(HttpMethod.Delete, "/v2/apps//one", null, cancellation);
        run.Report(name + "_delete", took.TotalSeconds, "s", "the same app, DELETE to deployment_success");
        cost.Report(run, name + "_delete", instances, "instance");
        run.Report(name + "_apps_resident", cluster.AppsResidentMiB, "MiB", "of Apps after that");
    }

    public static async Task PostsAsync(BenchRun run, AppsCluster cluster, AppsLoad load, CancellationToken cancellation)
    {
        var apps = run.Int("apps");
        var (ended, answered, cost) = (new Latencies(), new Latencies(), new Cost(cluster));
        var began = Stopwatch.GetTimestamp();
        await load.DeployAllAsync(Creations("/posts", apps), run.Int("parallel"), ended, answered, cancellation);
        run.Report("posts", Stopwatch.GetElapsedTime(began).TotalSeconds, "s",
            $"{apps:N0} apps, one POST each, {run.Int("parallel")} in flight. {Posts}");
        ended.Report(run, "posts_deployed", "one POST to its deployment_success");
        answered.Report(run, "posts_answered", "one POST to its answer");
        cost.Report(run, "posts", apps, "app");
    }

    public static async Task GroupAsync(BenchRun run, AppsCluster cluster, AppsLoad load, CancellationToken cancellation)
    {
        var apps = run.Int("apps");
        var cost = new Cost(cluster);
        var took = await load.DeployAsync(HttpMethod.Put, "/v2/groups/many", GroupOf("/many", apps, 1), cancellation);
        run.Report("group", took.TotalSeconds, "s", $"one group of {apps:N0} apps, PUT to deployment_success. {Group}");
        cost.Report(run, "group", apps, "app");
        took = await load.DeployAsync(HttpMethod.Delete, "/v2/groups/many", null, cancellation);
        run.Report("group_delete", took.TotalSeconds, "s", "the same group, DELETE to deployment_success");
    }

    public static async Task RollingAsync(BenchRun run, AppsCluster cluster, AppsLoad load, CancellationToken cancellation)
    {
        var instances = run.Ints("instances")[0];
        string Version(int version) =>
            $$"""
            {"id":"/rolling","cmd":"sleep {{version}}000000","cpus":0.005,"mem":32,"instances":{{instances}},"backoffSeconds":0,"backoffFactor":1,
             "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0.5} }
            """;
        await load.DeployAsync(HttpMethod.Put, "/v2/apps//rolling", Version(1), cancellation);
        var cost = new Cost(cluster);
        var took = await load.DeployAsync(HttpMethod.Put, "/v2/apps//rolling", Version(2), cancellation);
        run.Report("rolling", took.TotalSeconds, "s",
            $"rolling update of {instances:N0} instances at 0.5 capacity, PUT to deployment_success; nothing published");
        cost.Report(run, "rolling", instances, "instance");
    }

    public static async Task ContinuousAsync(BenchRun run, AppsCluster cluster, AppsLoad load, CancellationToken cancellation)
    {
        var posts = run.Int("posts");
        var (ended, answered, reads, cost) = (new Latencies(), new Latencies(), new Latencies(), new Cost(cluster));
        using var polling = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var poller = PollAsync(load, reads, polling.Token);
        var began = Stopwatch.GetTimestamp();
        await load.DeployAllAsync(Creations("/continuous", posts), run.Int("parallel"), ended, answered, cancellation);
        var took = Stopwatch.GetElapsedTime(began);
        await polling.CancelAsync();
        await poller;
        run.Report("continuous", took.TotalSeconds, "s",
            $"{posts:N0} POSTs, {run.Int("parallel")} in flight; the original's job had 60 min for 10,000");
        run.Report("continuous_rate", posts / took.TotalSeconds, "apps/s", "Marathon 1.4: about 1.8 apps/s");
        ended.Report(run, "continuous_deployed", "one POST to its deployment_success");
        answered.Report(run, "continuous_answered", "one POST to its answer");
        reads.Report(run, "continuous_groups", "GET /v2/groups with eight embeds, once a second meanwhile");
        cost.Report(run, "continuous", posts, "app");
        run.Report("continuous_apps_resident", cluster.AppsResidentMiB, "MiB", "of Apps after that");
    }

    public static string GroupOf(string id, int apps, int instances) =>
        $$"""{"id":"{{id}}","apps":[{{string.Join(',', Enumerable.Range(0, apps).Select(i => AppsLoad.App($"{id}/app-{i:d5}", instances)))}}]}""";

    private static IEnumerable<(HttpMethod, string, string?)> Creations(string group, int apps) =>
        Enumerable.Range(0, apps).Select(i => (HttpMethod.Post, "/v2/apps", (string?)AppsLoad.App($"{group}/app-{i:d5}", 1)));

    private static async Task PollAsync(AppsLoad load, Latencies reads, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var (took, _) = await load.GetAsync(ReadWorkload.AllEmbeds, cancellation);
                reads.Add(took);
                await Task.Delay(1000, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The workload is over.
        }
    }
}
