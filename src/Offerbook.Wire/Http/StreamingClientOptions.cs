namespace Offerbook.Wire.Http;

/// <param name="ConnectTimeout">How long a connection may take to come about.</param>
/// <param name="AnswerTimeout">How long the answer to a call, or the head of a stream, may take. A stream itself has no limit.</param>
/// <param name="IdleTimeout">How long an unused connection is kept: less than servers keep theirs, so that a call seldom meets one that is
/// closing.</param>
/// <param name="MaxRecordBytes">A longer record ends the stream.</param>
/// <param name="MaxAnswerBytes">Of a call's answer no more than this is read; more is a failure.</param>
public sealed record StreamingClientOptions(
    TimeSpan ConnectTimeout, TimeSpan AnswerTimeout, TimeSpan IdleTimeout, int MaxRecordBytes, int MaxAnswerBytes)
{
    public static StreamingClientOptions Default { get; } = new(
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60),
        Streaming.RecordIoDecoder.DefaultMaxRecordBytes, 256 * 1024 * 1024);

    /// <summary>Shown with every request, also to whom a master names as the leader; null: none.</summary>
    public Credential? Credential { get; init; }
}
