using Microsoft.AspNetCore.Http;
using Mesos.V1;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Metrics;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using CallType = Mesos.V1.Master.Call.Types.Type;
using ResponseType = Mesos.V1.Master.Response.Types.Type;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Master.Http;

/// <summary>The operator calls that concern the master's process rather than the cluster: the core does not hear of them.</summary>
internal static class ShellCalls
{
    /// <summary>Answers the call. The format is for the answer's message, if it has one.</summary>
    public delegate Task Answer(HttpContext context, RunningMaster master, MessageFormat format);

    /// <returns>Null when the call is another one.</returns>
    public static Answer? Find(OperatorCall call) => call.Type switch
    {
        CallType.GetMetrics => (context, master, format) => MetricsAsync(context, master, call.GetMetrics.Timeout, format),
        _ => null,
    };

    private static async Task MetricsAsync(HttpContext context, RunningMaster master, DurationInfo? timeout, MessageFormat format)
    {
        var sink = new SnapshotSink();
        await MetricsEndpoint.CollectAsync(sink, master, timeout is null ? null : Duration(timeout.Nanoseconds));
        var response = new OperatorResponse { Type = ResponseType.GetMetrics, GetMetrics = new() };
        response.GetMetrics.Metrics.Add(sink.Sorted().Select(metric => new Metric { Name = metric.Key, Value = metric.Value }));
        await context.WriteMessageAsync(response, format);
    }

    /// <summary>A tick has 100 ns. A negative duration is over at once.</summary>
    private static TimeSpan Duration(long nanoseconds) => new(Math.Max(0, nanoseconds / 100));
}
