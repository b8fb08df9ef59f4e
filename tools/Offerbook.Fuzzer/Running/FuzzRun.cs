using System.Diagnostics;
using System.Globalization;
using System.Net;
using Offerbook.Fuzzer.Requests;
using Offerbook.Fuzzer.Sending;
using Offerbook.Fuzzer.Watching;

namespace Offerbook.Fuzzer.Running;

/// <summary>
/// One run: a companion that must not notice anything, the fuzzed requests beside it, and a look at what is left afterwards.
/// </summary>
public static class FuzzRun
{
    /// <summary>
    /// What may be in use more than at the start when everything is put away: 50 completed frameworks with the tasks that are
    /// remembered of them, some of which have names of 140 KiB here, 32 MiB of events while an operator follows them, and lost agents.
    /// In five minutes 100,000 requests are sent: a leak of 1 KiB a request shows.
    /// </summary>
    private const double MaxLiveGrowthMiB = 80;

    private const double MiB = 1 << 20;

    /// <summary>Connections that may be left: those of other clients, and pooled ones of this one.</summary>
    private const int MaxConnectionsLeft = 16;

    /// <summary>Heartbeats come every 15 s.</summary>
    private static readonly TimeSpan MaxHeartbeatGap = TimeSpan.FromSeconds(20);

    public static async Task<FuzzReport> RunAsync(FuzzOptions options)
    {
        var faults = new FaultList(options.Output);
        var figures = new List<string>();
        var server = new ServerProcess(options.Master.Port, options.Process);
        var before = server.OpenConnections();
        using var heap = new HeapWatch(options.Master);
        var (fleet, missing) = options.Agents > 0 ? await AgentFleet.StartAsync(options.Master, options.Agents) : (null, null);
        using var agents = fleet;
        if (missing is not null)
        {
            return new FuzzReport(0, new Dictionary<int, long>(), new Dictionary<string, long>(), [], [missing]);
        }
        using var companion = new Companion(options.Master);
        using var health = new HealthProbe(options.Master);
        using var stop = new CancellationTokenSource();
        using var sender = new RequestSender(await ResolveAsync(options.Master), new LiveStreams(), options.Patience);
        if (await companion.StartAsync(stop.Token) is { } refused)
        {
            return new FuzzReport(0, sender.Statuses, sender.Refusals, [], [refused]);
        }
        var start = options.Idle > TimeSpan.Zero ? await heap.ReadAsync() : null;
        var probing = health.RunAsync(stop.Token);
        var sent = await SendAsync(options, sender, faults, server, figures);
        var (meant, taken) = sender.Sound;
        figures.Add(
            Text($"calls of those who were subscribed, whole and not spoiled: {meant}, of which {taken} were taken; ")
            + Text($"{sender.Live.Learnt} subscriptions"));
        Judge(options, companion, health, faults, figures);
        await companion.LeaveAsync();
        sender.Dispose();
        await stop.CancelAsync();
        await probing;
        companion.Dispose();
        if (fleet is not null)
        {
            figures.Add(Text($"{options.Agents} simulated agents, {fleet.Broken} times one lost its stream"));
        }
        await JudgeHeapAsync(options, heap, start, faults, figures);
        fleet?.Dispose();
        await JudgeRemainsAsync(options, server, before, faults, figures);
        return new FuzzReport(sent, sender.Statuses.ToDictionary(), sender.Refusals.ToDictionary(), figures, faults.All);
    }

