namespace Offerbook.Coordination;

/// <summary>Follows an election. Safe to use from several threads; any number of waiters.</summary>
public interface ILeaderDetector : IAsyncDisposable
{
    /// <summary>The newest known leader; null when none is known.</summary>
    LeaderInfo? Leader { get; }

    /// <summary>
    /// Waits until the leader is another than <paramref name="known"/>. Changes that came and went meanwhile may be skipped.
    /// </summary>
    ValueTask<LeaderInfo?> ChangedAsync(LeaderInfo? known, CancellationToken cancellation);
}

/// <summary>
/// Stands in an election, and stands again by itself whenever its session expires. Leading is told by <see cref="Standing.Leads"/>;
/// whoever hears anything else afterwards must step down at once. Safe to use from several threads.
/// Whoever makes one says what its node holds as a function, asked anew for each candidacy: a master has another id in each.
/// </summary>
public interface ICandidate : IAsyncDisposable
{
    Standing Standing { get; }

    /// <summary>Waits until the standing is another than <paramref name="known"/>. Changes that came and went meanwhile may be skipped,
    /// but never the end of a leadership: one that was lost and won again has another <see cref="LeaderInfo.Id"/>.</summary>
    ValueTask<Standing> ChangedAsync(Standing known, CancellationToken cancellation);

    /// <summary>
    /// Gives the leadership up and stands again behind all other candidates. Returns when its node is gone (or its session cannot be
    /// reached).
    /// </summary>
    ValueTask StepDownAsync(CancellationToken cancellation);

    /// <summary>
    /// Leaves the election for good: its node is removed before this returns, so that another leads at once; on a broken connection it goes
    /// with the session.
    /// </summary>
    ValueTask ResignAsync(CancellationToken cancellation);
}
