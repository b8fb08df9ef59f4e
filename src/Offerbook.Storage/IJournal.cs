namespace Offerbook.Storage;

/// <summary>One event as a core wrote it: what kind it is (with its version, such as <c>FrameworkSubscribed/1</c>) and its bytes.</summary>
public readonly record struct JournalRecord(string Manifest, ReadOnlyMemory<byte> Payload);

/// <summary>A core's whole state after the event with <paramref name="Sequence"/>; events up to it need not be replayed.</summary>
public sealed record Snapshot(long Sequence, JournalRecord Record);

/// <summary>What a core starts from: the newest snapshot, if any, and every event after it in order.</summary>
/// <param name="LastSequence">Sequence number of the last event ever appended; 0 for a new journal. The next event gets one more.</param>
public sealed record Recovery(Snapshot? Snapshot, IReadOnlyList<JournalRecord> Events, long LastSequence);

/// <summary>
/// An append-only log of events for each persistence id, with snapshots. Sequence numbers start at 1 and are dense.
/// An append is atomic and durable when its task completes; a failed append means that the writer must stop, because what
/// reached the disk is unknown (a failed fsync is never retried).
/// </summary>
public interface IJournal : IAsyncDisposable
{
    /// <exception cref="JournalDamagedException">An event or snapshot before the tail fails its checksum, or a number is missing.</exception>
    ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation);

    /// <summary>Appends <paramref name="events"/> with the numbers <paramref name="firstSequence"/>, +1, … in one transaction.</summary>
    /// <exception cref="JournalConflictException">The journal's last sequence number is not <paramref name="firstSequence"/> − 1, or
    /// a newer leader has taken the journal over.</exception>
    ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events, CancellationToken cancellation);

    /// <summary>Stores a snapshot and drops the events and snapshots that it makes unnecessary.</summary>
    ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation);
}

/// <summary>What the disk holds is not what was written. The message names the file, the persistence id and the sequence number, and says what to do.</summary>
public sealed class JournalDamagedException(string message, Exception? cause = null) : Exception(message, cause);

public sealed class JournalConflictException(string message) : Exception(message);

/// <summary>The journal cannot be opened or used: held by another process, a directory that cannot be written, a full disk. The message says what to do.</summary>
public sealed class JournalUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
