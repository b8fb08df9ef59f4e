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

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = master,
        Timeout = TimeSpan.FromSeconds(30) };

    /// <returns>Null when the master has no such metrics.</returns>
    public async Task<HeapFigures?> ReadAsync()
    {
        using var snapshot = JsonDocument.Parse(await _http.GetStringAsync("/metrics/snapshot?timeout=1secs"));
        return Value("heap_live_bytes") is { } live && Value("heap_committed_bytes") is { } committed
            && Value("heap_full_collections") is { } collections
            ? new HeapFigures(live, committed, collections)
            : null;

        double? Value(string name) => snapshot.RootElement.TryGetProperty("process/" + name, out var metric) ? metric.GetDouble() : null;
    }

    /// <summary>
    /// Waits, while the master rests, until a full collection finds no more in use than is allowed. It comes down in steps: agents that
    /// left are given up after a minute and a half, pools of arrays let go of what nobody asked for in a minute, and the master
    /// collects when it is quiet, and again when they have.
    /// </summary>
    /// <param name="allowed">In bytes.</param>
    /// <returns>The heap then, or as it was found last; null when there was no full collection in time.</returns>
    public async Task<HeapFigures?> AtRestAsync(double allowed, TimeSpan patience)
    {
        var last = await ReadAsync();
        var began = last?.FullCollections;
        using var deadline = new CancellationTokenSource(patience);
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (last is not null && !(last.FullCollections > began && last.Live <= allowed))
            {
                await timer.WaitForNextTickAsync(deadline.Token);
                last = await ReadAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The time is up.
        }
        return last?.FullCollections > began ? last : null;
    }

    public void Dispose() => _http.Dispose();
}
