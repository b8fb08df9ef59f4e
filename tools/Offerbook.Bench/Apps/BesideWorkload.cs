using System.Diagnostics;
using System.Globalization;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;
using Offerbook.Bench.Programs;

namespace Offerbook.Bench.Apps;

/// <summary>
/// Whether readers delay deployments: an app of 100 instances is deployed again and again while nobody reads, while clients read without
/// pause that want the processors as much as the servers do, and while clients read that only get what others leave, as if they were on
/// machines of their own. The three take turns.
/// </summary>
internal static class BesideWorkload
{
    private const int Readers = 10;

    /// <summary>Deployments of each kind in one turn.</summary>
    private const int Deployments = 5;

    private const int Instances = 100;

    private static readonly (string Name, int? Niceness, string Note)[] Kinds =
    [
        ("alone", null, "nobody reads"),
        ("beside_readers", 0, $"{Readers} clients read /v2/apps without pause"),
        ("beside_distant_readers", 19, $"the same with clients that get no processor time that others want"),
    ];

    public static async Task RunAsync(BenchRun run, AppsCluster cluster, AppsLoad load, CancellationToken cancellation)
    {
        await load.DeployAsync(HttpMethod.Put, "/v2/groups/many", DeployWorkloads.GroupOf("/many", run.Int("apps"), 1), cancellation);
        var told = Kinds.Select(static _ => new Tally()).ToList();
        // The first turn only warms up.
        for (var turn = 0; turn <= run.Int("turns"); turn++)
        {
            for (var kind = 0; kind < Kinds.Length; kind++)
            {
                await TurnAsync(cluster, load, Kinds[kind].Niceness, turn == 0 ? new Tally() : told[kind], cancellation);
            }
        }
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            told[kind].Report(run, "deploy_" + Kinds[kind].Name, $"an app of {Instances} instances; {Kinds[kind].Note}");
        }
    }

    private static async Task TurnAsync(AppsCluster cluster, AppsLoad load, int? niceness, Tally tally, CancellationToken cancellation)
    {
        await using var readers = niceness is { } nice
            ? await ReadersProcess.StartAsync(new Uri($"http://{cluster.Address}"), Readers, nice, cancellation) : null;
        for (var i = 0; i < Deployments; i++)
        {
            tally.Deployed.Add(await load.DeployAsync(HttpMethod.Post, "/v2/apps", AppsLoad.App("/beside", Instances), cancellation));
            await load.DeployAsync(HttpMethod.Delete, "/v2/apps//beside", null, cancellation);
        }
        if (readers is null)
        {
            return;
        }
        // What a read costs each end, without deployments.
        var (began, threads, before) = (Stopwatch.GetTimestamp(), ThreadTimes.Of(cluster.AppsProcess), await readers.AskAsync());
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        var after = await readers.AskAsync();
        tally.Add(after.Answers - before.Answers, after.CpuSeconds - before.CpuSeconds, Stopwatch.GetElapsedTime(began),
            ThreadTimes.Of(cluster.AppsProcess), threads);
    }

    /// <summary>What came of one kind.</summary>
    private sealed class Tally
    {
        private readonly SortedDictionary<string, double> _threads = new(StringComparer.Ordinal);
        private double _answers, _client, _seconds;

        public Latencies Deployed { get; } = new();

        public void Add(double answers, double client, TimeSpan took, IReadOnlyDictionary<string, double> after,
            IReadOnlyDictionary<string, double> before)
        {
            (_answers, _client, _seconds) = (_answers + answers, _client + client, _seconds + took.TotalSeconds);
            foreach (var (name, time) in after)
            {
                _threads[name] = _threads.GetValueOrDefault(name) + time - before.GetValueOrDefault(name);
            }
        }

        public void Report(BenchRun run, string name, string note)
        {
            run.Report(name, Deployed.At(0.5), "ms", $"{note}; the median of {Deployed.Count}");
            run.Report(name + "_max", Deployed.At(1), "ms");
            if (_answers > 0)
            {
                run.Report(name + "_rate", _answers / _seconds, "reads/s", "between deployments");
                run.Report(name + "_client_cpu", _client / _answers * 1e6, "µs", "processor time of the clients for a read");
                run.Report(name + "_apps_cpu", _threads.Values.Sum() / _answers * 1e6, "µs", "of Apps; µs by thread: " + string.Join(", ",
                    _threads.OrderByDescending(static thread => thread.Value).Take(6).Select(thread =>
                        string.Create(CultureInfo.InvariantCulture, $"{thread.Key} {thread.Value / _answers * 1e6:0}"))));
            }
        }
    }
}
