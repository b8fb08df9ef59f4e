using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Programs;

namespace Offerbook.Bench.Local;

/// <summary>What a person who types the README's first command waits for, and what it costs: the program already built.</summary>
public sealed class LocalBenchmark : IBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public string Name => "local";

    public string Summary => "the local cluster: time to a healthy storefront, memory when idle";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("runs", "5", "starts whose median is told"),
        new("group", "docs/examples/storefront.json", "the group that is started"),
        new("settle", "10", "seconds that the idle cluster is left alone before its memory is read"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var ready = new List<double>();
        var healthy = new List<double>();
        for (var i = 0; i < run.Int("runs"); i++)
        {
            run.Progress($"start {i + 1}");
            var clock = Stopwatch.StartNew();
            await WithClusterAsync(["--group", run.Text("group")], async program =>
            {
                await program.WaitForLineAsync("ready", Patience, cancellation);
                ready.Add(clock.Elapsed.TotalSeconds);
                await program.WaitForLineAsync("is healthy", Patience, cancellation);
                healthy.Add(clock.Elapsed.TotalSeconds);
            });
        }
        run.Report("ready", Median(ready), "s", "command to a serving cluster, median");
        run.Report("storefront_healthy", Median(healthy), "s", $"command to the healthy group, median; worst {healthy.Max():0.0}");

        run.Progress("idle");
        await WithClusterAsync([], async program =>
        {
            await program.WaitForLineAsync("ready", Patience, cancellation);
            await Task.Delay(TimeSpan.FromSeconds(run.Int("settle")), cancellation);
            run.Report("idle_resident", ProcessMemory.ResidentMiB(program.Id), "MiB", "master, agent, Apps and Batch in one process");
            run.Report("idle_proportional", ProcessMemory.ProportionalMiB(program.Id), "MiB", "shared pages counted by share");
        });
    }

    private static async Task WithClusterAsync(string[] extra, Func<OfferbookProgram, Task> measure)
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
        try
        {
            var ports = OfferbookProgram.FreePorts(4);
            await using var program = OfferbookProgram.Start([
                "local", "--stop-tasks", "--data-dir", directory, "--master-port", $"{ports[0]}", "--agent-port", $"{ports[1]}",
                "--apps-port", $"{ports[2]}", "--batch-port", $"{ports[3]}", .. extra]);
            await measure(program);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
