using Offerbook.Actors;

namespace Offerbook.Coordination.Sessions;

/// <summary>
/// What a core asks of the coordination service. Every call belongs to a session, numbered by the core: what belongs to an older one
/// than the newest is ignored by the core, and may be dropped by the service. Requests of one session are carried out in order.
/// Every request is answered once by <see cref="ServiceMessage.Answered"/>, with <see cref="ServiceError.ConnectionLost"/> when its
/// outcome is unknown; after <see cref="Close"/> nothing more is told of that session.
/// </summary>
public abstract record ServiceCall : IEffect
{
    private ServiceCall(int session) => Session = session;

    public int Session { get; }

    /// <summary>Opens a session in the background, by whichever server answers, and goes on trying until it is closed.
    /// Told by <see cref="ServiceMessage.SessionOpened"/>, or <see cref="ServiceMessage.OpenFailed"/> when it cannot even be
    /// tried.</summary>
    public sealed record Open(int Session) : ServiceCall(Session);

    /// <summary>
    /// Ends a session. Its ephemeral nodes go at once if a server can be reached, and with the session's time-out if not.
    /// </summary>
    public sealed record Close(int Session) : ServiceCall(Session);

    /// <summary>Creates a node; answered by <see cref="Answer.Created"/>.</summary>
    /// <param name="Path">For <see cref="NodeKind.EphemeralSequential"/> the service appends ten digits, which grow with every node ever
    /// made below the parent.</param>
    public sealed record Create(int Session, int Request, string Path, ReadOnlyMemory<byte> Data, NodeKind Kind) : ServiceCall(Session);

    /// <summary>Removes a node; answered by <see cref="Answer.Deleted"/>.</summary>
    public sealed record Delete(int Session, int Request, string Path) : ServiceCall(Session);

    /// <summary>Names the children of a node; answered by <see cref="Answer.Listed"/>.</summary>
    /// <param name="Watch">Tell once, by <see cref="ServiceMessage.WatchFired"/>, when a child comes or goes or the node is
    /// removed.</param>
    /// <param name="IsFresh">Includes everything that was committed before: the server must catch up first. Without it a server may lag
    /// behind others, though never behind what this session has been told.</param>
    public sealed record List(int Session, int Request, string Path, bool Watch, bool IsFresh) : ServiceCall(Session);

    /// <summary>Reads a node; answered by <see cref="Answer.Content"/>. Leaves, if the node exists, a watch that fires once when the node
    /// is
    /// removed or its data changes.</summary>
    public sealed record Read(int Session, int Request, string Path) : ServiceCall(Session);
}

public enum NodeKind
{
    Persistent,

    /// <summary>Goes with the session that made it; has the name that was asked for.</summary>
    Ephemeral,

    /// <summary>Goes with the session that made it; its name ends in ten digits.</summary>
    EphemeralSequential,
}
