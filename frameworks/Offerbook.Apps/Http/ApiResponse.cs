using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;

namespace Offerbook.Apps.Http;

/// <summary>An answer ready to be sent.</summary>
/// <param name="ContentType">Null: it has no body.</param>
internal sealed record ApiResponse(int Status, string? ContentType, ResponseBody Body)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The version of what is shown, for clients that change it only if it is still so: the first part of the entity tag. Null: it
    /// has no tag.</summary>
    public string? Version { get; init; }

    public static ApiResponse Json(JToken body, int status = 200) => new(status, "application/json", new ResponseBody(Encode(body)));

    public static ApiResponse Json(ResponseBody body) => new(200, "application/json", body);

    public static ApiResponse Text(string body, string contentType = "text/plain") =>
        new(200, contentType, new ResponseBody(Encoding.UTF8.GetBytes(body)));

    public static ApiResponse Empty(int status) => new(status, null, ResponseBody.Empty);

    public static ApiResponse Error(ApiError error) => Json(error.Body, error.Status);

    public static ApiResponse Error(int status, string message) => Error(ApiError.Of(status, message));

    public ApiResponse With(string header, string value) => this with { Headers = [.. Headers, KeyValuePair.Create(header, value)] };

    internal static byte[] Encode(JToken body)
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
