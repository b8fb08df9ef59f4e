using System.Text;
using System.Text.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;

namespace Offerbook.Apps.Json.Reading;

/// <summary>
/// Reads JSON strictly (no comments, no trailing commas, no single quotes: what one server forgives, the next does not) into the
/// tokens that the readers walk. Of equal members the last one counts. Whole numbers beyond 64 bits become floating point.
/// </summary>
public static class JsonText
{
    /// <summary>Groups nest one level per path segment and take three levels of JSON each; nobody has twenty.</summary>
    public const int MaxDepth = 64;

    public static ApiResult<JToken> Parse(ReadOnlySpan<byte> utf8)
    {
        var text = utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;
        if (text.Trim(" \t\r\n"u8).IsEmpty)
        {
            return ApiErrors.EmptyBody("No content to map due to end-of-input");
        }
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var root = ReadValue(ref reader);
            reader.Read();
            return root;
        }
        catch (JsonException broken)
        {
            return ApiErrors.BrokenJson(broken.Message);
        }
        catch (InvalidOperationException broken)
        {
            // Bytes that are not UTF-8, or half a surrogate pair, surface only when a string is taken out.
            return ApiErrors.BrokenJson(broken.Message + $" BytePosition: {reader.TokenStartIndex}.");
        }
    }

    private static JToken ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new JObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    members[name] = ReadValue(ref reader);
                }
                return members;
            case JsonTokenType.StartArray:
                var elements = new JArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    elements.Add(ReadValue(ref reader));
                }
                return elements;
            case JsonTokenType.String:
                return new JValue(reader.GetString());
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var whole) ? new JValue(whole) : new JValue(reader.GetDouble());
            case JsonTokenType.True or JsonTokenType.False:
                return new JValue(reader.GetBoolean());
            default:
                return JValue.CreateNull();
        }
    }
}
