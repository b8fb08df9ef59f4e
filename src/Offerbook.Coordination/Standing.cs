namespace Offerbook.Coordination;

/// <summary>Who leads, as its node says.</summary>
/// <param name="Id">Unique to one candidacy: a leader that lost its session and leads again has another one.</param>
/// <param name="Address">Where clients reach it, such as <c>http://10.0.0.1:5050/</c>.</param>
/// <param name="Data">What else the node holds; for masters a MasterInfo in JSON.</param>
public sealed record LeaderInfo(string Id, Uri Address, ReadOnlyMemory<byte> Data)
{
    public bool Equals(LeaderInfo? other) =>
        other is not null && Id == other.Id && Address == other.Address && Data.Span.SequenceEqual(other.Data.Span);

    public override int GetHashCode() => HashCode.Combine(Id, Address);

    /// <summary>Sequence numbers begin anew when a parent is made anew; with the owning session the id stays unique.</summary>
    internal static string IdOf(string node, long session) => FormattableString.Invariant($"{node}@{session:x}");
}

/// <summary>Where a candidate stands in its election.</summary>
public abstract record Standing
{
    private Standing()
    {
    }

    /// <summary>It does not lead.</summary>
    /// <param name="Leader">Who does; null when nobody is known to, the coordination service cannot be reached, or before the first
    /// answer.</param>
    public sealed record Follows(LeaderInfo? Leader) : Standing
    {
        /// <summary>
        /// Who led when the connection was lost, for longer than a session ago: nothing says that it does not lead any more, and nothing
        /// that
        /// it does. For those who only pass on what the addressee would refuse if it did not lead. Null while <see cref="Leader"/> is
        /// known.
        /// </summary>
        public LeaderInfo? Last { get; init; }
    }

    /// <summary>
    /// It leads. A lost connection alone does not end that (<paramref name="IsSuspended"/>): the session may be alive, and until it is
    /// known to have expired the store's epoch decides who may write.
    /// </summary>
    public sealed record Leads(LeaderInfo Self, bool IsSuspended) : Standing;

    /// <summary>
    /// It will never lead nor learn who does: it has resigned, or the service refuses it (<paramref name="Reason"/> says why and what to
    /// do).
    /// </summary>
    public sealed record Over(string Reason) : Standing;
}
