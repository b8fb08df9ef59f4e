using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Http.Operator;

/// <summary>
/// In what a call comes and in what its answer is wanted (API section 1.5). Parameters of types are let pass, as everywhere.
/// </summary>
/// <param name="Content">Of the call, or of each record of a streaming one.</param>
/// <param name="IsStreaming">The call is a stream of records.</param>
/// <param name="Accept">Of the answer, or of each of its records.</param>
/// <param name="AcceptsStream">Nothing but a stream that says so itself is acceptable.</param>
internal sealed record CallMediaTypes(MessageFormat Content, bool IsStreaming, MessageFormat Accept, bool AcceptsStream)
{
    public const string MessageContentType = "Message-Content-Type";
    public const string MessageAccept = "Message-Accept";

    private static readonly HttpRefusal UnknownContent = Unsupported(
        $"Expecting 'Content-Type' of {MediaTypes.Json} or {MediaTypes.Protobuf} or {MediaTypes.RecordIo}");

    private static readonly HttpRefusal MissingMessageContent = new(
        StatusCodes.Status400BadRequest, $"Expecting '{MessageContentType}' to be set for streaming requests");

    private static readonly HttpRefusal UnknownMessageContent = Unsupported(
        $"Expecting '{MessageContentType}' of {MediaTypes.Json} or {MediaTypes.Protobuf}");

    private static readonly HttpRefusal UnexpectedMessageContent = Unsupported(
        $"Expecting '{MessageContentType}' to be not set for non-streaming requests");

    private static readonly HttpRefusal NothingAcceptable = NotAcceptable(
        $"Expecting 'Accept' to allow {MediaTypes.Json} or {MediaTypes.Protobuf} or {MediaTypes.RecordIo}");

    private static readonly HttpRefusal NoMessageAcceptable = NotAcceptable(
        $"Expecting '{MessageAccept}' to allow {MediaTypes.Json} or {MediaTypes.Protobuf}");

    private static readonly HttpRefusal UnexpectedMessageAccept = NotAcceptable(
        $"Expecting '{MessageAccept}' to be not set for non-streaming responses");

    /// <summary>The checks come in this order, before the body is looked at.</summary>
    public static HttpRefusal? Read(HttpRequest request, out CallMediaTypes types)
    {
        types = new CallMediaTypes(MessageFormat.Json, false, MessageFormat.Json, false);
        var refusal = ReadContent(request, out var content, out var streaming) ?? ReadAccept(request, out types);
        types = types with { Content = content, IsStreaming = streaming };
        return refusal;
    }

    private static HttpRefusal? ReadContent(HttpRequest request, out MessageFormat format, out bool streaming)
    {
        var declared = Joined(request.Headers[MessageContentType]);
        streaming = TypeOf(request.ContentType).Equals(MediaTypes.RecordIo, StringComparison.OrdinalIgnoreCase);
        if (!streaming)
        {
            return !ContentNegotiation.TryReadContentType(request.ContentType, out format, out var refusal)
                ? refusal.Status == StatusCodes.Status400BadRequest ? refusal : UnknownContent
                : declared is not null ? UnexpectedMessageContent : null;
        }
        format = MessageFormat.Json;
        return declared is null ? MissingMessageContent
            : ContentNegotiation.TryReadContentType(declared, out format, out _) ? null : UnknownMessageContent;
    }

    private static HttpRefusal? ReadAccept(HttpRequest request, out CallMediaTypes types)
    {
        var accept = Joined(request.Headers.Accept);
        var inner = Joined(request.Headers[MessageAccept]);
        types = new CallMediaTypes(MessageFormat.Json, false, MessageFormat.Json, false);
        if (ContentNegotiation.TryChooseResponse(accept, out var format, out _))
        {
            types = types with { Accept = format };
            return inner is null ? null : UnexpectedMessageAccept;
        }
        if (!ContentNegotiation.Accepts(accept, MediaTypes.RecordIo))
        {
            return NothingAcceptable;
        }
        var chosen = ContentNegotiation.TryChooseResponse(inner, out format, out _);
        types = types with { Accept = format, AcceptsStream = true };
        return chosen ? null : NoMessageAcceptable;
    }

    private static string TypeOf(string? header) => (header ?? "").Split(';')[0].Trim();

    private static string? Joined(StringValues values) => values.Count == 0 ? null : values.ToString();

    private static HttpRefusal Unsupported(string text) => new(StatusCodes.Status415UnsupportedMediaType, text);

    private static HttpRefusal NotAcceptable(string text) => new(StatusCodes.Status406NotAcceptable, text);
}
