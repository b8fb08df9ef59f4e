using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http;

/// <summary>Everything that is not about apps: health, leadership, configuration, metrics, and what probes look for.</summary>
internal sealed class SystemEndpoints(CoreGate core, InfoWriter info, MetricsWriter metrics) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/ping", "Whether the server answers", Ping).Gives(200, "text", "pong", "text/plain").As(),
        Route.Get("/metrics", "Metrics as JSON", _ => ApiResponse.Json(metrics.WriteJson())).Gives(200, "NewMetrics", "The metrics"),
        Route.Get("/metrics/prometheus", "Metrics as Prometheus reads them",
                _ => ApiResponse.Text(metrics.WritePrometheus(), "text/plain; version=0.0.4; charset=utf-8"))
            .Gives(200, "text", "The metrics", "text/plain").As(),
        Route.Get("/v2/info", "What runs here, and how it is set", _ => ApiResponse.Json(info.Write(core.View))).Gives(200, "MarathonInfo", "It"),
        Route.Get("/v2/leader", "Who leads", _ => ApiResponse.Json(new JObject { ["leader"] = info.Leader }))
            .Gives(200, "LeaderInfo", "The leader").Refuses(404, "There is none"),
        Route.Delete("/v2/leader", "Give leadership up", _ =>
                ApiResponse.Error(501, "This framework runs alone: there is no other to hand leadership to. Stop the process to end it."))
            .Refuses(501, "There is nobody to hand it to"),
        Route.Get("/v2/plugins", "Plugins: there are none", _ => ApiResponse.Json(new JObject { ["plugins"] = new JArray() })).Gives(200, "any", "An empty list"),
        Route.Get("/", "Leads to the page for people", _ => ApiResponse.Empty(302) with { Headers = [KeyValuePair.Create("Location", "/ui/")] })
            .Gives(302, null, "To /ui/").As(),
        Route.Get("/help", "Leads to the description of the API",
                _ => ApiResponse.Empty(302) with { Headers = [KeyValuePair.Create("Location", "/openapi/v1.json")] })
            .Gives(302, null, "To /openapi/v1.json").As(),
        Route.Get("/ui", "A page for people", _ => ApiResponse.Text(Page, "text/html; charset=utf-8")).Gives(200, "text", "The page", "text/html").As(),
        Route.Get("/ui/{id}", "A page for people", _ => ApiResponse.Text(Page, "text/html; charset=utf-8")).Gives(200, "text", "The page", "text/html").As(),
    ];

    private const string Page = """
        <!doctype html><meta charset="utf-8"><title>Offerbook Apps</title>
        <h1>Offerbook Apps</h1>
        <p>The API is under <a href="/v2/groups">/v2</a>: <a href="/v2/apps">apps</a>, <a href="/v2/deployments">deployments</a>,
        <a href="/v2/queue">queue</a>, <a href="/v2/tasks">tasks</a>, <a href="/v2/info">info</a>.</p>
        """;

    private static ApiResponse Ping(ApiRequest request)
    {
        string[] types = ["text/plain", "text/html", "application/json"];
        var best = types.MaxBy(request.Accepts.Quality)!;
        return request.Accepts.Quality(best) <= 0 ? ApiResponse.Empty(204)
            : best == "application/json" ? ApiResponse.Json("pong")
            : ApiResponse.Text("pong", best);
    }
}
