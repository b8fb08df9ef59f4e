using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;
using Offerbook.Storage;
using Offerbook.Testing.Postgres;

namespace Offerbook.Bench.Journal;

/// <summary>
/// The journal on both stores: durable events a second by the size of a batch, beside what the disk does with the same bytes; how long
/// appends wait while a large snapshot is saved; how long a recovery takes with and without one. PostgreSQL is started for it, on the same
/// disk.
/// </summary>
public sealed class JournalBenchmark : IBenchmark
{
    private const string Log = "bench";

    /// <summary>What lies around an event's payload in either store: number, name, checksum, and the row itself.</summary>
    private const int RowOverhead = 40;

    public string Name => "journal";

    public string Summary => "the journal in SQLite and PostgreSQL: durable events a second, stalls by snapshots, recovery";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("dir", Path.GetTempPath(), "directory on the disk to measure"),
        new("batches", "1,10,100,1000", "events in an append"),
        new("seconds", "2", "how long each size is measured"),
        new("bytes", "200", "of an event's payload"),
        new("events", "1000000", "events that a recovery reads"),
        new("snapshot", "44", "MiB of state in a snapshot"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var directory = Directory.CreateDirectory(Path.Combine(run.Text("dir"), "offerbook-bench-" + Path.GetRandomFileName())).FullName;
        try
        {
            foreach (var batch in run.Ints("batches"))
            {
                run.Progress($"the disk alone, {batch} events at a time");
                var rate = RawDevice.Measure(directory, batch * (run.Int("bytes") + RowOverhead), TimeSpan.FromSeconds(run.Int("seconds")));
                run.Report($"raw_{batch}", batch * rate, "rows/s", $"write and fdatasync of as many bytes, {1000 / rate:0.00} ms each");
            }
            await MeasureAsync(run, "sqlite", new StoreAddress.OfFile(Path.Combine(directory, "data", "journal.db")), cancellation);
            run.Progress("starting PostgreSQL");
            await using var server = await PostgresServer.StartInAsync(directory, "shared_buffers=128MB");
            await MeasureAsync(run, "postgres", StoreAddress.Parse(server.Address()), cancellation);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task MeasureAsync(BenchRun run, string store, StoreAddress address, CancellationToken cancellation)
    {
        await using (var journal = await JournalStore.OpenAsync(address, cancellation, run.Progress))
        {
            var last = (await journal.RecoverAsync(Log, cancellation)).LastSequence;
            foreach (var batch in run.Ints("batches"))
            {
                run.Progress($"{store}, {batch} events at a time");
                last = await AppendAsync(run, store, journal, last, batch, cancellation);
            }
            run.Progress($"{store}, appends beside a snapshot");
            last = await AppendBesideSnapshotsAsync(run, store, journal, last, cancellation);
        }
        await RecoverAsync(run, store, address, cancellation);
    }

    private static async Task<long> AppendAsync(BenchRun run, string store, IJournal journal, long last, int batch,
        CancellationToken cancellation)
    {
        var events = Events(run, batch);
        // Compiled, prepared, planned.
        for (var i = 0; i < 20; i++, last += batch)
        {
            await journal.AppendAsync(Log, last + 1, events, cancellation);
        }
        var times = new Latencies();
        var time = TimeSpan.FromSeconds(run.Int("seconds"));
        var began = Stopwatch.GetTimestamp();
        do
        {
            var asked = Stopwatch.GetTimestamp();
            await journal.AppendAsync(Log, last + 1, events, cancellation);
            last += batch;
            times.Add(Stopwatch.GetElapsedTime(asked));
        }
        while (Stopwatch.GetElapsedTime(began) < time);
        run.Report($"{store}_{batch}", times.Count * (double)batch / Stopwatch.GetElapsedTime(began).TotalSeconds, "rows/s",
            $"an append p50 {times.At(0.5):0.00} ms, p99 {times.At(0.99):0.00} ms");
        return last;
    }

    /// <summary>Two snapshots, so that the second one drops the events up to the first.</summary>
    private static async Task<long> AppendBesideSnapshotsAsync(BenchRun run, string store, IJournal journal, long last,
        CancellationToken cancellation)
    {
        var events = Events(run, 10);
        var times = new Latencies();
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; round < 2; round++)
        {
            var saving = journal.SaveSnapshotAsync(Log, State(run, last), cancellation).AsTask();
            do
            {
                var asked = Stopwatch.GetTimestamp();
                await journal.AppendAsync(Log, last + 1, events, cancellation);
                last += events.Length;
                times.Add(Stopwatch.GetElapsedTime(asked));
            }
            while (!saving.IsCompleted);
            await saving;
        }
        run.Report($"{store}_snapshots", Stopwatch.GetElapsedTime(began).TotalSeconds, "s",
            $"two of {run.Int("snapshot")} MiB, and what they make unnecessary dropped");
        times.Report(run, $"{store}_append_beside_snapshots", "appends of 10 meanwhile");
        return last;
    }

    private static async Task RecoverAsync(BenchRun run, string store, StoreAddress address, CancellationToken cancellation)
    {
        const string log = "recovered";
        const int batch = 4_096;
        var wanted = run.Int("events");
        run.Progress($"{store}, writing {wanted} events");
        await using (var journal = await JournalStore.OpenAsync(address, cancellation))
        {
            await journal.RecoverAsync(log, cancellation);
            var began = Stopwatch.GetTimestamp();
            for (var last = 0; last < wanted; last += batch)
            {
                await journal.AppendAsync(log, last + 1, Events(run, Math.Min(batch, wanted - last)), cancellation);
            }
            run.Report($"{store}_{batch}", wanted / Stopwatch.GetElapsedTime(began).TotalSeconds, "rows/s",
                $"{wanted} events, {batch} at a time");
        }
        run.Report($"{store}_recovery", await TimeRecoveryAsync(address, log, cancellation), "s",
            $"{wanted} events of {run.Int("bytes")} bytes");
        await using (var journal = await JournalStore.OpenAsync(address, cancellation))
        {
            await journal.RecoverAsync(log, cancellation);
            await journal.SaveSnapshotAsync(log, State(run, wanted - wanted / 100), cancellation);
        }
        run.Report($"{store}_recovery_with_snapshot", await TimeRecoveryAsync(address, log, cancellation), "s",
            $"a snapshot of {run.Int("snapshot")} MiB and {wanted / 100} events after it");
    }

    /// <summary>As a process that starts does it: opened, taken over, read, checked.</summary>
    private static async Task<double> TimeRecoveryAsync(StoreAddress address, string log, CancellationToken cancellation)
    {
        GC.Collect();
        var began = Stopwatch.GetTimestamp();
        await using var journal = await JournalStore.OpenAsync(address, cancellation);
        var recovery = await journal.RecoverAsync(log, cancellation);
        var time = Stopwatch.GetElapsedTime(began).TotalSeconds;
        GC.KeepAlive(recovery);
        return time;
    }

    private static Snapshot State(BenchRun run, long sequence)
    {
        var state = new byte[run.Int("snapshot") << 20];
        new Random(1).NextBytes(state);
        return new Snapshot(sequence, new JournalRecord("State/1", state));
    }

    private static JournalRecord[] Events(BenchRun run, int count)
    {
        var payload = new byte[run.Int("bytes")];
        new Random(2).NextBytes(payload);
        return [.. Enumerable.Repeat(new JournalRecord("Happened/1", payload), count)];
    }
}
