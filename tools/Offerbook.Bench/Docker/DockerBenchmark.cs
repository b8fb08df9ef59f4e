using System.Diagnostics;
using System.Text.Json.Nodes;
using Mesos.V1;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Programs;
using Offerbook.Bench.Tasks;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Bench.Docker;

/// <summary>
/// How long it takes until n containers run: through a master and an agent, by the same engine driven directly, and by the engine's
/// own swarm mode, one after the other in each round, so that all three meet the same machine; who of the first two begins changes from
/// round to
/// round. Host network, one node.
/// </summary>
public sealed class DockerBenchmark : IBenchmark
{
    private const string Line = "exec sleep 1000";

    private const int WarmUp = 10;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    public string Name => "docker";

    public string Summary => "n Docker containers to running: through Offerbook, by the engine driven directly, and by its swarm mode";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("n", "1,10,30", "containers, a level each"),
        new("rounds", "5", "rounds of each level; the median counts"),
        new("warm-up", "3", "rounds of ten containers before, until what is used has been compiled"),
        new("swarm", "yes", "whether swarm mode is measured too"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
        try
        {
            var ports = OfferbookProgram.FreePorts(3);
            run.Progress("starting an engine");
            await using var engine = await BenchEngine.StartAsync(ports[2], cancellation);
            var masterAddress = new Uri($"http://127.0.0.1:{ports[0]}");
            await using var master = OfferbookProgram.Start("master", "--port", $"{ports[0]}", "--data-dir",
                Path.Combine(directory, "master"));
            await master.WaitForLineAsync("ready", StartTimeout, cancellation);
            await using var agent = OfferbookProgram.Start("agent", "--port", $"{ports[1]}", "--master", masterAddress.ToString(),
                "--work-dir", Path.Combine(directory, "agent"), "--stop-tasks", "--resources",
                "cpus:64;mem:65536;disk:65536;ports:[31000-32000]",
                "--containerizers", "mesos,docker", "--docker-socket", engine.Socket);
            await agent.WaitForLineAsync("ready", StartTimeout, cancellation);
            using var feed = new TaskFeed(masterAddress)
            {
                Container = new ContainerInfo
                {
                    Type = ContainerInfo.Types.Type.Docker, Docker = new ContainerInfo.Types.DockerInfo { Image = BenchEngine.Image },
                },
            };
            await feed.SubscribeAsync(cancellation);
            var withSwarm = run.Text("swarm") != "no";
            for (var i = 0; i < run.Int("warm-up"); i++)
            {
                run.Progress(
                    $"warming up: {await MeasureAsync(engine, feed, directory, WarmUp, directFirst: i % 2 == 0, withSwarm, cancellation)}");
            }
            foreach (var n in run.Ints("n"))
            {
                var rounds = new List<Round>();
                for (var i = 0; i < run.Int("rounds"); i++)
                {
                    run.Progress($"{n} containers, round {i + 1}");
                    rounds.Add(await MeasureAsync(engine, feed, directory, n, directFirst: i % 2 == 0, withSwarm, cancellation));
                    run.Progress(rounds[^1].ToString());
                }
                Report(run, n, rounds, withSwarm);
            }
            await feed.TearDownAsync(cancellation);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Report(BenchRun run, int n, List<Round> rounds, bool withSwarm)
    {
        var (direct, ours, swarm) = (Median(rounds, round => round.Direct), Median(rounds, round => round.Offerbook),
            Median(rounds, round => round.Swarm));
        run.Report($"n_{n}_direct", direct, "s", "create and start of all at once, each by two calls");
        run.Report($"n_{n}_offerbook", ours, "s", "ACCEPT to the last TASK_RUNNING");
        if (withSwarm)
        {
            run.Report($"n_{n}_swarm", swarm, "s", "service create to the last task running");
        }
        run.Report($"n_{n}_overhead", Median(rounds, round => round.Offerbook / round.Direct - 1) * 100, "%",
            "of Offerbook over driving it directly, median of the rounds");
    }

    private static async Task<Round> MeasureAsync(BenchEngine engine, TaskFeed feed, string directory, int n, bool directFirst,
        bool withSwarm,
        CancellationToken cancellation)
    {
        var (direct, offerbook) = directFirst
            ? (await DirectAsync(engine, directory, n, cancellation), await OfferbookAsync(engine, feed, n, cancellation))
            : Swap(await OfferbookAsync(engine, feed, n, cancellation), await DirectAsync(engine, directory, n, cancellation));
        var swarm = withSwarm ? await SwarmAsync(engine, n, cancellation) : TimeSpan.Zero;
        return new Round(direct.TotalSeconds, offerbook.TotalSeconds, swarm.TotalSeconds);
    }

    private static (TimeSpan, TimeSpan) Swap(TimeSpan one, TimeSpan other) => (other, one);

    private static async Task<TimeSpan> OfferbookAsync(BenchEngine engine, TaskFeed feed, int n, CancellationToken cancellation)
    {
        var times = await feed.RunAsync(Line, n, n, TaskState.TaskRunning, cancellation);
        await feed.KillAllAsync(n, cancellation);
        await engine.ClearAsync(cancellation);
        return times.Running.Max();
    }

    /// <summary>The same containers as an agent's: limits, a log, a directory of their own.</summary>
    private static async Task<TimeSpan> DirectAsync(BenchEngine engine, string directory, int n, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, n).Select(async _ =>
        {
            var name = Guid.NewGuid().ToString("N");
            var sandbox = Directory.CreateDirectory(Path.Combine(directory, "direct", name)).FullName;
            await engine.CallAsync(HttpMethod.Post, $"/containers/create?name={name}", cancellation, new JsonObject
            {
                ["Image"] = BenchEngine.Image,
                ["Cmd"] = new JsonArray("/bin/sh", "-c", Line),
                ["HostConfig"] = new JsonObject
                {
                    ["NetworkMode"] = "host",
                    ["CpuShares"] = 10,
                    ["Memory"] = 32 << 20,
                    ["MemorySwap"] = 32 << 20,
                    ["Mounts"] =
                        new JsonArray(new JsonObject { ["Type"] = "bind", ["Source"] = sandbox, ["Target"] = "/mnt/mesos/sandbox" }),
                },
            });
            await engine.CallAsync(HttpMethod.Post, $"/containers/{name}/start", cancellation);
        }));
        var elapsed = clock.Elapsed;
        await engine.ClearAsync(cancellation);
        return elapsed;
    }

