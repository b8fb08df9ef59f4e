namespace Offerbook.Storage.Archive;

/// <summary>One log as it lies in a store.</summary>
/// <param name="Id">The store's own number for it; means nothing elsewhere.</param>
internal sealed record StoredLog(long Id, string PersistenceId, long LastSequence, long Epoch);

/// <summary>An event or a snapshot as it lies there, not checked yet.</summary>
internal readonly record struct StoredRecord(long Sequence, JournalRecord Record, long Checksum)
{
    public bool IsIntact(string persistenceId) => Checksum == JournalChecksum.Of(persistenceId, Sequence, Record);
}

/// <summary>A whole store as it was at one instant, read beside whoever writes to it.</summary>
internal interface IStoreReader : IDisposable
{
    IReadOnlyList<StoredLog> Logs();

    /// <summary>The oldest first. Read one sequence to its end before the next is begun.</summary>
    IEnumerable<StoredRecord> Snapshots(StoredLog log);

    /// <summary>In the order of their numbers.</summary>
    IEnumerable<StoredRecord> Events(StoredLog log);
}

/// <summary>A store that is filled at once, or not at all.</summary>
internal interface IStoreWriter : IDisposable
{
    /// <returns>The log as it is named there.</returns>
    StoredLog AddLog(StoredLog log);

    void AddSnapshot(StoredLog log, StoredRecord snapshot);

    /// <param name="events">Some of them, in order.</param>
    void AddEvents(StoredLog log, IReadOnlyList<StoredRecord> events);

    /// <summary>Durable when this returns.</summary>
    void Commit();
}
