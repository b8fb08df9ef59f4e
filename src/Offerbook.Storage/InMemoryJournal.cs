namespace Offerbook.Storage;

/// <summary>
/// A journal without a disk, for tests and for simulations that need none. It keeps the same rules as the durable ones: dense
/// numbers, atomic appends, the newest two snapshots and the events after the older of them. Safe to use from several threads.
/// </summary>
public sealed class InMemoryJournal : IJournal
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Stream> _streams = new(StringComparer.Ordinal);

    public ValueTask<Recovery> RecoverAsync(string persistenceId, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var stream = Find(persistenceId);
            var snapshot = stream.Newest;
            var after = stream.Events.Skip((int)((snapshot?.Sequence ?? 0) - stream.Dropped)).ToArray();
            return ValueTask.FromResult(new Recovery(snapshot, after, stream.Last));
        }
    }

    public ValueTask AppendAsync(string persistenceId, long firstSequence, IReadOnlyList<JournalRecord> events, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var stream = Find(persistenceId);
            if (stream.Last != firstSequence - 1)
            {
                throw new JournalConflictException(
                    $"Event {firstSequence} of '{persistenceId}' cannot be appended after event {stream.Last}.");
            }
            stream.Events.AddRange(events.Select(e => e with { Payload = e.Payload.ToArray() }));
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var stream = Find(persistenceId);
            if (snapshot.Sequence > stream.Last)
            {
                throw new JournalConflictException(
                    $"A snapshot of '{persistenceId}' at event {snapshot.Sequence} is ahead of its last event {stream.Last}.");
            }
            stream.Save(snapshot);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Whoever has this object is its only holder.</summary>
    public ValueTask ConfirmAsync(string persistenceId, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Stream Find(string persistenceId)
    {
        if (!_streams.TryGetValue(persistenceId, out var stream))
        {
            _streams[persistenceId] = stream = new Stream();
        }
        return stream;
    }

    private sealed class Stream
    {
        public List<JournalRecord> Events { get; } = [];

        public long Dropped { get; private set; }

        public Snapshot? Newest { get; private set; }

        private Snapshot? Older { get; set; }

        public long Last => Dropped + Events.Count;

        public void Save(Snapshot snapshot)
        {
            if (Newest is not null && snapshot.Sequence < Newest.Sequence)
            {
                return;
            }
            Older = Newest?.Sequence == snapshot.Sequence ? Older : Newest;
            Newest = snapshot;
            if (Older is not null && Older.Sequence > Dropped)
            {
                Events.RemoveRange(0, (int)(Older.Sequence - Dropped));
                Dropped = Older.Sequence;
            }
        }
    }
}
