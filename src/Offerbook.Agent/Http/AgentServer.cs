using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Flags;
using Offerbook.Agent.Http.Executors;
using Offerbook.Agent.Http.Operator;
using Offerbook.Agent.Http.Security;
using Offerbook.Wire.Hosting.Logging;
using Offerbook.Wire.Http;
using Offerbook.Wire.Http.Security;

namespace Offerbook.Agent.Http;

/// <summary>
/// The agent's HTTP server. It listens before the agent has recovered, because the agent must know its own port; until then what
/// needs the agent's state is answered 503.
/// </summary>
internal sealed class AgentServer : IAsyncDisposable
{
    private readonly AgentGateway _gateway;
    private readonly AgentOptions _options;
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly RequestGuard _guard;
    private readonly SandboxFiles _files;
    private readonly string _work;
    private readonly ILogger? _log;
    private readonly Dictionary<string, RequestDelegate> _early;
    private volatile Dictionary<string, RequestDelegate> _routes;
    private AgentSettings? _settings;
    private ExecutorConnections? _executors;
    private HttpServer? _server;

    /// <exception cref="FormatException">Who may enter cannot be told: a file of secrets cannot be used, or is missing.</exception>
    public AgentServer(AgentGateway gateway, string work, AgentOptions options, ILogger? log)
    {
        (_gateway, _options, _work, _log) = (gateway, options, work, log);
        _guard = AgentRealms.Guard(options.Security, TimeProvider.System, warning => log?.LogWarning("{Warning}", warning));
        _files = new SandboxFiles(work, options.LogFile);
        var files = new FilesEndpoint(_files);
        _early = new Dictionary<string, RequestDelegate>(StringComparer.Ordinal)
        {
            ["/health"] = context => context.Response.WriteTextAsync(StatusCodes.Status200OK, ""),
            ["/files/browse"] = files.BrowseAsync,
            ["/files/read"] = files.ReadAsync,
            ["/files/download"] = files.DownloadAsync,
        };
        _routes = _early;
    }

    /// <summary>Where clients on this machine reach the agent.</summary>
    public Uri Address => _server?.Address ?? throw new InvalidOperationException("The server has not been started.");

    /// <exception cref="AgentStartException">The address is taken or not this host's.</exception>
    public async Task StartAsync(ILoggerFactory? loggers, CancellationToken cancellation)
    {
        try
        {
            var listen = new ListenOptions(_options.ListenAddress, _options.Port,
                _options.PortFlag) { MaxConnections = _options.MaxConnections };
            _server = await HttpServer.StartAsync(listen, RouteAsync, loggers, cancellation);
        }
        catch (IOException failure)
        {
            throw new AgentStartException($"The agent cannot start. {failure.Message}", failure);
        }
    }

    /// <summary>Says what the agent is, before it can be asked.</summary>
    public void Describe(AgentSettings settings, ExecutorConnections executors) => (_settings, _executors) = (settings, executors);

    /// <summary>The agent runs and can be asked.</summary>
    public void Open(IContainerStatistics statistics, AttachedContainers attached, Func<ShellCounts> counts)
    {
        var settings = _settings ?? throw new InvalidOperationException("The agent has not been described.");
        var agent = new RunningAgent(_gateway, settings, _files, _options.Verbosity
            ?? new LogVerbosity(_options.LogMinimum, TimeProvider.System))
        {
            Flags = AgentFlags.Set.Effective(_options with { Port = settings.Info.Port, Hostname = settings.Info.Hostname }),
            StartedAt = _startedAt,
            Statistics = statistics,
            Counts = counts,
            Attached = attached,
            HeartbeatInterval = _options.HttpHeartbeatInterval,
        };
        _files.Ask = _gateway.ViewAsync;
        _routes = new AgentRoutes(agent, _work).All(new Dictionary<string, RequestDelegate>(_early, StringComparer.Ordinal)
        {
            ["/api/v1/executor"] = new ExecutorEndpoint(
                _executors!, settings.ExecutorTokenKey is { } key ? new ExecutorGuard(key, TimeProvider.System) : null).HandleAsync,
        });
    }

    public async ValueTask DisposeAsync()
    {
        _routes = _early;
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>
    /// API section 1.1: `/slave(1)` in front means the agent itself; a tail that nothing answers to is cut off piece by piece.
    /// </summary>
    private async Task RouteAsync(HttpContext context)
    {
        const string self = "/slave(1)";
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = context.Request.Path.Value?.TrimEnd('/') ?? "";
        if (path == self || path.StartsWith(self + "/", StringComparison.Ordinal))
        {
            path = path[self.Length..];
        }
        var routes = _routes;
        if (!target.Split('?')[0].Contains("/..", StringComparison.Ordinal))
        {
            for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
            {
                var route = routes.ContainsKey(path[..end]) ? path[..end] : WithoutSuffix(path[..end]);
                if (routes.TryGetValue(route, out var handler))
                {
                    if (await _guard.AdmitAsync(context, AgentRealms.Of(route)))
                    {
                        await handler(context);
                        _log?.LogDebug("{Method} {Route} of {Principal} from {Remote}: {Status}", context.Request.Method, route,
                            context.PrincipalName()
                                ?? "nobody in particular", context.Connection.RemoteIpAddress, context.Response.StatusCode);
                    }
                    return;
                }
            }
        }
        await (routes != _early
            ? context.Response.WriteTextAsync(StatusCodes.Status404NotFound, "404 Not Found.")
            : context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable, "Agent has not finished recovery"));
    }

    private static string WithoutSuffix(string path) => path.EndsWith(".json", StringComparison.Ordinal) ? path[..^5] : path;
}
