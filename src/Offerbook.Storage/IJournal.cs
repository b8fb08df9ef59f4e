namespace Offerbook.Storage;

/// <summary>One event as a core wrote it: what kind it is (with its version, such as <c>FrameworkSubscribed/1</c>) and its bytes.</summary>
public readonly record struct JournalRecord(string Manifest, ReadOnlyMemory<byte> Payload)
{
    /// <summary>
    /// What the event tells of ends when the machine does, as a process does: it has to outlive the process that writes it, and a loss of
    /// power may take it, together with the others of this kind since the last that is not. A wish to who appends it, which a store that
    /// outlives the machine does not heed; it is not stored.
    /// </summary>
    public bool DiesWithMachine { get; init; }
}

/// <summary>A core's whole state after the event with <paramref name="Sequence"/>; events up to it need not be replayed.</summary>
public sealed record Snapshot(long Sequence, JournalRecord Record);

/// <summary>What a core starts from: the newest snapshot, if any, and every event after it in order.</summary>
/// <param name="LastSequence">Sequence number of the last event ever appended; 0 for a new journal. The next event gets one more.</param>
/// <param name="Epoch">One more than of the recovery before: the reader holds the log from now on, and whoever held it before is fenced
/// off.</param>
public sealed record Recovery(Snapshot? Snapshot, IReadOnlyList<JournalRecord> Events, long LastSequence, long Epoch = 1);

/// <summary>
/// An append-only log of events for each persistence id, with snapshots. Sequence numbers start at 1 and are dense.
/// An append is atomic and durable when its task completes (see <see cref="AppendAsync"/> for events that may die with the machine); a failed append means that the writer must stop, because what
/// reached the disk is unknown (a failed fsync is never retried).
///
/// One leader writes to a log at a time. Recovering a log takes it over: its epoch goes up, durably, before anything is read, and
/// from then on every write of an earlier holder fails with <see cref="JournalFencedException"/> inside its transaction. A holder is
/// one object of this type; it holds a log that nobody has ever recovered (epoch 0) without recovering it.
///
/// A snapshot may be saved while events are appended: the calls do not wait for each other longer than a few milliseconds at a time.
/// </summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>Takes the log over and reads it.</summary>
    /// <exception cref="JournalDamagedException">An event or snapshot before the tail fails its checksum, or a number is
    /// missing.</exception>
    ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation);

    /// <summary>
    /// Appends <paramref name="events"/> with the numbers <paramref name="firstSequence"/>, +1, … in one transaction. When it completes they
    /// outlive the process, and the machine too unless all of them <see cref="JournalRecord.DiesWithMachine">die with it</see>.
    /// </summary>
    /// <exception cref="JournalConflictException">The journal's last sequence number is not <paramref name="firstSequence"/> −
    /// 1.</exception>
    /// <exception cref="JournalFencedException">A newer leader has taken the log over.</exception>
    /// <exception cref="JournalUnavailableException">The store could not be written; <see cref="JournalUnavailableException.IsClean"/>
    /// tells whether it is known that nothing was.</exception>
    ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events, CancellationToken cancellation);

    /// <summary>
    /// Completes when the store itself has confirmed, after this was called, that nobody has taken the log over since it was recovered
    /// here.
    /// </summary>
    /// <exception cref="JournalFencedException">Somebody has.</exception>
    /// <exception cref="JournalUnavailableException">The store cannot be asked.</exception>
    ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation);

    /// <summary>Stores a snapshot and drops the events and snapshots that it makes unnecessary.</summary>
    /// <exception cref="JournalFencedException">A newer leader has taken the log over.</exception>
    ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation);

    /// <summary>What the store takes on its disk as far as this process can see, in bytes; 0 when it cannot.</summary>
    long SizeBytes => 0;
}

/// <summary>
/// What the disk holds is not what was written. The message names the file, the persistence id and the sequence number, and says what to
/// do.
/// </summary>
public sealed class JournalDamagedException(string message, Exception? cause = null) : Exception(message, cause);

public class JournalConflictException(string message) : Exception(message);

/// <summary>
/// A newer leader has taken the log over: nothing more may be written, and nothing decided since can be made true. The holder steps down.
/// </summary>
public sealed class JournalFencedException(string message) : JournalConflictException(message)
{
    /// <param name="place">The file, or the database.</param>
    internal static JournalFencedException Of(string persistenceId, string place, long held, long found) => new(
        $"'{persistenceId}' in the journal {place} was taken over: it is in epoch {found}, and this process held it in epoch {held}. Nothing was written.");
}

/// <summary>
/// The journal cannot be opened or used: held by another process, a directory that cannot be written, a full disk. The message says what to
/// do.
/// </summary>
public sealed class JournalUnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>
    /// It is known that nothing of the write was kept and that the journal can go on, as after a full disk: the same write may be tried
    /// again. False: what was kept is unknown, and only a recovery tells.
    /// </summary>
    public bool IsClean { get; init; }
}
