using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Http.Measuring;

/// <summary>Metrics as JSON, in the shape that the original's library gives them, and as Prometheus text.</summary>
internal sealed class MetricsWriter(MetricsReader reader)
{
    private const string ShapeVersion = "4.0.0";

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
        var responses = reader.Http.Responses;
        for (var i = 1; i < responses.Count; i++)
        {
            var meter = new JObject();
            AddRates(meter, responses[i]);
            meter["units"] = "events/second";
            meters[$"marathon.http.responses.{i}xx.rate.meter"] = meter;
        }
        foreach (var (timed, times) in reader.Times)
        {
            timers[NameOf(timed)] = Write(times);
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
            text.Append(CultureInfo.InvariantCulture,
                $"# TYPE {name} {(metric.Kind == MetricKind.Counter ? "counter" : "gauge")}\n{name} {metric.Value}\n");
        }
        var responses = reader.Http.Responses;
        for (var i = 1; i < responses.Count; i++)
        {
            var name = $"marathon_http_responses_{i}xx_rate_meter";
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name}_total counter\n{name}_total {responses[i].Count}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name}_count gauge\n{name}_count {responses[i].Count}\n");
            AddRates(text, name, responses[i]);
        }
        foreach (var (timed, times) in reader.Times)
        {
            var (name, sorted) = (Plain(NameOf(timed)), times.Sorted());
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} summary\n");
            foreach (var (_, share) in s_percentiles)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{{quantile=\"{share}\"}} {At(sorted, share)}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum {times.Total}\n{name}_count {times.Count}\n");
            AddGauge(text, name + "_min", At(sorted, 0));
            AddGauge(text, name + "_mean", Mean(sorted));
            AddGauge(text, name + "_max", At(sorted, 1));
            AddGauge(text, name + "_stddev", Deviation(sorted));
            AddRates(text, name, times.Rates);
        }
        return text.ToString();
    }

    private static JObject Write(RequestTimes times)
    {
        var sorted = times.Sorted();
        var json = new JObject
        {
            ["min"] = At(sorted, 0),
            ["max"] = At(sorted, 1),
            ["mean"] = Mean(sorted),
            ["stddev"] = Deviation(sorted),
        };
        AddRates(json, times.Rates);
        foreach (var (name, share) in s_percentiles)
        {
            json[name] = At(sorted, share);
        }
        json["duration_units"] = "seconds";
        json["rate_units"] = "calls/second";
        return json;
    }

    private static string NameOf(string timed) => $"marathon.{timed}.timer.seconds";

    private static void AddRates(JObject json, Rates rates)
    {
        json["count"] = rates.Count;
        json["mean_rate"] = rates.Mean;
        json["m1_rate"] = rates.M1;
        json["m5_rate"] = rates.M5;
        json["m15_rate"] = rates.M15;
    }

    private static void AddRates(StringBuilder text, string name, Rates rates)
    {
        AddGauge(text, name + "_mean_rate", rates.Mean);
        AddGauge(text, name + "_m1_rate", rates.M1);
        AddGauge(text, name + "_m5_rate", rates.M5);
        AddGauge(text, name + "_m15_rate", rates.M15);
    }

    private static void AddGauge(StringBuilder text, string name, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} gauge\n{name} {value}\n");

    private static double Mean(double[] sorted) => sorted.Length == 0 ? 0 : sorted.Average();

    private static double Deviation(double[] sorted)
    {
        var mean = Mean(sorted);
        return sorted.Length < 2 ? 0 : Math.Sqrt(sorted.Sum(value => (value - mean) * (value - mean)) / (sorted.Length - 1));
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[(int)Math.Round(share * (sorted.Length - 1))];

    private static string Plain(string name) => name.Replace('.', '_').Replace('-', '_');
}
