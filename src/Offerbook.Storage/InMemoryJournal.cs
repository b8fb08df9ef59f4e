namespace Offerbook.Storage;

/// <summary>
/// A journal without a disk, for tests and for simulations that need none. It keeps the same rules as the durable ones: dense
/// numbers, atomic appends, epochs, the newest two snapshots and the events after the older of them. Safe to use from several threads.
/// </summary>
public sealed class InMemoryJournal(InMemoryStore store) : IJournal
{
    private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal);

    /// <summary>One that shares what it holds with nobody.</summary>
    public InMemoryJournal() : this(new InMemoryStore())
    {
    }

    public ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation)
    {
        lock (store.Gate)
        {
            var log = store.Find(persistenceId);
            _epochs[persistenceId] = ++log.Epoch;
            var after = log.Events.Skip((int)((log.Newest?.Sequence ?? 0) - log.Dropped)).ToArray();
            return ValueTask.FromResult(new Recovery(log.Newest, after, log.Last, log.Epoch));
        }
    }

    public ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events,
        CancellationToken cancellation)
    {
        lock (store.Gate)
        {
            var log = Held(persistenceId);
            if (log.Last != firstSequence - 1)
            {
                throw new JournalConflictException(
                    $"Event {firstSequence} of '{persistenceId}' cannot be appended after event {log.Last}.");
            }
            log.Events.AddRange(events.Select(e => e with { Payload = e.Payload.ToArray() }));
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation)
    {
        lock (store.Gate)
        {
            var log = Held(persistenceId);
            if (snapshot.Sequence > log.Last)
            {
                throw new JournalConflictException(
                    $"A snapshot of '{persistenceId}' at event {snapshot.Sequence} is ahead of its last event {log.Last}.");
            }
            log.Save(snapshot);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation)
    {
        lock (store.Gate)
        {
            Held(persistenceId);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <exception cref="JournalFencedException">Another journal has recovered the log since.</exception>
    private InMemoryStore.Log Held(string persistenceId)
    {
        var log = store.Find(persistenceId);
        var held = _epochs.GetValueOrDefault(persistenceId);
        return log.Epoch == held ? log : throw JournalFencedException.Of(persistenceId, "in memory", held, log.Epoch);
    }
}
