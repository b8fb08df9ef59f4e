using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Election;

/// <summary>No server has answered since the session was begun.</summary>
internal sealed record OpenTimedOut(int Number) : ElectionMessage;

internal sealed record ReopenDue : ElectionMessage;

/// <summary>What failed may be tried again.</summary>
internal sealed record RetryDue(int Number) : ElectionMessage;

/// <summary>The connection has been lost for so long that whoever led may not lead any more.</summary>
internal sealed record LeaderForgotten(int Number) : ElectionMessage;

/// <summary>Whoever steps down or resigns has waited long enough for its node to go.</summary>
internal sealed record LeaveTimedOut : ElectionMessage;

/// <summary>What candidates tell each other may be tried again.</summary>
internal sealed record NoticeDue : ElectionMessage;