    private static async Task<long> SendAsync(FuzzOptions options, RequestSender sender, FaultList faults, ServerProcess server,
        List<string> figures)
    {
        using var time = new CancellationTokenSource(options.Length);
        using var warm = new CancellationTokenSource(options.Length / 10);
        double? warmMiB = null;
        await using var noting = warm.Token.Register(() => warmMiB = server.ResidentMiB());
        var maker = new RequestMaker(options.Seed, sender.Live);
        var next = options.From - 1;
        var end = options.Count == long.MaxValue ? long.MaxValue : options.From + options.Count;
        await Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => Task.Run(async () =>
        {
            while (!time.IsCancellationRequested && Interlocked.Increment(ref next) is var index && index < end)
            {
                var request = maker.Make(index);
                if (await sender.SendAsync(request) is var (fault, bytes))
                {
                    faults.Add(request, fault, bytes);
                }
            }
        })));
        if (warmMiB is { } first && server.ResidentMiB() is { } last)
        {
            figures.Add(Text($"resident memory: {first:0} MiB after the first tenth, {last:0} MiB at the end"));
        }
        return Math.Min(next, end) - options.From;
    }

    private static void Judge(FuzzOptions options, Companion companion, HealthProbe health, FaultList faults, List<string> figures)
    {
        Bound("/health", health.Longest, health.Count, options.StallLimit);
        Bound("offer to the companion", companion.Offers.Longest, companion.Offers.Count, options.StallLimit);
        Bound("end of a companion's task", companion.Finished.Longest, companion.Finished.Count, options.StallLimit);
        Bound("heartbeat", companion.Heartbeats.Longest, companion.Heartbeats.Count, MaxHeartbeatGap);
        Bound("ping", companion.Pings.Longest, companion.Pings.Count, MaxHeartbeatGap);
        foreach (var fault in new[] { health.Fault, companion.Fault })
        {
            if (fault is not null)
            {
                faults.Add(fault);
            }
        }

        void Bound(string what, TimeSpan longest, long count, TimeSpan limit)
        {
            figures.Add(Text($"{what}: {count}, longest gap {longest.TotalMilliseconds:0} ms"));
            if (longest > limit)
            {
                faults.Add(Text($"{what}: nothing for {longest.TotalMilliseconds:0} ms, {limit.TotalMilliseconds:0} are allowed"));
            }
        }
    }

    private static async Task JudgeHeapAsync(FuzzOptions options, HeapWatch heap, HeapFigures? start, FaultList faults,
        List<string> figures)
    {
        if (start is null)
        {
            figures.Add("heap: not judged");
            return;
        }
        // Before the first collection nobody knows what is in use: it counts as nothing.
        var rest = Stopwatch.StartNew();
        if (await heap.AtRestAsync(start.Live + (MaxLiveGrowthMiB * MiB), options.Idle) is not { } end)
        {
            faults.Add(Text($"the master did not go through its heap within {options.Idle.TotalSeconds:0} s of rest"));
            return;
        }
        figures.Add(
            Text($"heap: {start.Live / MiB:0} MiB in use at the start, {end.Live / MiB:0} MiB after the run, ")
            + Text($"{rest.Elapsed.TotalSeconds:0} s of rest and {end.FullCollections} full collections"));
        if ((end.Live - start.Live) / MiB > MaxLiveGrowthMiB)
        {
            faults.Add(Text(
                $"what is in use grew from {start.Live / MiB:0} to {end.Live / MiB:0} MiB, {MaxLiveGrowthMiB:0} more are allowed"));
        }
    }

    private static async Task JudgeRemainsAsync(FuzzOptions options, ServerProcess server, int before, FaultList faults,
        List<string> figures)
    {
        using (var deadline = new CancellationTokenSource(options.Settle))
        {
            while (server.OpenConnections() > before && !deadline.IsCancellationRequested)
            {
                await Task.Delay(50);
            }
        }
        var after = server.OpenConnections();
        figures.Add(Text($"open connections: {before} before, {after} afterwards"));
        if (after > before + MaxConnectionsLeft)
        {
            faults.Add($"the master still has {after} connections open, {before} before the run");
        }
        using var metrics = new MetricsCheck(options.Master);
        if (await metrics.FindFaultAsync() is { } fault)
        {
            faults.Add(fault);
        }
        if (server.ResidentMiB() is { } resident)
        {
            figures.Add(Text($"resident memory: {resident:0} MiB after everything was put away"));
        }
    }

    private static async Task<IPEndPoint> ResolveAsync(Uri master) =>
        new(IPAddress.TryParse(master.Host, out var address) ? address : (await Dns.GetHostAddressesAsync(master.Host))[0], master.Port);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
