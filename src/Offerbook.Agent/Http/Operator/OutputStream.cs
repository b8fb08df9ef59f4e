using System.Buffers;
using Mesos.V1;
using Mesos.V1.Agent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Http.Operator;

/// <summary>A response of ProcessIO records that goes on until the container's output ends, with signs of life between.</summary>
internal sealed class OutputStream(HttpContext context, CallMediaTypes types, TimeSpan heartbeat, TimeProvider time)
{
    public async Task RunAsync(OutputReader reader)
    {
        var gone = context.RequestAborted;
        var response = context.Response;
        response.ContentType = types.AcceptsStream ? MediaTypes.RecordIo : MediaTypes.Of(types.Accept);
        if (types.AcceptsStream)
        {
            response.Headers[CallMediaTypes.MessageContentType] = MediaTypes.Of(types.Accept);
        }
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            // A terminal may be stopped for as long as its owner likes.
            rate.MinDataRate = null;
        }
        var sign = new EncodedEvent<ProcessIO>(new ProcessIO
        {
            Type = ProcessIO.Types.Type.Control,
            Control = new ProcessIO.Types.Control
            {
                Type = ProcessIO.Types.Control.Types.Type.Heartbeat,
                Heartbeat = new ProcessIO.Types.Control.Types.Heartbeat { Interval = new DurationInfo { Nanoseconds = heartbeat.Ticks * TimeSpan.NanosecondsPerTick } },
            },
        });
        await using var timer = time.CreateTimer(_ => reader.TrySay(sign), null, heartbeat, heartbeat);
        try
        {
            await response.StartAsync(gone);
            await response.BodyWriter.FlushAsync(gone);
            while (await reader.Records.WaitToReadAsync(gone))
            {
                while (reader.Records.TryRead(out var record))
                {
                    response.BodyWriter.Write(record.Frame(types.Accept).Span);
                    if ((await response.BodyWriter.FlushAsync(gone)).IsCompleted)
                    {
                        return;
                    }
                }
            }
            if (reader.WasCut)
            {
                // It must see a broken stream, not one that ended well.
                context.Abort();
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The reader has left.
        }
    }
}
