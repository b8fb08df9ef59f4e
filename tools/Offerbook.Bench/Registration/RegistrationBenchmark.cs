using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;
using Offerbook.Bench.Programs;
using Offerbook.Bench.SimulatedAgents;

namespace Offerbook.Bench.Registration;

/// <summary>
/// How fast a master takes in a whole cluster over HTTP: agents it has never seen (each is journalled), all of them after it was
/// started anew from its journal, and all of them when their streams break. Every agent lists its tasks. A prober measures what other
/// callers feel meanwhile.
/// </summary>
public sealed class RegistrationBenchmark : IBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Name => "registration";

    public string Summary => "agents register, and come back after a restart of the master, over loopback HTTP";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("agents", "10000", "simulated agents"),
        new("tasks", "10", "tasks that each agent lists"),
        new("frameworks", "5", "frameworks to whom the tasks belong"),
        new("concurrency", "1000", "agents that register at the same time"),
        new("runs", "3", "restarts of the master whose median is told"),
        new("settle", "5", "seconds before memory is read"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var (agents, tasks) = (run.Int("agents"), run.Int("tasks"));
        FileLimit.Require(agents + 256, $"{agents} agents");
        await using var master = await MasterUnderTest.StartAsync(cancellation);
        var empty = master.ResidentMiB;
        using var prober = new Prober(master.Address);
        await prober.WhenSubscribed.WaitAsync(Patience, cancellation);

        run.Progress($"{agents} new agents with {tasks} tasks each");
        prober.Begin();
        var options = new FleetOptions(master.Address, agents, tasks, run.Int("frameworks"), run.Int("concurrency"), TimeSpan.Zero, 64,
            "cpus:16;mem:65536;disk:1000000;ports:31000-32000");
        await using var fleet = FleetProcess.Start(options);
        var cpu = master.CpuSeconds;
        var first = await fleet.WaitForAllAsync(Patience, cancellation);
        await prober.EndAsync();
        Report(run, "registration", first, first.Seconds, master.CpuSeconds - cpu, agents, "new agents, each journalled");
        Report(run, "registration", prober);

        run.Progress("the streams break");
        prober.Begin();
        cpu = master.CpuSeconds;
        var clock = Stopwatch.StartNew();
        await fleet.BreakAsync();
        var broken = await fleet.WaitForAllAsync(Patience, cancellation);
        var brokenSeconds = clock.Elapsed.TotalSeconds;
        await prober.EndAsync();
        Report(run, "reconnection", broken, brokenSeconds, master.CpuSeconds - cpu, agents, "every stream broken at once, the same master");
        Report(run, "reconnection", prober);

        var restarts = new List<(double Seconds, double Cpu, FleetArrival Arrival)>();
        for (var i = 0; i < run.Int("runs"); i++)
        {
            run.Progress($"restart {i + 1}");
            prober.Begin();
            await master.RestartAsync(cancellation);
            cpu = master.CpuSeconds;
            clock.Restart();
            var arrival = await fleet.WaitForAllAsync(Patience, cancellation);
            restarts.Add((clock.Elapsed.TotalSeconds, master.CpuSeconds - cpu, arrival));
            await prober.EndAsync();
        }
        if (restarts.Count == 0)
        {
            return;
        }
        restarts.Sort((a, b) => a.Seconds.CompareTo(b.Seconds));
        var median = restarts[restarts.Count / 2];
        Report(run, "reregistration", median.Arrival, median.Seconds, median.Cpu, agents,
            $"from a master that serves again to the last SUBSCRIBED; median of {restarts.Count}, worst {restarts[^1].Seconds:0.00}");
        Report(run, "reregistration", prober);

        run.Progress("memory");
        await Task.Delay(TimeSpan.FromSeconds(run.Int("settle")), cancellation);
        master.ReportMemory(run, "master_resident", $"{agents} agents with {agents * tasks} tasks");
        run.Report("bytes_per_agent", (master.ResidentMiB - empty) * 1024 * 1024 / agents, "B",
            $"resident, its {tasks} tasks and its connection included");
        run.Report("simulated_agents_resident", ProcessMemory.ResidentMiB(fleet.Id), "MiB");
        run.Progress(await fleet.CountersAsync(cancellation));
    }

    private static void Report(BenchRun run, string phase, FleetArrival arrival, double seconds, double cpu, int agents, string note)
    {
        run.Report(phase, seconds, "s", note);
        run.Report(phase + "_rate", agents / seconds, "agents/s");
        run.Report(phase + "_cpu_per_agent", cpu / agents * 1e6, "µs", "processor time of the master alone");
        run.Report(phase + "_agent_p50", arrival.MedianMs, "ms", "of one agent, from connecting to SUBSCRIBED");
        run.Report(phase + "_agent_p99", arrival.P99Ms, "ms");
    }

    private static void Report(BenchRun run, string phase, Prober prober)
    {
        prober.Calls.Report(run, phase + "_other_calls", "RECONCILE of one task meanwhile, 200/s, open loop");
        prober.Health.Report(run, phase + "_health", "GET /health meanwhile");
        run.Report(phase + "_failed_probes", prober.Failed, "calls");
    }
}
