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

    private readonly Func<ContainerId, IContainerChecks?> _checksOf;
    private readonly Func<AgentMessage, ValueTask> _post;
    private readonly SemaphoreSlim _commands = new(MaxCommands);
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private readonly CancellationTokenSource _stopping = new();
    private readonly NetworkSockets _sockets = new();

    /// <param name="checksOf">How to look into a container; null: as the agent itself looks.</param>
    public CheckRunner(Func<ContainerId, IContainerChecks?> checksOf, Func<AgentMessage, ValueTask> post) =>
        (_checksOf, _post) = (checksOf, post);

    public void Run(RunCheck check) => _ = RunAsync(check);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
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
        catch (Exception failure) when (!_stopping.IsCancellationRequested)
        {
            // Whatever went wrong, the task's next check waits for this answer.
            return new CheckResult.NoAnswer(failure.Message);
        }
    }

    private async Task<CheckResult> RunCommandAsync(ContainerId container, CheckSpec.Command check, CancellationToken cancellation) =>
        _checksOf(container) is { } checks
            ? new CheckResult.CommandExited(await checks.RunAsync(check, cancellation))
            : new CheckResult.NoAnswer("commands cannot be run in this container");

    private async Task<CheckResult> GetAsync(ContainerId container, CheckSpec.Http check, CancellationToken cancellation)
    {
        using var socket = await _sockets.CreateAsync(_checksOf(container)?.NetworkOf(container), FamilyOf(check.IPv6));
        await socket.ConnectAsync(Loopback(check.IPv6, check.Port), cancellation);
        await using var connection = new NetworkStream(socket);
        var host = $"{(check.IPv6 ? "[::1]" : "127.0.0.1")}:{check.Port}";
        return new CheckResult.HttpAnswered(await HttpProbe.GetAsync(connection, check.Scheme == "https", host, check.Path, cancellation));
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

    private static AddressFamily FamilyOf(bool isV6) => isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    private static IPEndPoint Loopback(bool isV6, int port) => new(isV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, port);
}
