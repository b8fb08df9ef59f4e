using Microsoft.Data.Sqlite;

namespace Offerbook.Storage.Sqlite;

/// <summary>One persistence id of a journal file.</summary>
internal sealed record JournalStream(long Id, string PersistenceId, long LastSequence);

/// <summary>
/// Reads a journal back and checks all of it: every checksum, and that no number is missing between the snapshot and the last
/// event. A snapshot that fails its check is passed over for the older one, because the events since are kept for that;
/// an event that fails its check cannot be replaced by anything.
/// </summary>
internal sealed class JournalReader(SqliteConnection connection, string path, Action<string> warn)
{
    /// <summary>Finds a stream, or makes an empty one.</summary>
    public JournalStream Find(string persistenceId)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            INSERT OR IGNORE INTO streams (persistence_id, last_sequence) VALUES ($id, 0);
            SELECT id, last_sequence FROM streams WHERE persistence_id = $id;
            """;
        command.Parameters.AddWithValue("$id", persistenceId);
        using var row = command.ExecuteReader();
        row.Read();
        return new JournalStream(row.GetInt64(0), persistenceId, row.GetInt64(1));
    }

    public Recovery Recover(string persistenceId)
    {
        var stream = Find(persistenceId);
        var snapshot = NewestSnapshot(stream);
        return new Recovery(snapshot, Events(stream, snapshot?.Sequence ?? 0), stream.LastSequence);
    }

    private Snapshot? NewestSnapshot(JournalStream stream)
    {
        using var command = Select("SELECT sequence, manifest, payload, checksum FROM snapshots WHERE stream = $stream ORDER BY sequence DESC", stream);
        using var row = command.ExecuteReader();
        string? damage = null;
        while (row.Read())
        {
            var (sequence, record, intact) = Read(row, stream);
            if (intact && sequence <= stream.LastSequence)
            {
                if (damage is not null)
                {
                    warn($"{damage} The snapshot at {sequence} and the events after it are used instead.");
                }
                return new Snapshot(sequence, record);
            }
            damage = $"The snapshot of '{stream.PersistenceId}' at {sequence} in the journal {path} is damaged.";
        }
        return damage is null ? null : throw Damaged(damage);
    }

    private List<JournalRecord> Events(JournalStream stream, long after)
    {
        using var command = Select(
            "SELECT sequence, manifest, payload, checksum FROM events WHERE stream = $stream AND sequence > $after ORDER BY sequence", stream);
        command.Parameters.AddWithValue("$after", after);
        var events = new List<JournalRecord>();
        var expected = after + 1;
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var (sequence, record, intact) = Read(row, stream);
            if (sequence != expected)
            {
                throw Missing(stream, expected);
            }
            if (!intact)
            {
                throw Damaged($"Event {sequence} of '{stream.PersistenceId}' in the journal {path} is damaged: its checksum does not match.");
            }
            events.Add(record);
            expected++;
        }
        return expected == stream.LastSequence + 1 ? events : throw Missing(stream, expected);
    }

    private static (long Sequence, JournalRecord Record, bool Intact) Read(SqliteDataReader row, JournalStream stream)
    {
        var sequence = row.GetInt64(0);
        var record = new JournalRecord(row.GetString(1), row.GetFieldValue<byte[]>(2));
        return (sequence, record, row.GetInt64(3) == JournalChecksum.Of(stream.PersistenceId, sequence, record));
    }

    private SqliteCommand Select(string sql, JournalStream stream)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$stream", stream.Id);
        return command;
    }

    private JournalDamagedException Missing(JournalStream stream, long sequence) => Damaged(
        $"Event {sequence} of '{stream.PersistenceId}' in the journal {path} is missing; the last is {stream.LastSequence}.");

    private static JournalDamagedException Damaged(string what) =>
        new(what + " Nothing was changed. Restore the file and its -wal from a backup, or start with an empty data directory.");
}
