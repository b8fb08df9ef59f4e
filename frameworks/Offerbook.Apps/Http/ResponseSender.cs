using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Http.Measuring;

namespace Offerbook.Apps.Http;

/// <summary>Puts answers on the wire: compressed for those who take gzip, and not at all for those who have them already.</summary>
/// <param name="back">Compress and send what is large.</param>
internal sealed class ResponseSender(bool compresses, HttpMeter meter, BackThreads back)
{
    /// <summary>Smaller ones fit one packet anyway.</summary>
    private const int MinGzipBytes = 512;

    /// <summary>Bytes handed to the connection at once: as many as it takes before it makes the writer wait.</summary>
    private const int SliceBytes = 64 * 1024;

    public async Task SendAsync(ApiResponse answer, ApiRequest request)
    {
        var (context, response) = (request.Context, request.Context.Response);
        var isLarge = answer.Body.Length > SliceBytes;
        if (isLarge && !back.HasRoom)
        {
            (answer, isLarge) = (CoreGate.Crowded, false);
        }
        response.StatusCode = answer.Status;
        if (answer.Status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "1";
        }
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }
        if (answer.ContentType is null)
        {
            return;
        }
        var gzips = compresses && answer.Body.Length >= MinGzipBytes && AcceptsGzip(request);
        if (answer.Version is not null)
        {
            var tag = EntityTag.Of(answer.Version, answer.Body, gzips);
            response.Headers.ETag = tag;
            if (EntityTag.IsAmong(context.Request.Headers.IfNoneMatch, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }
        response.ContentType = answer.ContentType;
        // Compressing a list or copying it into a socket takes milliseconds, and readers ask all day: it must not take the processor from
        // those who change things.
        await (isLarge ? back.RunAsync(() => SendBodyAsync(answer.Body, gzips, request)) : SendBodyAsync(answer.Body, gzips, request));
    }

    private async Task SendBodyAsync(ResponseBody plain, bool gzips, ApiRequest request)
    {
        var (context, response) = (request.Context, request.Context.Response);
        var body = gzips ? plain.Gzip : plain;
        response.ContentLength = body.Length;
        if (gzips)
        {
            response.Headers.ContentEncoding = "gzip";
        }
        if (compresses)
        {
            response.Headers.Append("Vary", "Accept-Encoding");
        }
        if (!request.IsHead)
        {
            await WriteAsync(body, response.BodyWriter, context.RequestAborted);
            meter.Sent(body.Length, gzips);
        }
    }

    /// <summary>
    /// No more of a body waits in the connection than its client takes: what is cached exists once, however many read it slowly.
    /// </summary>
    private static async Task WriteAsync(ResponseBody body, PipeWriter to, CancellationToken aborted)
    {
        var room = SliceBytes;
        foreach (var piece in body.Pieces)
        {
            for (var rest = piece; rest.Length > 0;)
            {
                var slice = rest[..Math.Min(rest.Length, room)];
                to.Write(slice.Span);
                rest = rest[slice.Length..];
                room -= slice.Length;
                if (room == 0)
                {
                    await to.FlushAsync(aborted);
                    room = SliceBytes;
                }
            }
        }
        if (room < SliceBytes)
        {
            await to.FlushAsync(aborted);
        }
    }

    private static bool AcceptsGzip(ApiRequest request)
    {
        foreach (var value in request.Context.Request.Headers.AcceptEncoding)
        {
            foreach (var coding in (value ?? "").Split(','))
            {
                var parts = coding.Split(';');
                if (parts[0].Trim() is "gzip" or "*")
                {
                    return parts.Length == 1 || parts[1].Replace(" ", "", StringComparison.Ordinal) is not ("q=0" or "q=0.0");
                }
            }
        }
        return false;
    }
}
