using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Bench.State;

/// <param name="Whole">To the last byte.</param>
internal readonly record struct StateRead(TimeSpan FirstByte, TimeSpan Whole, long Bytes);

/// <summary>Reads a master's state and throws it away. It asks for nothing packed, so that what is measured is the master.</summary>
internal sealed class StateReader(Uri master) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = master, Timeout = TimeSpan.FromMinutes(2) };

    public Task<StateRead> StateAsync(CancellationToken cancellation) => ReadAsync(new HttpRequestMessage(HttpMethod.Get, "/state"), cancellation);

    public Task<StateRead> GetStateAsync(MessageFormat format, CancellationToken cancellation)
    {
        var body = MessageCodec.ToBytes(new Mesos.V1.Master.Call { Type = Mesos.V1.Master.Call.Types.Type.GetState }, format);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Of(format));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.Of(format)));
        return ReadAsync(request, cancellation);
    }

    /// <summary>
    /// What reads have held the event loop for: how many turns, and the bound under which the longest was (buckets of a histogram:
    /// 10 µs … 1 s, then without a bound).
    /// </summary>
    public async Task<(long Turns, double LongestBelow)> LoopHoldsAsync(string message, CancellationToken cancellation)
    {
        var text = await _http.GetStringAsync("/metrics", cancellation);
        var buckets = text.Split('\n').Where(line => line.StartsWith("offerbook_turn_seconds_bucket", StringComparison.Ordinal)
            && line.Contains($"message=\"{message}\"", StringComparison.Ordinal)).Select(ReadBucket).ToList();
        var turns = buckets.Count == 0 ? 0 : buckets.Max(bucket => bucket.Count);
        return (turns, turns == 0 ? 0 : buckets.Where(bucket => bucket.Count == turns).Min(bucket => bucket.Bound));
    }

    public void Dispose() => _http.Dispose();

    private static (double Bound, long Count) ReadBucket(string line)
    {
        var bound = line.Split("le=\"")[1].Split('"')[0];
        return (bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture),
            long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    private async Task<StateRead> ReadAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[256 * 1024];
        TimeSpan? first = null;
        long bytes = 0;
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            first ??= Stopwatch.GetElapsedTime(began);
            bytes += read;
        }
        return new StateRead(first ?? TimeSpan.Zero, Stopwatch.GetElapsedTime(began), bytes);
    }
}
