using System.Globalization;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;
using Offerbook.Agent.Http.Operator;
using Offerbook.Wire.Hosting.Logging;
using Offerbook.Wire.Http;
using Offerbook.Wire.Metrics;
using Offerbook.Wire.Text;

namespace Offerbook.Agent.Http;

/// <summary>Who answers which path of an agent that runs.</summary>
internal sealed class AgentRoutes(RunningAgent agent, string work)
{
    private const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The paths that have a handler here, besides those of an agent that is still recovering.</summary>
    public static readonly IReadOnlyList<string> Paths =
    [
        "/version", "/flags", "/state", "/containers", "/monitor/statistics", "/metrics/snapshot", "/metrics", "/logging/toggle",
        "/files/debug", "/system/stats", "/help", "/api/v1",
    ];

    /// <param name="early">What is answered also while the agent recovers.</param>
    public Dictionary<string, RequestDelegate> All(IReadOnlyDictionary<string, RequestDelegate> early)
    {
        var state = new StateDocument(agent.Settings, work, agent.StartedAt.ToUnixTimeMilliseconds() / 1e3, agent.Flags);
        var containers = new ContainersEndpoint(agent);
        return new Dictionary<string, RequestDelegate>(early, StringComparer.Ordinal)
        {
            ["/version"] = context => JsonAnswer.WriteAsync(context, WriteVersion),
            ["/flags"] = Get(context => JsonAnswer.WriteAsync(context, state.WriteFlagsDocument)),
            ["/state"] = WithView((context, view) => JsonAnswer.WriteAsync(context, json => state.Write(json, view))),
            ["/containers"] = Get(containers.ContainersAsync),
            ["/monitor/statistics"] = Get(containers.StatisticsAsync),
            ["/metrics/snapshot"] = Get(SnapshotAsync),
            ["/metrics"] = Get(PrometheusAsync),
            ["/logging/toggle"] = ToggleLoggingAsync,
            ["/files/debug"] = WithView((context, view) => JsonAnswer.WriteAsync(context, json => WriteFiles(json, view))),
            ["/system/stats"] = Get(context => JsonAnswer.WriteAsync(context, WriteSystem)),
            ["/help"] = HelpAsync,
            ["/api/v1"] = new OperatorEndpoint(agent).HandleAsync,
        };
    }

    private static RequestDelegate Get(RequestDelegate answer) => context =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            ? answer(context) : context.RefuseMethodAsync("GET");

    private RequestDelegate WithView(Func<HttpContext, AgentView, Task> answer) =>
        Get(async context => await answer(context, await agent.Gateway.ViewAsync(context.RequestAborted)));

    private void WriteVersion(JsonWriter json)
    {
        json.WriteStartObject();
        json.Member("build_date", BuildInfo.Date);
        json.Member("build_time", BuildInfo.Time);
        json.Member("build_user", "");
        json.Member("git_tag", BuildInfo.Tag);
        json.Member("version", agent.Settings.Version);
        json.WriteEndObject();
    }

    private static void WriteSystem(JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in SystemMetrics.Read()
            .Select(pair => (Name: pair.Name.StartsWith("load_", StringComparison.Ordinal) ? "avg_" + pair.Name : pair.Name, pair.Value))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            json.Member(name, value);
        }
        json.WriteEndObject();
    }

    /// <summary>Which sandboxes are seen under which names.</summary>
    private void WriteFiles(JsonWriter json, AgentView view)
    {
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var sandbox in view.Frameworks.SelectMany(framework => framework.Finished.Concat(framework.Tasks).Select(task => task.Sandbox)
            .Concat(framework.FinishedExecutors.Concat(framework.Executors).Select(executor => executor.Sandbox))).Where(sandbox =>
                sandbox.IsRun))
        {
            var real = Path.Combine(work, sandbox.Directory);
            seen[real] = real;
            seen[Path.Combine(work, sandbox.Latest)] = real;
            seen[$"/frameworks/{sandbox.Framework}/executors/{sandbox.Executor}/runs/latest"] = real;
        }
        foreach (var container in view.OperatorContainers.Where(container => container.Sandbox.IsAlone))
        {
            var real = Path.Combine(work, container.Sandbox.Directory);
            seen[real] = real;
        }
        json.WriteStartObject();
        foreach (var (path, real) in seen)
        {
            json.Member(path, real);
        }
        json.WriteEndObject();
    }

    private async Task SnapshotAsync(HttpContext context)
    {
        if (context.Request.Query["timeout"].ToString() is { Length: > 0 } text && !DurationText.TryParse(text, out _, out var wrong))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, $"Invalid timeout '{text}': {wrong}.\n");
            return;
        }
        var metrics = new SnapshotSink();
        await AgentMetrics.CollectAsync(metrics, agent, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            foreach (var (name, value) in metrics.Sorted())
            {
                json.Member(name, value);
            }
            json.WriteEndObject();
        });
    }

    private async Task PrometheusAsync(HttpContext context)
    {
        var metrics = new PrometheusSink();
        await AgentMetrics.CollectAsync(metrics, agent, context.RequestAborted);
        await context.WriteBytesAsync(metrics.ToUtf8(), PrometheusType);
    }

    private Task ToggleLoggingAsync(HttpContext context)
    {
        var (status, text) = LoggingToggle.Answer(agent.Verbosity, context.Request.Query["level"].ToString(),
            context.Request.Query["duration"].ToString());
        return context.Response.WriteTextAsync(status, text);
    }

    private static Task HelpAsync(HttpContext context) => context.Response.WriteTextAsync(StatusCodes.Status200OK, string.Create(
        CultureInfo.InvariantCulture,
        $"Endpoints of this agent, each also below /slave(1):\n\n{string.Concat(Paths.Order(StringComparer.Ordinal).Select(path => $"  {path}\n"))}\n"));
}
