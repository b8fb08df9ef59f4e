using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Operator;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>GET /metrics/snapshot as JSON under the original names, and /metrics for Prometheus.</summary>
internal static class MetricsEndpoint
{
    private const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Exists once for each framework, and is told apart by labels in Prometheus.</summary>
    private const string FrameworkPrefix = "master/frameworks/";

    public static async Task SnapshotAsync(HttpContext context, RunningMaster master)
    {
        if (await CollectAsync(context, master) is { } metrics)
        {
            await ReadEndpoint.SendAsync(context, json =>
            {
                json.BeginObject();
                foreach (var (name, value) in metrics)
                {
                    json.Double(name, value);
                }
                json.EndObject();
            });
        }
    }

    public static async Task PrometheusAsync(HttpContext context, RunningMaster master)
    {
        if (await CollectAsync(context, master) is { } metrics)
        {
            var text = new StringBuilder();
            foreach (var (name, value) in metrics.Where(metric => !metric.Key.StartsWith(FrameworkPrefix, StringComparison.Ordinal)))
            {
                text.Append(CultureInfo.InvariantCulture, $"offerbook_{Sanitize(name)} {value}\n");
            }
            foreach (var line in FrameworkLines(metrics))
            {
                text.Append(line);
            }
            await context.WriteBytesAsync(Encoding.UTF8.GetBytes(text.ToString()), PrometheusType);
        }
    }

    private static async Task<SortedDictionary<string, double>?> CollectAsync(HttpContext context, RunningMaster master)
    {
        if (await master.Views.GetAsync() is not { } view)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable, "The master is stopping");
            return null;
        }
        var metrics = MetricsReport.Of(view);
        metrics["master/event_queue_messages"] = master.Runner.QueueDepth;
        metrics["master/event_queue_dispatches"] = 0;
        metrics["master/event_queue_http_requests"] = 0;
        SystemMetrics.AddTo(metrics);
        return metrics;
    }

    /// <summary>Lines of one metric must follow each other, whichever framework they are of.</summary>
    private static IEnumerable<string> FrameworkLines(SortedDictionary<string, double> metrics) => metrics
        .Where(metric => metric.Key.StartsWith(FrameworkPrefix, StringComparison.Ordinal))
        .Select(metric => (Parts: metric.Key[FrameworkPrefix.Length..].Split('/', 3), metric.Value))
        .Where(metric => metric.Parts.Length == 3)
        .OrderBy(metric => metric.Parts[2], StringComparer.Ordinal)
        .Select(metric => string.Create(CultureInfo.InvariantCulture,
            $"offerbook_framework_{Sanitize(metric.Parts[2])}{{framework=\"{Escape(metric.Parts[0])}\",framework_id=\"{Escape(metric.Parts[1])}\"}} {metric.Value}\n"));

    private static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }
        return text.ToString();
    }

    private static string Escape(string label) => label.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
