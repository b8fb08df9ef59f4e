using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;
using Offerbook.Bench.Programs;
using Offerbook.Bench.Sockets;
using Offerbook.Bench.Streams;

namespace Offerbook.Bench.Apps;

/// <summary>
/// Many readers of the event stream: how late events come, and whether one that stops reading harms the others. Events are those of
/// PUTs to an app without instances, five each.
/// </summary>
internal static class ReaderWorkload
{
    /// <summary>One reader in so many looks at the time of what it reads: else this process would measure itself.</summary>
    private const int LooksOneIn = 50;

    private const int EventsPerChange = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(BenchRun run, AppsCluster cluster, AppsLoad load, CancellationToken cancellation)
    {
        // One place is left: the load follows the stream as well.
        var count = run.Int("readers") - 2;
        FileLimit.Require(count + 256, "the readers");
        using var reactor = new Reactor();
        reactor.Start("readers");
        var lags = new Latencies();
        var readers = await BringAsync(reactor, cluster, count, i => i % LooksOneIn == 0 ? time => lags.Add(time) : null, stalls: false,
            cancellation);

        // Every reader that comes is itself an event that all the others hear.
        await QuietAsync(readers, cancellation);
        await MeasureAsync("readers");
        var stalled = (await BringAsync(reactor, cluster, 1, _ => null, stalls: true, cancellation))[0];
        await MeasureAsync("readers_one_stalled");
        reactor.Post(stalled.Resume);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
        run.Report("stalled_cut", stalled.Ended is null ? 0 : 1, "readers", stalled.Ended
            ?? "still open: what it left unread was within its bound");
        run.Report("readers_apps_resident", cluster.AppsResidentMiB, "MiB", "of Apps after that");
        reactor.Stop();

        async Task MeasureAsync(string name)
        {
            lags = new Latencies();
            var (before, began, cpu) = (readers.Sum(reader => reader.Events), Stopwatch.GetTimestamp(), cluster.AppsCpuSeconds);
            await ChangeAsync(run, load, cancellation);
            var took = Stopwatch.GetElapsedTime(began);
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            run.Report($"{name}_heard", (readers.Sum(reader => reader.Events) - before) / took.TotalSeconds / count, "events/s",
                $"by each of {count:N0}");
            lags.Report(run, $"{name}_lag", "made to read; times are in whole milliseconds");
            run.Report($"{name}_cut", readers.Count(reader => reader.Ended is not null), "readers", "that read and were cut nevertheless");
            run.Report($"{name}_apps_cpu", (cluster.AppsCpuSeconds - cpu) / took.TotalSeconds, "cores", "of Apps meanwhile");
        }
    }

    /// <summary>Returns when nothing has been heard for a second.</summary>
    private static async Task QuietAsync(List<EventReader> readers, CancellationToken cancellation)
    {
        long Heard() => readers.Sum(reader => reader.Events);
        for (var (heard, before) = (Heard(), -1L); heard != before; (heard, before) = (Heard(), heard))
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }

    /// <summary>An open loop: what is late is not waited for.</summary>
    private static async Task ChangeAsync(BenchRun run, AppsLoad load, CancellationToken cancellation)
    {
        var rate = run.Int("events") / (double)EventsPerChange;
        var changes = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < rate * run.Int("seconds"); i++)
        {
            var body = AppsLoad.App($"/changed-{i % 20}", 0).Replace("sleep infinity", $"sleep {i}", StringComparison.Ordinal);
            changes.Add(load.DeployAsync(HttpMethod.Put, $"/v2/apps//changed-{i % 20}?force=true", body, cancellation));
            var due = TimeSpan.FromSeconds((i + 1) / rate) - Stopwatch.GetElapsedTime(began);
            if (due > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(due, cancellation);
            }
        }
        await Task.WhenAll(changes);
    }

    private static async Task<List<EventReader>> BringAsync(Reactor reactor, AppsCluster cluster, int count,
        Func<int, Action<TimeSpan>?> lag, bool stalls,
        CancellationToken cancellation)
    {
        var ready = new Countdown(count);
        var readers = Enumerable.Range(0, count).Select(i => new EventReader(reactor, cluster.Address, lag(i), stalls, ready.Signal))
            .ToList();
        readers.ForEach(reader => reactor.Post(reader.Connect));
        await ready.WaitAsync(new TaskCompletionSource().Task, Patience, cancellation);
        return readers;
    }
}
