namespace Offerbook.Storage.Archive;

/// <summary>
/// Goes through a whole store and checks what a recovery would rely on, and all the rest: every checksum, that no number is missing, that
/// the events reach from a snapshot, or from the first, to the last. Copies what it sees on the way if it is told where to.
/// </summary>
internal static class StoreWalk
{
    /// <summary>Events copied at a time, and the bytes that end a batch sooner.</summary>
    private const int BatchSize = 4_096;
    private const long BatchBytes = 4 << 20;

    /// <param name="epochOf">The epoch that a log has in the copy.</param>
    public static StoreReport Run(IStoreReader from, string place, IStoreWriter? into = null, Func<StoredLog, long>? epochOf = null) =>
        new(place, [.. from.Logs().Select(log =>
            Log(from, log, into, into?.AddLog(log with { Epoch = epochOf?.Invoke(log) ?? log.Epoch })))]);

    private static LogReport Log(IStoreReader from, StoredLog log, IStoreWriter? into, StoredLog? copy)
    {
        var problems = new List<string>();
        var snapshots = new List<long>();
        var format = new FormatWalk();
        long bytes = 0, events = 0, first = 0, last = 0;
        foreach (var snapshot in from.Snapshots(log))
        {
            bytes += snapshot.Record.Payload.Length;
            if (!snapshot.IsIntact(log.PersistenceId))
            {
                Note($"the snapshot at {snapshot.Sequence} is damaged: its checksum does not match");
            }
            else if (snapshot.Sequence > log.LastSequence)
            {
                Note($"the snapshot at {snapshot.Sequence} is ahead of the last event, {log.LastSequence}");
            }
            else
            {
                snapshots.Add(snapshot.Sequence);
                format.See(snapshot);
            }
            into?.AddSnapshot(copy!, snapshot);
        }
        var batch = new List<StoredRecord>();
        long batched = 0;
        foreach (var stored in from.Events(log))
        {
            (first, events, bytes) = (first == 0 ? stored.Sequence : first, events + 1, bytes + stored.Record.Payload.Length);
            if (last != 0 && stored.Sequence != last + 1)
            {
                Missing(last + 1, stored.Sequence - 1);
            }
            last = stored.Sequence;
            if (!stored.IsIntact(log.PersistenceId))
            {
                Note($"event {stored.Sequence} is damaged: its checksum does not match");
            }
            else
            {
                format.See(stored);
            }
            batch.Add(stored);
            if (batch.Count == BatchSize || (batched += stored.Record.Payload.Length) > BatchBytes)
            {
                Flush();
            }
        }
        Flush();
        // A recovery starts behind the newest snapshot; the events it needs end with the last.
        var start = snapshots.Count > 0 ? snapshots[^1] : 0;
        if (events == 0 ? log.LastSequence > start : first > start + 1)
        {
            Missing(start + 1, events == 0 ? log.LastSequence : first - 1);
        }
        if (events > 0 && last != log.LastSequence)
        {
            Note(last < log.LastSequence
                ? $"events {last + 1} to {log.LastSequence} are missing" : $"event {last} is behind the last one, {log.LastSequence}");
        }
        return new LogReport(log.PersistenceId, copy?.Epoch ?? log.Epoch, log.LastSequence, events, first, bytes, snapshots, problems)
        {
            FormatLevel = format.Level, Notes = format.Notes,
        };

        void Flush()
        {
            if (batch.Count > 0)
            {
                into?.AddEvents(copy!, batch);
            }
            batch.Clear();
            batched = 0;
        }

        void Missing(long one, long other) => Note(one == other ? $"event {one} is missing" : $"events {one} to {other} are missing");

        void Note(string problem)
        {
            if (problems.Count < LogReport.MostProblems)
            {
                problems.Add(problem);
            }
        }
    }
}
