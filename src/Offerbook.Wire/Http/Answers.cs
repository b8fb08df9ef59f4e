using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http;

/// <summary>Answers that are not streams, as the v1 endpoints give them.</summary>
public static class Answers
{
    /// <summary>Shorter bodies are not worth packing.</summary>
    public const int MinGzipBytes = 1024;

    /// <summary>The answer to a method that the endpoint does not take.</summary>
    public static HttpRefusal MethodNotAllowed(string received, params string[] expected) => new(
        StatusCodes.Status405MethodNotAllowed,
        $"405 Method Not Allowed. Expecting one of {{ {string.Join(", ", expected.Select(m => $"'{m}'"))} }}, but received '{received}'.");

    /// <summary>Answers with a status and a plain text. An empty text is an empty body without a content type.</summary>
    public static Task WriteTextAsync(this HttpResponse response, int status, string text, string contentType = MediaTypes.Text)
    {
        response.StatusCode = status;
        if (text.Length == 0)
        {
            response.ContentLength = 0;
            return Task.CompletedTask;
        }
        response.ContentType = contentType;
        var body = Encoding.UTF8.GetBytes(text);
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>Answers with a status and a plain text that is empty but has its content type, as calls about files do.</summary>
    public static Task WriteNothingAsync(this HttpResponse response, int status)
    {
        response.ContentType = MediaTypes.Text;
        return response.WriteTextAsync(status, "");
    }

    public static Task RefuseAsync(this HttpResponse response, HttpRefusal refusal) =>
        response.WriteTextAsync(refusal.Status, refusal.Body);

    /// <summary>Answers 405, with the header that names what is allowed.</summary>
    public static Task RefuseMethodAsync(this HttpContext context, params string[] expected)
    {
        context.Response.Headers.Allow = string.Join(", ", expected);
        return context.Response.RefuseAsync(MethodNotAllowed(context.Request.Method, expected));
    }

    /// <summary>Answers 200 with a message.</summary>
    public static Task WriteMessageAsync(this HttpContext context, IMessage message, MessageFormat format) =>
        context.WriteBytesAsync(MessageCodec.ToBytes(message, format), MediaTypes.Of(format));

    /// <summary>Answers 200 with a body, packed with gzip when it is long enough and the client takes it.</summary>
    public static async Task WriteBytesAsync(this HttpContext context, ReadOnlyMemory<byte> body, string contentType)
    {
        var response = context.Response;
        response.ContentType = contentType;
        if (body.Length < MinGzipBytes || !AcceptsGzip(context.Request))
        {
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }
        response.Headers.ContentEncoding = "gzip";
        response.ContentLength = packed.Length;
        await response.Body.WriteAsync(packed.GetBuffer().AsMemory(0, (int)packed.Length), context.RequestAborted);
    }

    /// <summary>Whether the client takes bodies that are packed with gzip.</summary>
    public static bool AcceptsGzip(HttpRequest request)
    {
        foreach (var coding in request.Headers.AcceptEncoding.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            var parts = coding.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0].Equals("gzip", StringComparison.OrdinalIgnoreCase) || parts[0] == "*")
            {
                return !parts.Skip(1).Any(p => p is "q=0" or "q=0.0" or "q=0.00" or "q=0.000");
            }
        }
        return false;
    }
}
