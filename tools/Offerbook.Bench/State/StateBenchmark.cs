using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;
using Offerbook.Bench.Programs;
using Offerbook.Bench.SimulatedAgents;
using Offerbook.Wire;

namespace Offerbook.Bench.State;

/// <summary>
/// What reading the whole state costs, to the last byte, alone and with a crowd of pollers, and what schedulers feel meanwhile. The
/// cluster is one of simulated agents, so that the state is as large as asked for.
/// </summary>
public sealed class StateBenchmark : IBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Name => "state";

    public string Summary => "reads of the whole state over loopback HTTP, and what a scheduler's call feels meanwhile";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("agents", "10000", "simulated agents"),
        new("tasks", "200000", "running tasks, spread over the agents"),
        new("frameworks", "5", "frameworks to whom the tasks belong"),
        new("reads", "5", "reads of each kind, whose median is told"),
        new("pollers", "20", "readers of /state at the same time"),
        new("settle", "3", "seconds between the last registration and the first read"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var (agents, tasks) = (run.Int("agents"), run.Int("tasks"));
        FileLimit.Require(agents + 256, $"{agents} agents");
        await using var master = await MasterUnderTest.StartAsync(cancellation);
        using var prober = new Prober(master.Address);
        await prober.WhenSubscribed.WaitAsync(Patience, cancellation);
        run.Progress($"{agents} agents with {tasks} tasks");
        await using var fleet =
            FleetProcess.Start(new FleetOptions(master.Address, agents, tasks / agents, run.Int("frameworks"), 1000, TimeSpan.Zero, 64,
            "cpus:64;mem:65536;disk:1000000;ports:31000-32000"));
        await fleet.WaitForAllAsync(Patience, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(run.Int("settle")), cancellation);
        using var reader = new StateReader(master.Uri);

        prober.Begin();
        await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
        await prober.EndAsync();
        prober.Calls.Report(run, "idle_calls", "RECONCILE of one task, nobody reads");

        prober.Begin();
        await MeasureAsync(run, "state", "GET /state", reader.StateAsync, cancellation);
        await MeasureAsync(run, "get_state_json", "GET_STATE in JSON", stop => reader.GetStateAsync(MessageFormat.Json, stop),
            cancellation);
        await MeasureAsync(run, "get_state_protobuf", "GET_STATE in protobuf", stop => reader.GetStateAsync(MessageFormat.Protobuf, stop),
            cancellation);
        await prober.EndAsync();
        prober.Calls.Report(run, "calls_while_one_reads", "RECONCILE of one task meanwhile, 200/s, open loop");

        run.Progress($"{run.Int("pollers")} pollers");
        prober.Begin();
        var times = new Latencies();
        await Task.WhenAll(Enumerable.Range(0, run.Int("pollers")).Select(async _ =>
        {
            for (var i = 0; i < run.Int("reads"); i++)
            {
                var read = await reader.StateAsync(cancellation);
                lock (times)
                {
                    times.Add(read.Whole);
                }
            }
        }));
        await prober.EndAsync();
        times.Report(run, "state_with_pollers", $"GET /state by each of {run.Int("pollers")} that read without a pause");
        prober.Calls.Report(run, "calls_with_pollers", "RECONCILE of one task meanwhile");
        foreach (var message in new[] { "view_requested", "view_continued" })
        {
            var (turns, longest, all) = await reader.LoopHoldsAsync(message, cancellation);
            run.Report($"loop_held_by_{message}_max", longest.TotalMilliseconds, "ms",
                $"the longest of {turns} turns, by the master's metrics");
            run.Report($"loop_held_by_{message}_mean", turns == 0 ? 0 : all.TotalMilliseconds / turns, "ms");
        }
        master.ReportMemory(run, "master_resident", $"{agents} agents with {tasks} tasks, after the reads");
    }

    private static async Task MeasureAsync(BenchRun run, string name, string what, Func<CancellationToken, Task<StateRead>> read,
        CancellationToken cancellation)
    {
        run.Progress(what);
        var reads = new List<StateRead> { await read(cancellation) };
        for (var i = 1; i < run.Int("reads"); i++)
        {
            reads.Add(await read(cancellation));
        }
        reads.Sort((a, b) => a.Whole.CompareTo(b.Whole));
        var median = reads[reads.Count / 2];
        run.Report(name, median.Whole.TotalSeconds, "s", $"{what} to the last byte, median of {reads.Count}");
        run.Report(name + "_max", reads[^1].Whole.TotalSeconds, "s");
        run.Report(name + "_first_byte", median.FirstByte.TotalMilliseconds, "ms");
        run.Report(name + "_size", median.Bytes / 1048576.0, "MiB");
    }
}
