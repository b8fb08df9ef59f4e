using Offerbook.Actors;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Election;

/// <summary>The first message of a core: opens its session.</summary>
public sealed record Begin : ElectionMessage;

/// <summary>
/// Gives the leadership up and stands again behind all others. Answered by <see cref="CallEnded"/> when the node is gone, or cannot be
/// reached.
/// </summary>
/// <param name="Call">Names the call; chosen by the caller.</param>
public sealed record StepDown(int Call) : ElectionMessage;

/// <summary>Leaves the election for good. Answered by <see cref="CallEnded"/> when the node is gone, or cannot be reached.</summary>
public sealed record Resign(int Call) : ElectionMessage;

/// <summary>The candidate stands differently from now on. The first standing, before any of these, is <c>Follows(null)</c>.</summary>
public sealed record Announce(Standing Standing) : IEffect;

/// <summary>The detector knows another leader, or none. The first, before any of these, is none.</summary>
public sealed record AnnounceLeader(LeaderInfo? Leader) : IEffect;

/// <summary>What <see cref="StepDown"/> or <see cref="Resign"/> asked for is done.</summary>
public sealed record CallEnded(int Call) : IEffect;

/// <summary>A line for the log: something that whoever operates the cluster may want to know.</summary>
public sealed record Remark(string Text) : IEffect;

/// <summary>Tells the other candidates how the store answers this one, from now on.</summary>
/// <param name="Commit">What a small commit takes; null: it is not known, and nothing is told.</param>
public sealed record PublishStore(TimeSpan? Commit) : ElectionMessage;

/// <summary>
/// Asks who stands in the election, in which order, and what they say of their stores. Answered by <see cref="LineTold"/>.
/// </summary>
public sealed record AskLine(int Call) : ElectionMessage;

/// <summary>What <see cref="AskLine"/> asked for.</summary>
/// <param name="Line">The leader first; null when the service could not be asked.</param>
public sealed record LineTold(int Call, IReadOnlyList<Contender>? Line) : IEffect;
