using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Primitives;
using Offerbook.Master.Http.Security;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Reads;

/// <summary>
/// Sends an answer that is drawn from a view: 304 when the client has it, headers alone for HEAD, a body of known length when it is
/// one piece, else piece by piece as fast as the client takes it.
/// </summary>
internal static class AnswerSender
{
    /// <param name="endpoint">Names what is read; a path, or the type of a call.</param>
    /// <param name="query">What else the answer depends on.</param>
    /// <param name="make">Called at most once by all who share the answer.</param>
    public static Task SendAsync(HttpContext context, AnswerSharing sharing, MasterView view, string endpoint, string query,
        string contentType, Func<Answer> make)
    {
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            // Weak: the same state in JSON, packed or not, and the order of no member matters to it.
            var tag = $"W/\"{view.Master.Id}-{view.Version:x}\"";
            context.Response.Headers.ETag = tag;
            context.Response.Headers.Vary = "Accept-Encoding";
            if (Matches(context.Request.Headers.IfNoneMatch, tag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }
        if (HttpMethods.IsHead(method))
        {
            context.Response.ContentType = contentType;
            return Task.CompletedTask;
        }
        var key = new ReadKey(endpoint, query, context.PrincipalName(), contentType, Answers.AcceptsGzip(context.Request), view.Version);
        return sharing.ServeAsync(key, make, answer => SendAsync(context, answer));
    }

    private static async Task SendAsync(HttpContext context, SharedAnswer answer)
    {
        // Off the thread that hands out views: making an answer may sum over the cluster.
        await Task.Yield();
        var pieces = answer.Answer.Pieces;
        context.Response.ContentType = answer.Answer.ContentType;
        var crc = 0u;
        var rawLength = 0L;
        for (var piece = 0; piece < pieces; piece++)
        {
            await answer.UseAsync(piece, async rendered =>
            {
                if (piece == 0)
                {
                    Begin(context.Response, rendered, pieces);
                    if (rendered.IsPacked)
                    {
                        await context.Response.Body.WriteAsync(GzipPieces.Header.ToArray(), context.RequestAborted);
                    }
                }
                await context.Response.Body.WriteAsync(rendered.Bytes.Written, context.RequestAborted);
                crc = Crc32.Join(crc, rendered.Crc, rendered.RawLength);
                rawLength += rendered.RawLength;
                if (rendered.IsPacked && piece == pieces - 1)
                {
                    await context.Response.Body.WriteAsync(GzipPieces.Trailer(crc, rawLength), context.RequestAborted);
                }
            });
        }
    }

    private static void Begin(HttpResponse response, RenderedPiece first, int pieces)
    {
        if (first.IsPacked)
        {
            response.Headers.ContentEncoding = "gzip";
        }
        if (pieces == 1)
        {
            response.ContentLength = first.Bytes.Length + (first.IsPacked ? GzipPieces.Header.Length + GzipPieces.TrailerBytes : 0);
        }
    }

    /// <summary>Weak comparison: a tag is the same with and without <c>W/</c>.</summary>
    private static bool Matches(StringValues wanted, string tag)
    {
        foreach (var header in wanted)
        {
            foreach (var one in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (one == "*" || one == tag || one == tag[2..])
                {
                    return true;
                }
            }
        }
        return false;
    }
}
