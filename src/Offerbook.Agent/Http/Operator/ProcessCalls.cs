using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Agent;
using Microsoft.AspNetCore.Http;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Metrics;
using CallType = Mesos.V1.Agent.Call.Types.Type;
using ResponseType = Mesos.V1.Agent.Response.Types.Type;

namespace Offerbook.Agent.Http.Operator;

/// <summary>The operator calls that concern the agent's process and its files: the core does not hear of them.</summary>
internal static class ProcessCalls
{
    /// <summary>Answers the call. The format is for the answer's message, if it has one.</summary>
    public delegate Task Answer(HttpContext context, RunningAgent agent, MessageFormat format);

    /// <returns>Null when the call is another one.</returns>
    public static Answer? Find(Call call) => call.Type switch
    {
        CallType.GetMetrics => MetricsAsync,
        CallType.GetLoggingLevel => (context, agent, format) => context.WriteMessageAsync(new Response
        {
            Type = ResponseType.GetLoggingLevel, GetLoggingLevel = new() { Level = (uint)agent.Verbosity.Verbosity },
        }, format),
        CallType.SetLoggingLevel => (context, agent, _) =>
        {
            var duration = new TimeSpan(Math.Max(0, call.SetLoggingLevel.Duration.Nanoseconds / TimeSpan.NanosecondsPerTick));
            agent.Verbosity.Set((int)Math.Min(call.SetLoggingLevel.Level, int.MaxValue), duration);
            return context.Response.WriteTextAsync(StatusCodes.Status200OK, "");
        },
        CallType.ListFiles => (context, agent, format) => ListFilesAsync(context, agent, call.ListFiles.Path, format),
        CallType.ReadFile => (context, agent, format) => ReadFileAsync(context, agent, call.ReadFile, format),
        _ => null,
    };

    private static async Task MetricsAsync(HttpContext context, RunningAgent agent, MessageFormat format)
    {
        var sink = new SnapshotSink();
        await AgentMetrics.CollectAsync(sink, agent, context.RequestAborted);
        var response = new Response { Type = ResponseType.GetMetrics, GetMetrics = new() };
        response.GetMetrics.Metrics.Add(sink.Sorted().Select(metric => new Metric { Name = metric.Key, Value = metric.Value }));
        await context.WriteMessageAsync(response, format);
    }

    private static async Task ListFilesAsync(HttpContext context, RunningAgent agent, string path, MessageFormat format)
    {
        if (await agent.Files.FindAsync(path, context.RequestAborted) is not { } real)
        {
            await context.Response.WriteNothingAsync(StatusCodes.Status404NotFound);
            return;
        }
        var response = new Response { Type = ResponseType.ListFiles, ListFiles = new() };
        response.ListFiles.FileInfos.Add(SandboxFiles.Browse(path, real).Select(entry => entry.Stat.ToProto(entry.Path)));
        await context.WriteMessageAsync(response, format);
    }

    private static async Task ReadFileAsync(HttpContext context, RunningAgent agent, Call.Types.ReadFile read, MessageFormat format)
    {
        var real = await agent.Files.FindAsync(read.Path, context.RequestAborted);
        using var file = real is null ? null : agent.Files.Open(real);
        if (file is null)
        {
            await (real is not null && Directory.Exists(real)
                ? context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, "Cannot read a directory.\n")
                : context.Response.WriteNothingAsync(StatusCodes.Status404NotFound));
            return;
        }
        var size = RandomAccess.GetLength(file);
        var buffer = new byte[read.HasLength ? (int)Math.Min(read.Length, FilesEndpoint.MaxRead) : FilesEndpoint.MaxRead];
        var count = read.Offset < (ulong)size ? await RandomAccess.ReadAsync(file, buffer, (long)read.Offset, context.RequestAborted) : 0;
        await context.WriteMessageAsync(new Response
        {
            Type = ResponseType.ReadFile,
            ReadFile = new() { Size = (ulong)size, Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count)) },
        }, format);
    }
}
