namespace Offerbook.Coordination.Sessions;

/// <summary>What the coordination service tells a core.</summary>
/// <remarks>
/// Order: <see cref="SessionOpened"/> first; then <see cref="ConnectionLost"/> and <see cref="ConnectionRestored"/> in turn, any number of
/// times; <see cref="SessionExpired"/> or <see cref="AuthenticationFailed"/> last. An expiry is told by the service itself, hence only
/// once a server has been reached again. Answers that were lost with the connection may come on either side of
/// <see cref="ConnectionLost"/>.
/// </remarks>
public abstract record ServiceMessage : ElectionMessage
{
    private ServiceMessage(int session) => Session = session;

    public int Session { get; }

    /// <param name="Id">The service's own name of the session: the owner of the ephemeral nodes made in it. Never 0.</param>
    /// <param name="Timeout">What the service granted; it lets the session expire when it has heard nothing for so long.</param>
    public sealed record SessionOpened(int Session, long Id, TimeSpan Timeout) : ServiceMessage(Session);

    /// <summary>The session could not be tried, for instance because no server's name resolves. Nothing more is told of it.</summary>
    public sealed record OpenFailed(int Session, string Reason) : ServiceMessage(Session);

    /// <summary>No server answers. The session may be alive or not: nobody here knows.</summary>
    public sealed record ConnectionLost(int Session) : ServiceMessage(Session);

    /// <summary>The same session goes on, by this server or another; its ephemeral nodes and its watches are still there.</summary>
    public sealed record ConnectionRestored(int Session) : ServiceMessage(Session);

    /// <summary>The session is over and its ephemeral nodes are gone.</summary>
    public sealed record SessionExpired(int Session) : ServiceMessage(Session);

    /// <summary>The service does not accept the credentials; it would not on another attempt either.</summary>
    public sealed record AuthenticationFailed(int Session) : ServiceMessage(Session);

    public sealed record Answered(int Session, int Request, Answer Answer) : ServiceMessage(Session);

    public sealed record WatchFired(int Session, string Path) : ServiceMessage(Session);
}
