namespace Offerbook.Storage;

/// <summary>Measures what a small durable write to a store takes, beside its journals. One call at a time.</summary>
public interface IStoreProbe : IAsyncDisposable
{
    /// <summary>Makes a write of a few bytes durable that nobody ever reads.</summary>
    /// <returns>
    /// From the write to its confirmation; for a store that cannot be reached or has no room, how long that was tried for, at least
    /// <see cref="Patience"/>. Null when it refuses to be measured: nothing is known of it then.
    /// </returns>
    ValueTask<TimeSpan?> MeasureAsync();

    /// <summary>How long a store that cannot be reached is waited for; an answer under way may take some seconds more.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
}
