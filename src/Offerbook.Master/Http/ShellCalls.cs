using Microsoft.AspNetCore.Http;
using Mesos.V1;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Files;
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
        CallType.ListFiles => (context, master, format) => ListFilesAsync(context, master, call.ListFiles.Path, format),
        CallType.ReadFile => (context, master, format) => ReadFileAsync(context, master, call.ReadFile, format),
        CallType.GetLoggingLevel => (context, master, format) => context.WriteMessageAsync(new OperatorResponse
        {
            Type = ResponseType.GetLoggingLevel, GetLoggingLevel = new() { Level = (uint)master.Verbosity.Verbosity },
        }, format),
        CallType.SetLoggingLevel => (context, master, _) =>
        {
            master.Verbosity.Set((int)Math.Min(call.SetLoggingLevel.Level, int.MaxValue),
                Duration(call.SetLoggingLevel.Duration.Nanoseconds));
            return context.Response.WriteTextAsync(StatusCodes.Status200OK, "");
        },
        _ => null,
    };

    private static async Task MetricsAsync(HttpContext context, RunningMaster master, DurationInfo? timeout, MessageFormat format)
    {
        var sink = new SnapshotSink();
        await MetricsEndpoint.CollectAsync(sink, master.Process, master, timeout is null ? null : Duration(timeout.Nanoseconds));
        var response = new OperatorResponse { Type = ResponseType.GetMetrics, GetMetrics = new() };
        response.GetMetrics.Metrics.Add(sink.Sorted().Select(metric => new Metric { Name = metric.Key, Value = metric.Value }));
        await context.WriteMessageAsync(response, format);
    }

    private static Task ListFilesAsync(HttpContext context, RunningMaster master, string path, MessageFormat format)
    {
        if (master.Files.Browse(path) is not { } entries)
        {
            return context.Response.WriteNothingAsync(StatusCodes.Status404NotFound);
        }
        var response = new OperatorResponse { Type = ResponseType.ListFiles, ListFiles = new() };
        response.ListFiles.FileInfos.Add(entries.Select(entry => entry.Stat.ToProto(entry.Path)));
        return context.WriteMessageAsync(response, format);
    }

    private static async Task ReadFileAsync(HttpContext context, RunningMaster master, OperatorCall.Types.ReadFile read,
        MessageFormat format)
    {
        if (await master.Files.ReadAsync(read.Path, read.Offset, read.HasLength ? read.Length : null,
            context.RequestAborted) is not var (size, data))
        {
            await (master.Files.Browse(read.Path) is null
                ? context.Response.WriteNothingAsync(StatusCodes.Status404NotFound)
                : context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, "Cannot read a directory.\n"));
            return;
        }
        await context.WriteMessageAsync(new OperatorResponse
        {
            Type = ResponseType.ReadFile,
            ReadFile = new() { Size = (ulong)size, Data = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(data) },
        }, format);
    }

    /// <summary>A tick has 100 ns. A negative duration is over at once.</summary>
    private static TimeSpan Duration(long nanoseconds) => new(Math.Max(0, nanoseconds / 100));
}
