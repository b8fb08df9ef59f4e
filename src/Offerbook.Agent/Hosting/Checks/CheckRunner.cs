using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Checks;

/// <summary>Carries out probes: asynchronously, so that a slow one holds no thread, and no more than a bound at once.</summary>
internal sealed class CheckRunner(ProcessLauncher launcher, Func<AgentMessage, ValueTask> post) : IAsyncDisposable
{
    /// <summary>Probes at once. The rest wait: a core starts one for each task and purpose, so at most two for each task.</summary>
    public const int MaxConcurrent = 256;

    private readonly SemaphoreSlim _slots = new(MaxConcurrent);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http = new(CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    public void Run(RunCheck check) => _ = RunAsync(check);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _http.Dispose();
    }

    private async Task RunAsync(RunCheck check)
    {
        await Task.Yield();
        try
        {
            await _slots.WaitAsync(_stopping.Token);
            CheckResult result;
            try
            {
                result = await ProbeAsync(check.Check);
            }
            finally
            {
                _slots.Release();
            }
            await post(new AgentMessage.CheckFinished(check.Container, check.Purpose, check.Number, result));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent stops; the next one checks again.
        }
    }

    private async Task<CheckResult> ProbeAsync(CheckSpec check)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        if (check.Timeout is { } timeout)
        {
            deadline.CancelAfter(timeout);
        }
        try
        {
            return check switch
            {
                CheckSpec.Command command => await RunCommandAsync(command, deadline.Token),
                CheckSpec.Http http => await GetAsync(http, deadline.Token),
                CheckSpec.Tcp tcp => await ConnectAsync(tcp, deadline.Token),
                _ => throw new InvalidOperationException("a check of an unknown kind"),
            };
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return new CheckResult.NoAnswer($"no answer within {check.Timeout?.TotalSeconds:0.###} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or Win32Exception or UriFormatException)
        {
            return new CheckResult.NoAnswer(failure.Message);
        }
    }

    private async Task<CheckResult> RunCommandAsync(CheckSpec.Command check, CancellationToken cancellation)
    {
        using var process = launcher.StartCheck(check.Container, check.Run, check.Environment);
        try
        {
            await process.WaitForExitAsync(cancellation);
            return new CheckResult.CommandExited(process.ExitCode);
        }
        finally
        {
            // It leads its own process group: whatever it left behind, or all of it if its time ran out, ends here.
            if (process.HasExited)
            {
                Native.Signal(-process.Id, Native.Kill);
            }
            else
            {
                Native.SignalGroup(process.Id, Native.Kill);
            }
        }
    }

    private async Task<CheckResult> GetAsync(CheckSpec.Http check, CancellationToken cancellation)
    {
        var host = check.IPv6 ? "[::1]" : "127.0.0.1";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{check.Scheme}://{host}:{check.Port}{check.Path}"));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return new CheckResult.HttpAnswered((int)response.StatusCode);
    }

    private static async Task<CheckResult> ConnectAsync(CheckSpec.Tcp check, CancellationToken cancellation)
    {
        using var socket = new Socket(check.IPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(check.IPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, check.Port), cancellation);
            return new CheckResult.TcpAnswered(true);
        }
        catch (SocketException)
        {
            return new CheckResult.TcpAnswered(false);
        }
    }

    private static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        // A probe tests whether a new client would be served; a kept connection could outlive what it tests.
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    };
}
