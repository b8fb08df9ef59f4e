using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Wire.Http.Security;

/// <summary>
/// Checks a JSON web token: header, payload and signature, each in base64url, with dots between. Only HMAC with SHA-256 is taken, so
/// that no header can choose a weaker way. The signature is checked before anything in the payload is believed.
/// </summary>
internal static class JsonWebToken
{
    /// <summary>Longer tokens would not fit the headers that the server takes.</summary>
    private const int MaxLength = 16 * 1024;

    /// <returns>What is wrong, or null.</returns>
    public static string? Read(string token, byte[] key, DateTimeOffset now, out IReadOnlyDictionary<string, string> claims)
    {
        claims = new Dictionary<string, string>();
        var parts = token.Split('.');
        if (token.Length > MaxLength || parts.Length != 3)
        {
            return $"Expected 3 components in token, got {parts.Length}";
        }
        if (Object(parts[0]) is not { } header)
        {
            return "Failed to decode the header";
        }
        if (CheckHeader(header) is { } refused)
        {
            return refused;
        }
        if (Bytes(parts[2]) is not { } signature
            || !CryptographicOperations.FixedTimeEquals(signature,
                HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"))))
        {
            return "Token signature does not match";
        }
        if (Object(parts[1]) is not { } payload)
        {
            return "Failed to decode the payload";
        }
        return CheckPayload(payload, now, out claims);
    }

    private static string? CheckHeader(JObject header) =>
        header.ContainsKey("crit") ? "Header parameter 'crit' is not supported"
        : header["typ"] is { } type && (type.Type != JTokenType.String || (string?)type != "JWT") ? "Token 'typ' is not 'JWT'"
        : header["alg"] is not { Type: JTokenType.String } algorithm ? "Header parameter 'alg' is missing"
        : (string?)algorithm != "HS256" ? "Only the algorithm 'HS256' is supported"
        : null;

    private static string? CheckPayload(JObject payload, DateTimeOffset now, out IReadOnlyDictionary<string, string> claims)
    {
        claims = payload.Properties().ToDictionary(
            property => property.Name,
            property => property.Value.Type == JTokenType.String ? (string)property.Value! : property.Value.ToString(Formatting.None),
            StringComparer.Ordinal);
        if (payload["exp"] is { } expiry)
        {
            if (expiry.Type is not (JTokenType.Integer or JTokenType.Float))
            {
                return "Claim 'exp' is not a number";
            }
            if ((double)expiry < now.ToUnixTimeMilliseconds() / 1000.0)
            {
                return "Token has expired";
            }
        }
        return claims.Count > 0 ? null : "Token has no claims";
    }

    private static JObject? Object(string part)
    {
        if (Bytes(part) is not { } bytes)
        {
            return null;
        }
        try
        {
            using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(bytes)))
            {
                DateParseHandling = DateParseHandling.None, MaxDepth = 16,
            };
            return JToken.ReadFrom(reader) as JObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string part)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.TryDecodeFromChars(part, bytes, out var length) ? bytes[..length] : null;
    }
}
