using System.Text;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;

namespace Offerbook.Apps.Http;

/// <summary>An answer ready to be sent.</summary>
internal sealed record ApiResponse(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static ApiResponse Json(JToken body, int status = 200) => new(status, "application/json", Encode(body));

    public static ApiResponse Text(string body, string contentType = "text/plain") => new(200, contentType, Encoding.UTF8.GetBytes(body));

    public static ApiResponse Empty(int status) => new(status, null, default);

    public static ApiResponse Error(ApiError error) => Json(error.Body, error.Status);

    public static ApiResponse Error(int status, string message) => Error(ApiError.Of(status, message));

    public async Task SendAsync(HttpContext context, bool isHead)
    {
        var response = context.Response;
        response.StatusCode = Status;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }
        if (ContentType is null)
        {
            return;
        }
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        if (!isHead)
        {
            await response.Body.WriteAsync(Body, context.RequestAborted);
        }
    }

    private static byte[] Encode(JToken body)
    {
        using var stream = new MemoryStream();
        using (var text = new StreamWriter(stream, new UTF8Encoding(false), 4096, leaveOpen: true))
        using (var writer = new JsonTextWriter(text))
        {
            body.WriteTo(writer);
        }
        return stream.ToArray();
    }
}
