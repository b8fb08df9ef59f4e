using Microsoft.Data.Sqlite;

namespace Offerbook.Storage.Sqlite;

/// <summary>
/// Puts a snapshot into the file in slices, between which appends get their turn: what is left of an earlier attempt goes, all but the
/// last part is written ahead, the row that makes the snapshot count takes the last part, and then the events and parts that nothing
/// needs any more go a slice at a time. Each slice is a transaction of its own that checks the epoch. Used by one thread.
/// </summary>
internal sealed class SnapshotWriter(SqliteConnection connection, JournalWriter log)
{
    /// <summary>Bytes in a slice: about 10 ms of a small machine's disk.</summary>
    public const int PartSize = 1 << 20;

    /// <summary>Events dropped in a slice: of 200 bytes each they fill 150 pages.</summary>
    private const int EventsPerSlice = 2_500;

    /// <summary>Parts dropped in a slice. Each page of a part is looked at, none is written but the list of free pages.</summary>
    private const int PartsPerSlice = 2;

    /// <summary>Bytes of events dropped in a slice: the pages of large events are looked at one by one, like those of parts.</summary>
    private const int BytesPerSlice = PartsPerSlice * PartSize;

    /// <summary>How many parts go ahead of the row.</summary>
    public static int PartsAhead(Snapshot snapshot) => Math.Max(0, (snapshot.Record.Payload.Length - 1) / PartSize);

    /// <returns>Whether there is need of it: one that is not newer than the newest is not stored.</returns>
    /// <exception cref="JournalConflictException">It is ahead of the events.</exception>
    public bool IsNeeded(JournalStream stream, Snapshot snapshot)
    {
        var last = log.Confirm(stream);
        if (snapshot.Sequence > last)
        {
            throw new JournalConflictException(
                $"A snapshot of '{stream.PersistenceId}' at event {snapshot.Sequence} is ahead of its last event {last}.");
        }
        using var newest = Command("SELECT coalesce(max(sequence), 0) FROM snapshots WHERE stream = $stream", stream);
        return snapshot.Sequence > (long)newest.ExecuteScalar()!;
    }

    public void WritePart(JournalStream stream, Snapshot snapshot, int part) => Change(stream,
        "INSERT INTO snapshot_parts VALUES ($stream, $sequence, $part, $bytes)",
        ("$sequence", snapshot.Sequence), ("$part", part), ("$bytes", snapshot.Record.Payload.Slice(part * PartSize, PartSize).ToArray()));

    /// <summary>The snapshot counts from now on, and only it and the one before it are kept.</summary>
    /// <param name="checksum">Of the whole record; it is made beforehand: of 44 MiB it takes 6 ms.</param>
    public void Finish(JournalStream stream, Snapshot snapshot, uint checksum) => Change(stream,
        """
        INSERT INTO snapshots VALUES ($stream, $sequence, $manifest, $payload, $checksum);
        DELETE FROM snapshots WHERE stream = $stream AND sequence NOT IN
          (SELECT sequence FROM snapshots WHERE stream = $stream ORDER BY sequence DESC LIMIT 2);
        """,
        ("$sequence", snapshot.Sequence),
        ("$manifest", snapshot.Record.Manifest),
        ("$payload", JournalWriter.Bytes(snapshot.Record.Payload[(PartsAhead(snapshot) * PartSize)..])),
        ("$checksum", (long)checksum));

    /// <summary>Drops parts that belong to no snapshot.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool DropParts(JournalStream stream) => Change(stream,
        """
        DELETE FROM snapshot_parts WHERE rowid IN
          (SELECT rowid FROM snapshot_parts WHERE stream = $stream
             AND sequence NOT IN (SELECT sequence FROM snapshots WHERE stream = $stream) LIMIT $limit)
        """, ("$limit", PartsPerSlice)) == PartsPerSlice;

    /// <summary>Drops the oldest of the events that the older of the two snapshots holds.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool DropEvents(JournalStream stream)
    {
        var (last, isAll) = NextSlice(stream);
        // One upper bound and no second one: SQLite seeks by the first that it finds, and would try every event up to it against the other.
        Change(stream, "DELETE FROM events WHERE stream = $stream AND sequence <= $last", ("$last", last));
        return !isAll;
    }

    /// <summary>
    /// Which events go next: one, however large, or as many as both bounds allow. Read ahead of the transaction that drops them: what is
    /// not needed now is not needed later, in whatever epoch.
    /// </summary>
    /// <returns>The last of them, 0 when there are none; and whether there are no more.</returns>
    private (long Last, bool IsAll) NextSlice(JournalStream stream)
    {
        using var command = Command(
            """
            SELECT sequence, length(payload) FROM events WHERE stream = $stream
              AND sequence <= (SELECT sequence FROM snapshots WHERE stream = $stream ORDER BY sequence DESC LIMIT 1 OFFSET 1)
            ORDER BY sequence LIMIT $limit
            """, stream);
        command.Parameters.AddWithValue("$limit", EventsPerSlice);
        var (last, events, bytes) = (0L, 0, 0L);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            bytes += row.GetInt64(1);
            if (events > 0 && bytes > BytesPerSlice)
            {
                return (last, false);
            }
            last = row.GetInt64(0);
            events++;
        }
        return (last, events < EventsPerSlice);
    }

    private int Change(JournalStream stream, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        log.Confirm(stream);
        using var command = Command(sql, stream);
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }
        var changed = command.ExecuteNonQuery();
        transaction.Commit();
        return changed;
    }

    private SqliteCommand Command(string sql, JournalStream stream)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$stream", stream.Id);
        return command;
    }
}
