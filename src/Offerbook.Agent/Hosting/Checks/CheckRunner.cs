using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Checks;

/// <summary>
/// Carries out probes asynchronously, so that a slow one holds no thread. A core has at most two under way for each task, so that
/// bounds keep them from exhausting processes and descriptors and are no queue in ordinary times.
/// </summary>
internal sealed class CheckRunner : IAsyncDisposable
{
    /// <summary>Commands at once: each is a process or a few.</summary>
    public const int MaxCommands = 1024;

    /// <summary>Connections at once, of which a hung server holds one until its timeout.</summary>
    public const int MaxConnections = 8192;

    private static readonly HttpRequestOptionsKey<int?> Network = new("network");

    private readonly Func<ContainerId, IContainerChecks?> _checksOf;
    private readonly Func<AgentMessage, ValueTask> _post;
    private readonly SemaphoreSlim _commands = new(MaxCommands);
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private readonly CancellationTokenSource _stopping = new();
    private readonly NetworkSockets _sockets = new();
    private readonly HttpClient _http;

    /// <param name="checksOf">How to look into a container; null: as the agent itself looks.</param>
    public CheckRunner(Func<ContainerId, IContainerChecks?> checksOf, Func<AgentMessage, ValueTask> post)
    {
        (_checksOf, _post) = (checksOf, post);
        _http = new HttpClient(CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Run(RunCheck check) => _ = RunAsync(check);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _http.Dispose();
        _sockets.Dispose();
    }

    private async Task RunAsync(RunCheck check)
    {
        await Task.Yield();
        try
        {
            var slots = check.Check is CheckSpec.Command ? _commands : _connections;
            await slots.WaitAsync(_stopping.Token);
            CheckResult result;
            try
            {
                result = await ProbeAsync(check);
            }
            finally
            {
                slots.Release();
            }
            await _post(new AgentMessage.CheckFinished(check.Container, check.Purpose, check.Number, result));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent stops; the next one checks again.
        }
    }

    private async Task<CheckResult> ProbeAsync(RunCheck run)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        if (run.Check.Timeout is { } timeout)
        {
            deadline.CancelAfter(timeout);
        }
        try
        {
            return run.Check switch
            {
                CheckSpec.Command command => await RunCommandAsync(run.Container, command, deadline.Token),
                CheckSpec.Http http => await GetAsync(run.Container, http, deadline.Token),
                CheckSpec.Tcp tcp => await ConnectAsync(run.Container, tcp, deadline.Token),
                _ => throw new InvalidOperationException("a check of an unknown kind"),
            };
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return new CheckResult.NoAnswer($"no answer within {run.Check.Timeout?.TotalSeconds:0.###} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or Win32Exception or UriFormatException or CheckImpossibleException)
        {
            return new CheckResult.NoAnswer(failure.InnerException is CheckImpossibleException impossible ? impossible.Message : failure.Message);
        }
    }

    private async Task<CheckResult> RunCommandAsync(ContainerId container, CheckSpec.Command check, CancellationToken cancellation) =>
        _checksOf(container) is { } checks
            ? new CheckResult.CommandExited(await checks.RunAsync(check, cancellation))
            : new CheckResult.NoAnswer("commands cannot be run in this container");

    private async Task<CheckResult> GetAsync(ContainerId container, CheckSpec.Http check, CancellationToken cancellation)
    {
        var network = _checksOf(container)?.NetworkOf(container);
        var loopback = check.IPv6 ? "[::1]" : "127.0.0.1";
        // Connections are pooled by name: in another network the same address is another server.
        var host = network is null ? loopback : $"{container.Value}.{(check.IPv6 ? "v6" : "v4")}.check";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{check.Scheme}://{host}:{check.Port}{check.Path}"));
        request.Headers.Host = $"{loopback}:{check.Port}";
        request.Options.Set(Network, network);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return new CheckResult.HttpAnswered((int)response.StatusCode);
    }

    private async Task<CheckResult> ConnectAsync(ContainerId container, CheckSpec.Tcp check, CancellationToken cancellation)
    {
        using var socket = await _sockets.CreateAsync(_checksOf(container)?.NetworkOf(container), FamilyOf(check.IPv6));
        try
        {
            await socket.ConnectAsync(Loopback(check.IPv6, check.Port), cancellation);
            return new CheckResult.TcpAnswered(true);
        }
        catch (SocketException)
        {
            return new CheckResult.TcpAnswered(false);
        }
    }

    private SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        // A probe tests whether a new client would be served; a kept connection could outlive what it tests.
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        ConnectCallback = async (context, cancellation) =>
        {
            var name = context.DnsEndPoint.Host;
            var isV6 = name.Contains(':') || name.EndsWith(".v6.check", StringComparison.Ordinal);
            context.InitialRequestMessage.Options.TryGetValue(Network, out var network);
            var socket = await _sockets.CreateAsync(network, FamilyOf(isV6));
            try
            {
                await socket.ConnectAsync(Loopback(isV6, context.DnsEndPoint.Port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private static AddressFamily FamilyOf(bool isV6) => isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    private static IPEndPoint Loopback(bool isV6, int port) => new(isV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, port);
}
