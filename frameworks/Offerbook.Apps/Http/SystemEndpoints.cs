using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;

namespace Offerbook.Apps.Http;

/// <summary>Everything that is not about apps: health, leadership, configuration, metrics, and what probes look for.</summary>
internal sealed class SystemEndpoints(CoreGate core, InfoWriter info, MetricsWriter metrics)
{
    public ApiResponse Answer(ApiRequest request) => (request.Method, request.Segments) switch
    {
        ("GET", ["ping"]) => Ping(request),
        ("GET", ["metrics"]) => ApiResponse.Json(metrics.WriteJson()),
        ("GET", ["metrics", "prometheus"]) => ApiResponse.Text(metrics.WritePrometheus(), "text/plain; version=0.0.4; charset=utf-8"),
        ("GET", ["v2", "info"]) => ApiResponse.Json(info.Write(core.View)),
        ("GET", ["v2", "leader"]) => ApiResponse.Json(new JObject { ["leader"] = info.Leader }),
        ("DELETE", ["v2", "leader"]) =>
            ApiResponse.Error(501, "This framework runs alone: there is no other to hand leadership to. Stop the process to end it."),
        ("GET", ["v2", "plugins"]) => ApiResponse.Json(new JObject { ["plugins"] = new JArray() }),
        ("GET", ["v2", "pods"]) => ApiResponse.Json(new JArray()),
        (_, ["v2", var pods, ..]) when pods == "pods" || pods.StartsWith("pods::", StringComparison.Ordinal) =>
            ApiResponse.Error(501, "Pods are not supported by this version. Run each container as an app of a group."),
        ("GET", []) => ApiResponse.Empty(302) with { Headers = [KeyValuePair.Create("Location", "/ui/")] },
        ("GET", ["ui", ..]) => ApiResponse.Text(Page, "text/html; charset=utf-8"),
        (_, ["ping"] or ["metrics", ..] or ["v2", "info"] or ["v2", "leader"] or ["v2", "plugins"]) => ApiRouter.MethodNotAllowed,
        _ => ApiRouter.NotFound,
    };

    private const string Page = """
        <!doctype html><meta charset="utf-8"><title>Offerbook Apps</title>
        <h1>Offerbook Apps</h1>
        <p>The API is under <a href="/v2/groups">/v2</a>: <a href="/v2/apps">apps</a>, <a href="/v2/deployments">deployments</a>,
        <a href="/v2/queue">queue</a>, <a href="/v2/tasks">tasks</a>, <a href="/v2/info">info</a>.</p>
        """;

    private static ApiResponse Ping(ApiRequest request)
    {
        var accept = string.Join(',', request.Context.Request.Headers.Accept.OfType<string>());
        return accept switch
        {
            "" => ApiResponse.Text("pong"),
            _ when accept.Contains("text/plain", StringComparison.OrdinalIgnoreCase) || accept.Contains("*/*", StringComparison.Ordinal)
                || accept.Contains("text/*", StringComparison.OrdinalIgnoreCase) => ApiResponse.Text("pong"),
            _ when accept.Contains("text/html", StringComparison.OrdinalIgnoreCase) => ApiResponse.Text("pong", "text/html"),
            _ when accept.Contains("application/json", StringComparison.OrdinalIgnoreCase) => ApiResponse.Json("pong"),
            _ => ApiResponse.Empty(204),
        };
    }
}
