using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;
using Offerbook.Agent.Http.Executors;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Http;

/// <summary>
/// The agent's HTTP server. It listens before the agent has recovered, because the agent must know its own port; until then what
/// needs the agent's state is answered 503.
/// </summary>
internal sealed class AgentServer : IAsyncDisposable
{
    private readonly AgentGateway _gateway;
    private readonly AgentOptions _options;
    private readonly string _work;
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly Dictionary<string, RequestDelegate> _early;
    private volatile Dictionary<string, RequestDelegate> _routes;
    private volatile bool _open;
    private HttpServer? _server;

    public AgentServer(AgentGateway gateway, string work, AgentOptions options)
    {
        (_gateway, _options, _work) = (gateway, options, work);
        var files = new FilesEndpoint(new SandboxFiles(work));
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
            var listen = new ListenOptions(_options.ListenAddress, _options.Port, _options.PortFlag);
            _server = await HttpServer.StartAsync(listen, RouteAsync, loggers, cancellation);
        }
        catch (IOException failure)
        {
            throw new AgentStartException($"The agent cannot start. {failure.Message}", failure);
        }
    }

    /// <summary>Adds what needs the agent's settings.</summary>
    public void Describe(AgentSettings settings, ExecutorConnections executors)
    {
        var state = new StateDocument(settings, _work, _startedAt.ToUnixTimeMilliseconds() / 1e3, Flags(settings));
        var operators = new OperatorEndpoint(_gateway, settings);
        _routes = new Dictionary<string, RequestDelegate>(_early, StringComparer.Ordinal)
        {
            ["/version"] = context => JsonAnswer.WriteAsync(context, json => WriteVersion(json, settings)),
            ["/flags"] = context => JsonAnswer.WriteAsync(context, state.WriteFlagsDocument),
            ["/state"] = WithView((context, view) => JsonAnswer.WriteAsync(context, json => state.Write(json, view))),
            ["/metrics/snapshot"] = WithView((context, view) => JsonAnswer.WriteAsync(
                context, json => MetricsDocument.Write(json, view, (DateTimeOffset.UtcNow - _startedAt).TotalSeconds))),
            ["/api/v1"] = operators.HandleAsync,
            ["/api/v1/executor"] = new ExecutorEndpoint(
                executors, settings.ExecutorTokenKey is { } key ? new ExecutorGuard(key, TimeProvider.System) : null).HandleAsync,
        };
    }

    /// <summary>The agent runs and can be asked.</summary>
    public void Open() => _open = true;

    public async ValueTask DisposeAsync()
    {
        _open = false;
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>API section 1.1: `/slave(1)` in front means the agent itself; a tail that nothing answers to is cut off piece by piece.</summary>
    private Task RouteAsync(HttpContext context)
    {
        const string self = "/slave(1)";
        var path = context.Request.Path.Value?.TrimEnd('/') ?? "";
        if (path.StartsWith(self + "/", StringComparison.Ordinal))
        {
            path = path[self.Length..];
        }
        var routes = _open ? _routes : _early;
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (routes.TryGetValue(path[..end], out var handler) || routes.TryGetValue(WithoutSuffix(path[..end]), out handler))
            {
                return handler(context);
            }
        }
        return _open
            ? context.Response.WriteTextAsync(StatusCodes.Status404NotFound, "404 Not Found.")
            : context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable, "Agent has not finished recovery");
    }

    private static string WithoutSuffix(string path) => path.EndsWith(".json", StringComparison.Ordinal) ? path[..^5] : path;

    private static void WriteVersion(JsonWriter json, AgentSettings settings)
    {
        json.WriteStartObject();
        json.Member("build_date", BuildInfo.Date);
        json.Member("build_time", BuildInfo.Time);
        json.Member("build_user", "");
        json.Member("version", settings.Version);
        json.WriteEndObject();
    }

    private RequestDelegate WithView(Func<HttpContext, AgentView, Task> answer) => async context =>
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await context.RefuseMethodAsync("GET");
            return;
        }
        await answer(context, await _gateway.ViewAsync(context.RequestAborted));
    };

    private List<KeyValuePair<string, string>> Flags(AgentSettings settings) =>
    [
        new("attributes", _options.Attributes ?? ""),
        new("hostname", settings.Info.Hostname),
        new("ip", _options.ListenAddress.ToString()),
        new("master", string.Join(",", _options.Masters)),
        new("port", settings.Info.Port.ToString(CultureInfo.InvariantCulture)),
        new("resources", _options.Resources ?? ""),
        new("work_dir", _work),
    ];
}
