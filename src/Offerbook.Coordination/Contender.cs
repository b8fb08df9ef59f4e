namespace Offerbook.Coordination;

/// <summary>One of those who stand in an election.</summary>
/// <param name="Name">Of its node.</param>
/// <param name="IsSelf">It is whoever asked.</param>
/// <param name="Commit">How long a small commit to the store takes it, by its own word and rounded up; null when it does not say.</param>
public sealed record Contender(string Name, bool IsSelf, TimeSpan? Commit);

/// <summary>
/// A candidate that can tell the others how the store answers it, and hear the same of them. Safe to use from several threads.
/// </summary>
public interface IStoreNotices
{
    /// <summary>Returns at once; while the election cannot be reached, the newest word is kept until it can.</summary>
    /// <param name="commit">What a small commit takes; null: it is not known.</param>
    void Publish(TimeSpan? commit);

    /// <summary>
    /// All candidates, the leader first, of whom at most the first <see cref="Election.StoreNotices.MostRead"/> are asked for their word.
    /// </summary>
    /// <returns>Null when the election cannot be asked now.</returns>
    Task<IReadOnlyList<Contender>?> LineAsync(CancellationToken cancellation);
}
