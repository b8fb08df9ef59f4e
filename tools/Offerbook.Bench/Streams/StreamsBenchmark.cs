using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Programs;

namespace Offerbook.Bench.Streams;

/// <summary>
/// Operators and schedulers who follow a master over loopback HTTP: how late events come, what stalled readers do to the others, and
/// that those are cut. One agent's health reports are the events. They come at a fixed rate, or, where buffers are to be filled, no
/// further ahead than those who read can follow: else the benchmark would cut its own readers and show nothing.
/// </summary>
public sealed class StreamsBenchmark : IBenchmark
{
    /// <summary>
    /// Letters in an update that fills the operators' feed, and how many: more than its 32 MiB and what the kernel buffers.
    /// </summary>
    private const int OperatorUpdates = 640;

    /// <summary>Updates of the burst that the slowest operator who reads may be behind: half of the feed's 32 MiB would be 256.</summary>
    private const int MaxBehind = 8;

    /// <summary>
    /// Letters in an update that fills a scheduler's stream, and how many for each: more than its 16 MiB and what the kernel buffers.
    /// </summary>
    private const int SchedulerUpdates = 24;

    /// <summary>Of these large updates the master may have this many to take.</summary>
    private const int MaxWaiting = 4;

    private static readonly string s_operatorPadding = new('x', 64 * 1024);
    private static readonly string s_schedulerPadding = new('x', 1024 * 1024);

    public string Name => "streams";

    public string Summary => "event streams of many operators and schedulers, some of them stalled";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("operators", "950", "operators who follow all events; with the stalled ones at most as many as the master allows, 1000"),
        new("schedulers", "950", "schedulers, each with a task whose updates it gets"),
        new("stalled", "50", "more operators, and as many more schedulers, who stop reading"),
        new("rate", "100", "updates a second: each is an event for one scheduler and for every operator"),
        new("seconds", "10", "how long each phase is measured"),
        new("burst-operators", "50", "operators who stay and read the 40 MiB that cut the stalled ones"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var (rate, seconds, stalled) = (run.Int("rate"), run.Int("seconds"), run.Int("stalled"));
        FileLimit.Require(run.Int("operators") + (run.Int("schedulers") + stalled) * 2 + stalled + 256, "the streams");
        await using var master = await MasterUnderTest.StartAsync(cancellation);
        using var readers = new StreamReaders(master.Address, run.Int("schedulers"), stalled);
        run.Progress($"{run.Int("schedulers")} schedulers");
        await readers.ConnectAsync(cancellation);
        run.Progress($"{run.Int("operators")} operators");
        var began = Stopwatch.GetTimestamp();
        await readers.FollowAsync(run.Int("operators"), cancellation);
        run.Report("subscribe_all", Stopwatch.GetElapsedTime(began).TotalMilliseconds, "ms",
            $"{run.Int("operators")} operators, connect to SUBSCRIBED");

        await MeasureAsync("alone", () => SendAsync(rate * seconds));
        await readers.StallAsync(stalled, cancellation);
        await MeasureAsync("with_stalled", () => SendAsync(rate * seconds));

        readers.Keep(run.Int("burst-operators"));
        await MeasureAsync("operators_cut", async () =>
        {
            var first = readers.FewestRecords;
            for (var i = 0; i < OperatorUpdates; i++)
            {
                await readers.WhenAsync(() => i - (readers.FewestRecords - first) < MaxBehind, cancellation);
                await readers.UpdateAsync(i % run.Int("schedulers"), s_operatorPadding);
            }
        });
        await readers.ResumeOperatorsAsync(cancellation);
        run.Report("stalled_operators_cut", readers.StalledOperatorsCut, "readers",
            $"of {stalled} that did not read {OperatorUpdates} updates of 64 KiB");

        readers.Keep(0);
        await MeasureAsync("schedulers_cut", async () =>
        {
            var usual = SendAsync(rate * seconds);
            for (var i = 0; i < stalled * SchedulerUpdates; i++)
            {
                await readers.WhenAsync(() => readers.Waiting < MaxWaiting, cancellation);
                await readers.UpdateAsync(run.Int("schedulers") + i % stalled, s_schedulerPadding);
            }
            await usual;
        });
        await readers.ResumeSchedulersAsync(cancellation);
        run.Report("stalled_schedulers_cut", readers.StalledSchedulersCut, "readers",
            $"of {stalled} that did not read {SchedulerUpdates} updates of 1 MiB");
        master.ReportMemory(run, "master_resident", "after all of it");

        // An open loop: what is late is not waited for.
        async Task SendAsync(int updates)
        {
            var from = Stopwatch.GetTimestamp();
            for (var i = 0; i < updates; i++)
            {
                readers.Update();
                var due = TimeSpan.FromSeconds((i + 1) / (double)rate) - Stopwatch.GetElapsedTime(from);
                if (due > TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(due, cancellation);
                }
            }
        }

        async Task MeasureAsync(string what, Func<Task> send)
        {
            run.Progress(what);
            var phase = readers.Phase = new StreamPhase();
            var (records, cpu, from) = (readers.Records, master.CpuSeconds, Stopwatch.GetTimestamp());
            await send();
            await readers.WhenAsync(() => readers.Waiting == 0, cancellation);
            var elapsed = Stopwatch.GetElapsedTime(from);
            await Task.Delay(1_000, cancellation);
            run.Report($"{what}_events", (readers.Records - records) / elapsed.TotalSeconds, "events/s",
                $"delivered to operators, in {elapsed.TotalSeconds:0.0} s");
            run.Report($"{what}_master_cpu", (master.CpuSeconds - cpu) / elapsed.TotalSeconds, "cores", "of the master meanwhile");
            run.Report($"{what}_master_resident", master.ResidentMiB, "MiB");
            phase.Report(run, what);
            run.Report($"{what}_healthy_cut", readers.HealthyCut, "readers",
                "that read and were cut nevertheless, operators and schedulers");
        }
    }
}
