namespace Offerbook.Coordination.HandOver;

/// <summary>When a store counts as slow, and how often a leadership may change hands for it.</summary>
public sealed record HandOverSettings
{
    /// <summary>
    /// A leader's every acknowledgement waits for a commit. PostgreSQL takes a few milliseconds, an fsync on a busy disk tens; with half a
    /// second clients see it. From here on the store is slow.
    /// </summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Down to here a slow store is not slow any more, and up to here a peer's is good enough to take over.</summary>
    public TimeSpan Well { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A peer must be so many times as fast: a change of leaders cuts every stream, and must be worth it.</summary>
    public int Factor { get; init; } = 4;

    /// <summary>Between two measurements of one's own, and two looks at all of them.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Looks that are judged together, 30 s; nothing is said of a store before <see cref="LeastLooks"/> of them have measured something.
    /// </summary>
    public int Looks { get; init; } = 6;

    /// <summary>One bad measurement is not a bad store.</summary>
    public int LeastLooks { get; init; } = 4;

    /// <summary>
    /// Who leads keeps the leadership at least so long whatever its store does, so that two whose stores are slow in turn, or because they
    /// lead, do not play ping-pong. A candidate that does not lead lets others past no oftener.
    /// </summary>
    public TimeSpan Tenure { get; init; } = TimeSpan.FromMinutes(5);
}