    private static async Task<TimeSpan> SwarmAsync(BenchEngine engine, int n, CancellationToken cancellation)
    {
        var name = $"s{Guid.NewGuid():N}";
        var filters = Uri.EscapeDataString($$"""{"service":["{{name}}"]}""");
        var clock = Stopwatch.StartNew();
        await engine.CallAsync(HttpMethod.Post, "/services/create", cancellation, new JsonObject
        {
            ["Name"] = name,
            ["TaskTemplate"] = new JsonObject
            {
                ["ContainerSpec"] = new JsonObject { ["Image"] = BenchEngine.Image, ["Command"] = new JsonArray("/bin/sh", "-c", Line) },
                ["Networks"] = new JsonArray(new JsonObject { ["Target"] = "host" }),
                ["RestartPolicy"] = new JsonObject { ["Condition"] = "none" },
            },
            ["Mode"] = new JsonObject { ["Replicated"] = new JsonObject { ["Replicas"] = n } },
        });
        while (true)
        {
            var tasks = await engine.CallAsync(HttpMethod.Get, $"/tasks?filters={filters}", cancellation);
            if (tasks.EnumerateArray().Count(task => task.GetProperty("Status").GetProperty("State").GetString() == "running") >= n)
            {
                break;
            }
            await Task.Delay(10, cancellation);
        }
        var elapsed = clock.Elapsed;
        await engine.CallAsync(HttpMethod.Delete, $"/services/{name}", cancellation);
        // Its tasks go in their own time, and would take it from the next round.
        while ((await engine.CallAsync(HttpMethod.Get, "/tasks", cancellation)).GetArrayLength() > 0)
        {
            await Task.Delay(50, cancellation);
        }
        await engine.ClearAsync(cancellation);
        return elapsed;
    }

    private static double Median(List<Round> rounds, Func<Round, double> of) => rounds.Select(of).Order().ElementAt(rounds.Count / 2);

    private sealed record Round(double Direct, double Offerbook, double Swarm);
}
