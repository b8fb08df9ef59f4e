using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;

namespace Offerbook.Apps.Hosting;

/// <summary>
/// Puts the core's health questions on the network, at most <see cref="MaxConcurrent"/> at once; the others wait their turn (the
/// core has at most one open for each check of each task). Certificates are not looked at, redirects not followed.
/// </summary>
internal sealed class HealthProber : IAsyncDisposable
{
    public const int MaxConcurrent = 256;

    private readonly Func<AppsMessage, CancellationToken, ValueTask> _post;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turns = new(MaxConcurrent);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        // Each probe opens its own connection: that the port is open is part of what is asked.
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public HealthProber(Func<AppsMessage, CancellationToken, ValueTask> post, TimeProvider time) => (_post, _time) = (post, time);

    public void Start(RunHealthCheck run) => _ = RunAsync(run);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _http.Dispose();
    }

    private async Task RunAsync(RunHealthCheck run)
    {
        try
        {
            await _turns.WaitAsync(_stopping.Token);
            ProbeResult result;
            try
            {
                result = await ProbeAsync(run.Probe);
            }
            finally
            {
                _turns.Release();
            }
            await _post(new AppsMessage.HealthCheckFinished(run.Run, result), _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The framework stops; nobody waits for the answer.
        }
        catch (ChannelClosedException)
        {
            // As above.
        }
    }

    private async Task<ProbeResult> ProbeAsync(HealthProbe probe)
    {
        using var timeout = new CancellationTokenSource(probe.Timeout > TimeSpan.Zero ? probe.Timeout : TimeSpan.FromMilliseconds(1),
            _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            return probe is HealthProbe.Http http ? await AskAsync(http, either.Token) : await ConnectAsync(probe, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new ProbeResult.NoAnswer($"no answer from {probe.Host}:{probe.Port} within {probe.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or UriFormatException)
        {
            return new ProbeResult.NoAnswer(failure.GetBaseException().Message);
        }
    }

    private async Task<ProbeResult> AskAsync(HealthProbe.Http probe, CancellationToken cancellation)
    {
        var path = probe.Path.StartsWith('/') ? probe.Path : "/" + probe.Path;
        var host = probe.Host.Contains(':', StringComparison.Ordinal) ? "[" + probe.Host + "]" : probe.Host;
        using var request = new HttpRequestMessage(HttpMethod.Get,
            new Uri($"{(probe.Tls ? "https" : "http")}://{host}:{probe.Port}{path}"));
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.ParseAdd("offerbook-apps");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return new ProbeResult.HttpAnswered((int)response.StatusCode, response.ReasonPhrase ?? "");
    }

    private static async Task<ProbeResult> ConnectAsync(HealthProbe probe, CancellationToken cancellation)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(probe.Host, probe.Port, cancellation);
        return new ProbeResult.Connected();
    }
}
