using System.Text;
using Google.Protobuf;

namespace Offerbook.Wire.Http;

/// <summary>What a server answered to a call.</summary>
/// <param name="Status">The HTTP status code; null when no answer came, and it is unknown whether the call was taken.</param>
/// <param name="Body">Empty for most calls that were taken.</param>
/// <param name="Redirect">Where to go instead, when <paramref name="Status"/> is 307.</param>
/// <param name="Failure">Why no answer came.</param>
public sealed record CallAnswer(int? Status, ReadOnlyMemory<byte> Body, Uri? Redirect, string? Failure)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The reason of a refusal or failure, for people.</summary>
    public string Reason => Failure ?? (Body.IsEmpty ? $"HTTP {Status}" : Encoding.UTF8.GetString(Body.Span));

    /// <summary>The message in the body of a successful answer.</summary>
    /// <param name="format">What the call was posted in: answers come back in the same.</param>
    public ReadResult<T> Read<T>(MessageFormat format) where T : class, IMessage<T>, new() => MessageCodec.Read<T>(Body.Span, format);
}
