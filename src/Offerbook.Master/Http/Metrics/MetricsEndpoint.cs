using Microsoft.AspNetCore.Http;
using Offerbook.Actors.Hosting;
using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.Metrics;
using Offerbook.Master.Operator;
using Offerbook.Master.Operator.Metrics;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Metrics;

/// <summary>GET /metrics/snapshot as JSON under the original names, and /metrics for Prometheus.</summary>
internal static class MetricsEndpoint
{
    private const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Timers of the platform take no more than 49 days.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>With <c>?timeout=10secs</c>, what cannot be had within that time is left out.</summary>
    public static async Task SnapshotAsync(HttpContext context, MasterGate gate)
    {
        TimeSpan? timeout = null;
        if (context.Request.Query["timeout"].ToString() is { Length: > 0 } text)
        {
            if (!DurationText.TryParse(text, out var parsed, out var wrong))
            {
                await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, $"Invalid timeout '{text}': {wrong}.\n");
                return;
            }
            timeout = parsed > TimeSpan.Zero ? parsed : TimeSpan.Zero;
        }
        var metrics = new SnapshotSink();
        await CollectAsync(metrics, gate.Process!, gate.Running, timeout);
        await ReadEndpoint.SendAsync(context, json =>
        {
            json.BeginObject();
            foreach (var (name, value) in metrics.Sorted())
            {
                json.Named(name).Double(value);
            }
            json.EndObject();
        });
    }

    public static async Task PrometheusAsync(HttpContext context, MasterGate gate)
    {
        var metrics = new PrometheusSink();
        await CollectAsync(metrics, gate.Process!, gate.Running, timeout: null);
        await context.WriteBytesAsync(metrics.ToUtf8(), PrometheusType);
    }

    /// <summary>Adds everything that can be had in time; what the shell knows can always be had.</summary>
    public static async Task CollectAsync(IMetricSink sink, MasterProcess process, RunningMaster? master, TimeSpan? timeout)
    {
        ShellMetrics.AddTo(sink, process, master is not null);
        if (master is null)
        {
            return;
        }
        ShellMetrics.AddTo(sink, master);
        var view = master.Views.GetAsync();
        if (timeout is { } patience && !await view.EndsWithinAsync(patience < LongestWait ? patience : LongestWait, master.Time))
        {
            return;
        }
        if (await view is { } taken)
        {
            MasterMetrics.AddTo(sink, taken);
        }
    }
}
