using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http;

/// <summary>Everything that is not about apps: health, configuration, metrics, and what probes look for.</summary>
internal sealed class SystemEndpoints(CoreGate core, InfoWriter info, MetricsWriter metrics) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/ping", "Whether the server answers", Ping).Gives(200, "text", "pong", "text/plain").As(),
        Route.Get("/metrics", "Metrics as JSON", _ => ApiResponse.Json(metrics.WriteJson())).Gives(200, "NewMetrics", "The metrics"),
        Route.Get("/metrics/prometheus", "Metrics as Prometheus reads them",
                _ => ApiResponse.Text(metrics.WritePrometheus(), "text/plain; version=0.0.4; charset=utf-8"))
            .Gives(200, "text", "The metrics", "text/plain").As(),
        Route.Get("/v2/info", "What runs here, and how it is set", _ => ApiResponse.Json(info.Write(core.View)))
            .Gives(200, "MarathonInfo", "It"),
        Route.Get("/v2/plugins", "Plugins: there are none", _ => ApiResponse.Json(new JObject { ["plugins"] = new JArray() }))
            .Gives(200, "any", "An empty list"),
    ];

    private static ApiResponse Ping(ApiRequest request)
    {
        string[] types = ["text/plain", "text/html", "application/json"];
        var best = types.MaxBy(request.Accepts.Quality)!;
        return request.Accepts.Quality(best) <= 0 ? ApiResponse.Empty(204)
            : best == "application/json" ? ApiResponse.Json("pong")
            : ApiResponse.Text("pong", best);
    }
}
