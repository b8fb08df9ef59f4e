namespace Offerbook.Wire.Http;

/// <summary>
/// How much may wait for one reader. A frame is taken while less than the bounds waits, so the most that is ever held is
/// <paramref name="MaxBytes"/> and one frame: a snapshot larger than the bound can still be sent to a reader that keeps up.
/// Beyond them the stream is cut.
/// </summary>
/// <param name="MaxBytes">Bytes waiting.</param>
/// <param name="MaxFrames">Frames waiting.</param>
/// <param name="CloseGrace">How long a reader may take to fetch what waits once the stream is being closed.</param>
public sealed record StreamBounds(long MaxBytes, int MaxFrames, TimeSpan CloseGrace)
{
    /// <summary>
    /// 16 MiB hold the offers of some 10,000 agents; a thousand such readers, all stuck, hold 16 GB and are cut one by one.
    /// </summary>
    public static StreamBounds Default { get; } = new(16 * 1024 * 1024, 16_384, TimeSpan.FromSeconds(5));
}
