namespace Offerbook.Storage;

/// <summary>
/// What several <see cref="InMemoryJournal"/>s can share, as several processes share a database. Safe to use from several threads.
/// </summary>
public sealed class InMemoryStore
{
    private readonly SortedDictionary<string, Log> _logs = new(StringComparer.Ordinal);

    internal Lock Gate { get; } = new();

    internal Log Find(string persistenceId)
    {
        if (!_logs.TryGetValue(persistenceId, out var log))
        {
            _logs[persistenceId] = log = new Log();
        }
        return log;
    }

    internal sealed class Log
    {
        public List<JournalRecord> Events { get; } = [];

        public long Epoch { get; set; }

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
