using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http;

/// <summary>The message in a request's body, or the answer to send instead.</summary>
/// <param name="Format">What the message was written in.</param>
public readonly record struct RequestMessage<T>(T? Message, MessageFormat Format, HttpRefusal? Refusal) where T : class
{
    public bool TryGet([NotNullWhen(true)] out T? message, [NotNullWhen(false)] out HttpRefusal? refusal)
    {
        message = Message;
        refusal = Refusal;
        return message is not null;
    }
}

public static class RequestMessages
{
    /// <summary>Reads the call of a POST to a v1 endpoint: content type (400, 415), body (413), then syntax and shape (400).</summary>
    /// <param name="what">How error texts name the message.</param>
    /// <param name="maxBytes">A body longer than this is refused with 413.</param>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public static async ValueTask<RequestMessage<T>> ReadMessageAsync<T>(
        this HttpRequest request, string what = "Call", int maxBytes = RequestBody.DefaultMaxBytes,
        CancellationToken cancellation = default)
        where T : class, IMessage<T>, new()
    {
        // Two headers of one name arrive joined with a comma, which is no type.
        if (!ContentNegotiation.TryReadContentType(request.ContentType, out var format, out var refusal))
        {
            return new RequestMessage<T>(null, format, refusal);
        }
        var body = await RequestBody.ReadAsync(request, maxBytes, cancellation);
        if (body.IsRefused)
        {
            return new RequestMessage<T>(null, format, body.Refusal);
        }
        return MessageCodec.Read<T>(body.Bytes.Span, format).TryGet(out var message, out var error)
            ? new RequestMessage<T>(message, format, null)
            : new RequestMessage<T>(null, format, new HttpRefusal(StatusCodes.Status400BadRequest, error.Describe(what)));
    }
}
