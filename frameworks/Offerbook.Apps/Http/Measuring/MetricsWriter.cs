using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Http.Measuring;

/// <summary>Metrics as JSON, in the shape that the original's library gives them, and as Prometheus text.</summary>
internal sealed class MetricsWriter(MetricsReader reader)
{
    private const string ShapeVersion = "3.0.0";

    private static readonly (string Name, double Share)[] s_percentiles =
        [("p50", 0.5), ("p75", 0.75), ("p95", 0.95), ("p98", 0.98), ("p99", 0.99), ("p999", 0.999)];

    public JObject WriteJson()
    {
        var (gauges, counters, meters, timers) = (new JObject(), new JObject(), new JObject(), new JObject());
        foreach (var metric in reader.Read())
        {
            if (metric.Kind == MetricKind.Counter)
            {
                counters[metric.Name] = new JObject { ["count"] = (long)metric.Value };
            }
            else
            {
                gauges[metric.Name] = new JObject { ["value"] = metric.Value };
            }
        }
        for (var i = 1; i < reader.Http.Responses.Count; i++)
        {
            meters[$"marathon.http.responses.{i}xx.rate.meter"] = new JObject
            {
                ["count"] = reader.Http.Responses[i], ["units"] = "events/second",
            };
        }
        foreach (var (method, times) in reader.Http.Times)
        {
            timers[NameOf(method)] = Write(times);
        }
        return new JObject
        {
            ["version"] = ShapeVersion,
            ["counters"] = counters,
            ["gauges"] = gauges,
            ["histograms"] = new JObject(),
            ["meters"] = meters,
            ["timers"] = timers,
        };
    }

    public string WritePrometheus()
    {
        var text = new StringBuilder();
        foreach (var metric in reader.Read())
        {
            var name = Plain(metric.Name);
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {(metric.Kind == MetricKind.Counter ? "counter" : "gauge")}\n{name} {metric.Value}\n");
        }
        for (var i = 1; i < reader.Http.Responses.Count; i++)
        {
            var name = $"marathon_http_responses_{i}xx_rate_meter_total";
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} counter\n{name} {reader.Http.Responses[i]}\n");
        }
        foreach (var (method, times) in reader.Http.Times)
        {
            var (name, sorted) = (Plain(NameOf(method)), times.Sorted());
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} summary\n");
            foreach (var (_, share) in s_percentiles)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{{quantile=\"{share}\"}} {At(sorted, share)}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum {times.Total}\n{name}_count {times.Count}\n");
        }
        return text.ToString();
    }

    private static JObject Write(RequestTimes times)
    {
        var sorted = times.Sorted();
        var json = new JObject
        {
            ["count"] = times.Count,
            ["min"] = At(sorted, 0),
            ["max"] = At(sorted, 1),
            ["mean"] = sorted.Length == 0 ? 0 : sorted.Average(),
        };
        foreach (var (name, share) in s_percentiles)
        {
            json[name] = At(sorted, share);
        }
        json["duration_units"] = "seconds";
        json["rate_units"] = "calls/second";
        return json;
    }

    private static string NameOf(string method) => method.Length == 0
        ? "marathon.http.requests.duration.timer.seconds"
        : $"marathon.http.requests.{method.ToLowerInvariant()}.duration.timer.seconds";

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Round(share * (sorted.Length - 1))];

    private static string Plain(string name) => name.Replace('.', '_').Replace('-', '_');
}
