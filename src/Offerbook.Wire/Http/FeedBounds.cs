namespace Offerbook.Wire.Http;

/// <summary>How much of a feed is kept for readers who are behind. One that falls behind further is cut.</summary>
/// <param name="MaxEvents">Events kept.</param>
/// <param name="MaxBytes">Their size in protobuf. Encoded in both formats they take up to five times as much.</param>
/// <param name="CloseGrace">How long a reader may take to fetch what waits once its stream is being closed.</param>
public sealed record FeedBounds(int MaxEvents, long MaxBytes, TimeSpan CloseGrace)
{
    /// <summary>
    /// 65,536 events are three seconds of a cluster that starts 5,000 tasks a second; 32 MiB hold as many of 512 bytes. Kept once,
    /// however many readers there are and however slow they are.
    /// </summary>
    public static FeedBounds Default { get; } = new(65_536, 32 * 1024 * 1024, TimeSpan.FromSeconds(5));
}
