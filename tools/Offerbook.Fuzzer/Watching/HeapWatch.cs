using System.Text.Json;

namespace Offerbook.Fuzzer.Watching;

/// <summary>What a master says of its heap in its metrics, in bytes.</summary>
/// <param name="Live">In use after the last full collection; 0 before the first.</param>
public sealed record HeapFigures(double Live, double Committed, double FullCollections);

/// <summary>
/// Judges what is in use when everything is put away. Resident memory cannot tell a leak from garbage that nobody has asked for yet,
/// so this waits until the master has gone through its whole heap.
/// </summary>
public sealed class HeapWatch(Uri master) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>Readings without another collection, after which none is on its way: the master looks every 10 s, twice at most.</summary>
    private const int MaxQuiet = 5;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = master, Timeout = TimeSpan.FromSeconds(30) };

    /// <returns>Null when the master has no such metrics.</returns>
    public async Task<HeapFigures?> ReadAsync()
    {
        using var snapshot = JsonDocument.Parse(await _http.GetStringAsync("/metrics/snapshot?timeout=1secs"));
        return Value("heap_live_bytes") is { } live && Value("heap_committed_bytes") is { } committed && Value("heap_full_collections") is { } collections
            ? new HeapFigures(live, committed, collections)
            : null;

        double? Value(string name) => snapshot.RootElement.TryGetProperty("process/" + name, out var metric) ? metric.GetDouble() : null;
    }

    /// <summary>Waits until the agents that left are given up: until then the master keeps what they said that they run.</summary>
    public async Task AgentsGivenUpAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await LeftAgentsAsync() > 0)
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // What they ran is counted then.
        }
    }

    /// <summary>
    /// Waits for the last of the full collections that a master makes when it has nothing to do. The first one may have begun before,
    /// and counts as in use what was garbage soon after.
    /// </summary>
    /// <returns>The heap after it; null when none came in time.</returns>
    public async Task<HeapFigures?> AfterCollectionAsync(TimeSpan patience)
    {
        var last = await ReadAsync();
        var began = last?.FullCollections;
        var quiet = 0;
        using var deadline = new CancellationTokenSource(patience);
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (last is not null && await timer.WaitForNextTickAsync(deadline.Token))
            {
                var now = await ReadAsync();
                quiet = now?.FullCollections == last.FullCollections ? quiet + 1 : 0;
                last = now;
                if (quiet >= MaxQuiet && last?.FullCollections > began)
                {
                    return last;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The time is up.
        }
        return null;
    }

    private async Task<double> LeftAgentsAsync()
    {
        using var snapshot = JsonDocument.Parse(await _http.GetStringAsync("/metrics/snapshot"));
        return snapshot.RootElement.TryGetProperty("master/slaves_disconnected", out var left) ? left.GetDouble() : 0;
    }

    public void Dispose() => _http.Dispose();
}
