using Offerbook.Actors;

namespace Offerbook.Coordination.HandOver;

/// <summary>A message to <see cref="HandOverCore"/>.</summary>
public abstract record HandOverMessage
{
    private HandOverMessage()
    {
    }

    /// <summary>The first message.</summary>
    public sealed record Begin : HandOverMessage;

    /// <summary>Commits of the journal that this process leads with have become durable.</summary>
    /// <param name="Count">At least 1.</param>
    /// <param name="Together">Of all of them.</param>
    public sealed record Committed(int Count, TimeSpan Together) : HandOverMessage;

    /// <summary>What <see cref="MeasureStore"/> found.</summary>
    /// <param name="Took">Time until a small write was durable, or was given up; null when the store refuses to be measured.</param>
    public sealed record Measured(TimeSpan? Took) : HandOverMessage;

    /// <summary>Whether the candidate leads, suspended or not.</summary>
    public sealed record Led(bool Leads) : HandOverMessage;

    /// <summary>What <see cref="LookAtLine"/> found.</summary>
    /// <param name="Line">All candidates, the leader first; null when the election could not be asked.</param>
    public sealed record LineHeard(IReadOnlyList<Contender>? Line) : HandOverMessage;

    internal sealed record LookDue : HandOverMessage;
}

/// <summary>
/// Make a small write durable, bounded in time, and say how long it took. Answered by <see cref="HandOverMessage.Measured"/>.
/// </summary>
public sealed record MeasureStore : IEffect;

/// <summary>Tell the other candidates (<see cref="IStoreNotices.Publish"/>).</summary>
public sealed record TellOthers(TimeSpan? Commit) : IEffect;

/// <summary>Ask who stands (<see cref="IStoreNotices.LineAsync"/>). Answered by <see cref="HandOverMessage.LineHeard"/>.</summary>
public sealed record LookAtLine : IEffect;

/// <summary>Whoever leads gives its leadership up in good order; whoever does not stands again behind all others.</summary>
/// <param name="IsHandOver">It leads.</param>
/// <param name="Why">For the log.</param>
public sealed record GiveWay(bool IsHandOver, string Why) : IEffect;

/// <summary>The store has become slow, or is not slow any more.</summary>
/// <param name="Why">For the log.</param>
public sealed record StoreJudged(bool IsSlow, string Why) : IEffect;

/// <summary>What a commit takes now, by the last look; null when too little has been measured.</summary>
public sealed record StoreMeasured(TimeSpan? Commit) : IEffect;
