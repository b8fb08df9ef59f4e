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
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = master,
        Timeout = TimeSpan.FromMinutes(2) };

    public Task<StateRead> StateAsync(CancellationToken cancellation) =>
        ReadAsync(new HttpRequestMessage(HttpMethod.Get, "/state"), cancellation);

    public Task<StateRead> GetStateAsync(MessageFormat format, CancellationToken cancellation)
    {
        var body = MessageCodec.ToBytes(new Mesos.V1.Master.Call { Type = Mesos.V1.Master.Call.Types.Type.GetState }, format);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Of(format));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.Of(format)));
        return ReadAsync(request, cancellation);
    }

    /// <summary>What turns for a message have held the event loop for since the start of the master.</summary>
    public async Task<(long Turns, TimeSpan Longest, TimeSpan All)> LoopHoldsAsync(string message, CancellationToken cancellation)
    {
        var metrics = (await _http.GetStringAsync("/metrics", cancellation)).Split('\n');
        double Value(string family) => double.Parse(
            metrics.Single(line => line.StartsWith($"offerbook_{family}{{message=\"{message}\"}} ", StringComparison.Ordinal))
                .Split(' ')[1], CultureInfo.InvariantCulture);
        return ((long)Value("turn_seconds_count"), TimeSpan.FromSeconds(Value("longest_turn_seconds")),
            TimeSpan.FromSeconds(Value("turn_seconds_sum")));
    }

    public void Dispose() => _http.Dispose();

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
