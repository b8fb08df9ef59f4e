using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Wire.Http;

namespace Offerbook.Batch.Http;

/// <summary>The JSON document in a request's body, or the answer to send instead.</summary>
internal static class JsonBody
{
    /// <summary>A job is at most a command of 64 KiB and a hundred labels; this leaves room for arguments.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxDepth = 32;

    public static async Task<(JToken? Json, HttpRefusal? Refusal)> ReadAsync(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        if (type is not (null or "") && !type.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return (null, new HttpRefusal(415, $"The body has Content-Type '{type}'; send JSON with 'Content-Type: application/json'"));
        }
        var body = await RequestBody.ReadAsync(request, MaxBytes, request.HttpContext.RequestAborted);
        return body.IsRefused ? (null, body.Refusal) : Parse(body.Bytes);
    }

    private static (JToken? Json, HttpRefusal? Refusal) Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            // The strict parser first: the lenient one below takes much that is no JSON.
            using (JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth }))
            {
            }
            using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(bytes.Span)))
            {
                DateParseHandling = DateParseHandling.None,
                Culture = CultureInfo.InvariantCulture,
                MaxDepth = MaxDepth,
            };
            var json = JToken.ReadFrom(reader,
                new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
            return (json, null);
        }
        catch (System.Text.Json.JsonException fault)
        {
            var what = bytes.IsEmpty ? "it is empty" : fault.Message.Split(" LineNumber:")[0].TrimEnd('.', ' ');
            return (null,
                new HttpRefusal(400, $"The body is not JSON (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}): {what}"));
        }
        catch (JsonReaderException fault)
        {
            return (null, new HttpRefusal(400, $"The body is not JSON that can be used: {fault.Message}"));
        }
    }
}
