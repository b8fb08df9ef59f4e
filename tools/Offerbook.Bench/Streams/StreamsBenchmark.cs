using System.Diagnostics;
using Mesos.V1.Scheduler;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;
using Offerbook.Bench.Programs;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;

namespace Offerbook.Bench.Streams;

/// <summary>
/// Operators and schedulers who follow a master over loopback HTTP, from this process: how late events come, what stalled readers
/// do to the others, and that those are cut. One agent's health reports are the events.
/// </summary>
public sealed class StreamsBenchmark : IBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>One reader in so many looks at what it reads: else this process would measure itself.</summary>
    private const int LooksOneIn = 20;

    /// <summary>Letters in an update that fills buffers, and how many of them: more than the feed's 32 MiB and the kernel's buffers.</summary>
    private const int BurstPadding = 64 * 1024;
    private const int BurstUpdates = 800;

    /// <summary>Readers who stay for the burst, and how fast it comes: no more than this process reads, which else would be cut itself.</summary>
    private const int BurstReaders = 3;
    private static readonly TimeSpan BurstPause = TimeSpan.FromMilliseconds(20);

    public string Name => "streams";

    public string Summary => "event streams of many operators and schedulers, some of them stalled";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("operators", "950", "operators who follow all events; with the stalled ones at most as many as the master allows, 1000"),
        new("schedulers", "1000", "schedulers, each with a task whose updates it gets"),
        new("stalled", "50", "more operators who stop reading"),
        new("rate", "100", "updates a second: each is an event for one scheduler and for every operator"),
        new("seconds", "10", "how long each phase is measured"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var (operators, schedulers, stalled) = (run.Int("operators"), run.Int("schedulers"), run.Int("stalled"));
        FileLimit.Require(operators + schedulers * 2 + stalled + 256, "the streams");
        await using var master = await MasterUnderTest.StartAsync(cancellation);
        using var reactor = new Reactor();
        var phase = new Phase();
        var failure = new TaskCompletionSource();
        var ready = new Countdown(1);
        var source = new UpdateSource(reactor, master.Address, schedulers, ready.Signal, reason => failure.TrySetException(new InvalidOperationException(reason)));
        reactor.Start("streams");
        reactor.Post(source.Connect);
        await ready.WaitAsync(failure.Task, Patience, cancellation);

        run.Progress($"{schedulers} schedulers");
        ready = new Countdown(schedulers);
        for (var i = 0; i < schedulers; i++)
        {
            var link = new SchedulerLink(reactor, master.Address, MessageFormat.Protobuf, UpdateSource.Framework(i), 1, Hear,
                static _ => { }, (_, status, text) => failure.TrySetException(new InvalidOperationException($"{status} {text}")));
            reactor.Post(link.Subscribe);
        }
        await ready.WaitAsync(failure.Task, Patience, cancellation);

        run.Progress($"{operators} operators");
        var began = Stopwatch.GetTimestamp();
        ready = new Countdown(operators);
        var readers = Enumerable.Range(0, operators).Select(i => new OperatorReader(reactor, master.Address,
            i % LooksOneIn == 0 ? sent => phase.Operator(sent) : null, stalls: false, ready.Signal)).ToList();
        readers.ForEach(reader => reactor.Post(reader.Connect));
        await ready.WaitAsync(failure.Task, Patience, cancellation);
        run.Report("subscribe_all", Stopwatch.GetElapsedTime(began).TotalMilliseconds, "ms", $"{operators} operators, connect to SUBSCRIBED");

        await MeasureAsync("alone");
        ready = new Countdown(stalled);
        var stuck = Enumerable.Range(0, stalled).Select(_ => new OperatorReader(reactor, master.Address, null, stalls: true, ready.Signal)).ToList();
        stuck.ForEach(reader => reactor.Post(reader.Connect));
        await ready.WaitAsync(failure.Task, Patience, cancellation);
        await MeasureAsync("with_stalled");

        run.Progress("a burst that the stalled cannot hold");
        reactor.Post(() => readers.Skip(BurstReaders).ToList().ForEach(reader => reader.Close()));
        readers.RemoveRange(BurstReaders, readers.Count - BurstReaders);
        phase = new Phase();
        for (var i = 0; i < BurstUpdates; i++)
        {
            reactor.Post(() => source.Update(BurstPadding));
            await Task.Delay(BurstPause, cancellation);
        }
        var patience = Stopwatch.GetTimestamp();
        while (source.Waiting > 0 && Stopwatch.GetElapsedTime(patience) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(100, cancellation);
        }
        await Task.Delay(2_000, cancellation);
        reactor.Post(() => stuck.ForEach(reader => reader.Resume()));
        await Task.Delay(3_000, cancellation);
        run.Report("stalled_cut", stuck.Count(reader => reader.Ended is not null), "readers", $"of {stalled} that did not read {BurstUpdates} updates of 64 KiB");
        run.Report("healthy_cut", readers.Count(reader => reader.Ended is not null), "readers", $"of {readers.Count} that read them");
        phase.OperatorLag.Report(run, "burst_operator_lag", "of those who read them");
        master.ReportMemory(run, "master_resident", "after all of it");
        reactor.Stop();

        void Hear(Event happened)
        {
            if (happened.Type == Event.Types.Type.Subscribed)
            {
                ready.Signal();
            }
            else if (happened.Update is { } update && long.TryParse(update.Status.Message.AsSpan().TrimEnd('x'), out var sent))
            {
                phase.Scheduler(sent);
            }
        }

        async Task MeasureAsync(string what)
        {
            run.Progress(what);
            phase = new Phase();
            var (rate, seconds) = (run.Int("rate"), run.Int("seconds"));
            var records = readers.Sum(reader => reader.Records);
            var cpu = master.CpuSeconds;
            var from = Stopwatch.GetTimestamp();
            for (var i = 0; i < rate * seconds; i++)
            {
                reactor.Post(() => source.Update());
                // An open loop: what is late is not waited for.
                var due = TimeSpan.FromSeconds((i + 1) / (double)rate) - Stopwatch.GetElapsedTime(from);
                if (due > TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(due, cancellation);
                }
            }
            var elapsed = Stopwatch.GetElapsedTime(from);
            await Task.Delay(1_000, cancellation);
            run.Report($"{what}_events", (readers.Sum(reader => reader.Records) - records) / elapsed.TotalSeconds, "events/s",
                $"delivered to {readers.Count} operators, {rate} updates/s");
            run.Report($"{what}_master_cpu", (master.CpuSeconds - cpu) / elapsed.TotalSeconds, "cores", "of the master meanwhile");
            phase.OperatorLag.Report(run, $"{what}_operator_lag", $"update sent to event read, one operator in {LooksOneIn}");
            phase.SchedulerLag.Report(run, $"{what}_scheduler_lag", "update sent to event read");
            run.Report($"{what}_cut", readers.Count(reader => reader.Ended is not null), "readers", "that read and were cut nevertheless");
        }
    }

    /// <summary>What was measured since the phase began.</summary>
    private sealed class Phase
    {
        public Latencies OperatorLag { get; } = new();

        public Latencies SchedulerLag { get; } = new();

        public void Operator(long sent) => OperatorLag.Add(Stopwatch.GetElapsedTime(sent));

        public void Scheduler(long sent) => SchedulerLag.Add(Stopwatch.GetElapsedTime(sent));
    }

    /// <summary>Signalled on the reactor's thread, awaited outside.</summary>
    private sealed class Countdown(int count)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = count;

        public void Signal()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _done.SetResult();
            }
        }

        public async Task WaitAsync(Task failure, TimeSpan patience, CancellationToken cancellation)
        {
            if (Volatile.Read(ref _left) > 0)
            {
                await await Task.WhenAny(_done.Task, failure).WaitAsync(patience, cancellation);
            }
        }
    }
}
