using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Offerbook.Wire.Http;

/// <summary>
/// Which format a v1 request is in and which its answer must have. The rules are Mesos' own, not RFC 9110's: JSON wins over protobuf
/// whenever both are acceptable, and q values count only when they are zero. Unlike Mesos, parameters of the content type are let
/// pass: HTTP libraries add <c>; charset=utf-8</c> unasked, and JSON has no other charset.
/// </summary>
public static class ContentNegotiation
{
    public static HttpRefusal MissingContentType { get; } = new(400, "Expecting 'Content-Type' to be present");

    public static HttpRefusal UnsupportedContentType { get; } =
        new(415, "Expecting 'Content-Type' of application/json or application/x-protobuf");

    public static HttpRefusal NotAcceptable { get; } =
        new(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");

    /// <summary>The format of the request's body.</summary>
    /// <param name="contentType">The header's value; null when it is absent.</param>
    public static bool TryReadContentType(
        string? contentType, out MessageFormat format, [NotNullWhen(false)] out HttpRefusal? refusal)
    {
        var type = (contentType ?? "").AsSpan();
        var semicolon = type.IndexOf(';');
        type = (semicolon < 0 ? type : type[..semicolon]).Trim();
        format = type.Equals(MediaTypes.Protobuf, StringComparison.OrdinalIgnoreCase) ? MessageFormat.Protobuf : MessageFormat.Json;
        refusal = format == MessageFormat.Protobuf || type.Equals(MediaTypes.Json, StringComparison.OrdinalIgnoreCase) ? null
            : type.IsEmpty ? MissingContentType
            : UnsupportedContentType;
        return refusal is null;
    }

    /// <summary>The format of the answer: JSON if that is acceptable, else protobuf.</summary>
    /// <param name="accept">The header's value, several joined with commas; null when it is absent: then everything is acceptable.</param>
    public static bool TryChooseResponse(
        string? accept, out MessageFormat format, [NotNullWhen(false)] out HttpRefusal? refusal)
    {
        format = Accepts(accept, MediaTypes.Json) ? MessageFormat.Json : MessageFormat.Protobuf;
        refusal = format == MessageFormat.Json || Accepts(accept, MediaTypes.Protobuf) ? null : NotAcceptable;
        return refusal is null;
    }

    /// <summary>Whether an answer of this type is acceptable. The first range that matches decides.</summary>
    /// <param name="mediaType">Type and subtype, lower-case, without parameters.</param>
    public static bool Accepts(string? accept, string mediaType)
    {
        if (string.IsNullOrWhiteSpace(accept))
        {
            return true;
        }
        foreach (var candidate in accept.AsSpan().Split(','))
        {
            var range = accept.AsSpan()[candidate];
            var semicolon = range.IndexOf(';');
            var type = (semicolon < 0 ? range : range[..semicolon]).Trim();
            if (Matches(type, mediaType))
            {
                return semicolon < 0 || !HasZeroQuality(range[(semicolon + 1)..]);
            }
        }
        return false;
    }

    private static bool Matches(ReadOnlySpan<char> range, string mediaType)
    {
        if (range is "*/*" || range.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        var slash = mediaType.IndexOf('/');
        return range.EndsWith("/*") && range[..^2].Equals(mediaType.AsSpan(0, slash), StringComparison.OrdinalIgnoreCase);
    }

    private static bool HasZeroQuality(ReadOnlySpan<char> parameters)
    {
        foreach (var part in parameters.Split(';'))
        {
            var parameter = parameters[part].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(parameter[2..], NumberStyles.Float, CultureInfo.InvariantCulture, out var quality))
            {
                return quality == 0;
            }
        }
        return false;
    }
}
