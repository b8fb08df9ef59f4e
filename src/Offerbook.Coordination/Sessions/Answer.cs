namespace Offerbook.Coordination.Sessions;

/// <summary>The outcome of one request.</summary>
public abstract record Answer
{
    private Answer()
    {
    }

    /// <param name="Path">The whole path, with the digits that were appended.</param>
    public sealed record Created(string Path) : Answer;

    public sealed record Deleted : Answer;

    /// <param name="Names">Names of the children without their parent's path, in no order.</param>
    public sealed record Listed(IReadOnlyList<string> Names) : Answer;

    /// <param name="Owner">The session whose ephemeral node this is; 0 for a persistent one.</param>
    public sealed record Content(ReadOnlyMemory<byte> Data, long Owner) : Answer;

    /// <param name="Detail">What the service said, for people; null when <paramref name="Error"/> says it all.</param>
    public sealed record Refused(ServiceError Error, string? Detail = null) : Answer;
}

public enum ServiceError
{
    /// <summary>The connection broke before the answer came: the request may have been carried out or not.</summary>
    ConnectionLost,

    /// <summary>The session is over; a <see cref="ServiceMessage.SessionExpired"/> comes or has come.</summary>
    SessionOver,

    /// <summary>The node, or for a create its parent, is not there.</summary>
    NoNode,

    /// <summary>A persistent node with this path is there already.</summary>
    NodeExists,

    /// <summary>The node's access list does not let these credentials do this.</summary>
    Denied,

    /// <summary>The service did not carry it out, and may do so later.</summary>
    Busy,

    /// <summary>The service will never carry this out, for instance because the path is malformed.</summary>
    Invalid,
}
