using Microsoft.Data.Sqlite;

namespace Offerbook.Storage.Sqlite;

/// <summary>One persistence id of a journal file.</summary>
/// <param name="Epoch">In which this process holds it; 0: it has not recovered it.</param>
internal sealed record JournalStream(long Id, string PersistenceId, long LastSequence, long Epoch);

/// <summary>
/// Reads a journal back and checks all of it: every checksum, and that no number is missing between the snapshot and the last
/// event. A snapshot that fails its check is passed over for the older one, because the events since are kept for that;
/// an event that fails its check cannot be replaced by anything.
/// </summary>
internal sealed class JournalReader(SqliteConnection connection, string path, Action<string> warn)
{
    private readonly JournalDamage _damage = new(path);

    public Recovery Recover(JournalStream stream)
    {
        var snapshot = NewestSnapshot(stream);
        return new Recovery(snapshot, Events(stream, snapshot?.Sequence ?? 0), stream.LastSequence, stream.Epoch);
    }

    private Snapshot? NewestSnapshot(JournalStream stream)
    {
        var damage = (string?)null;
        foreach (var sequence in SnapshotRows.Sequences(connection, stream.Id))
        {
            var snapshot = SnapshotRows.Stored(connection, stream.Id, sequence);
            if (snapshot.IsIntact(stream.PersistenceId) && sequence <= stream.LastSequence)
            {
                if (damage is not null)
                {
                    warn($"{damage} The snapshot at {sequence} and the events after it are used instead.");
                }
                return new Snapshot(sequence, snapshot.Record);
            }
            damage ??= _damage.OfSnapshot(stream.PersistenceId, sequence);
        }
        return damage is null ? null : throw _damage.NoSnapshot(damage);
    }

    private List<JournalRecord> Events(JournalStream stream, long after)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT sequence, manifest, payload, checksum FROM events WHERE stream = $stream AND sequence > $after ORDER BY sequence";
        command.Parameters.AddWithValue("$stream", stream.Id);
        command.Parameters.AddWithValue("$after", after);
        var events = new List<JournalRecord>((int)Math.Min(stream.LastSequence - after, 1 << 20));
        var manifests = new ManifestPool();
        var expected = after + 1;
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var sequence = row.GetInt64(0);
            var record = new JournalRecord(manifests.Of(row.GetString(1)), row.GetFieldValue<byte[]>(2));
            if (sequence != expected)
            {
                throw _damage.Missing(stream.PersistenceId, expected, stream.LastSequence);
            }
            if (row.GetInt64(3) != JournalChecksum.Of(stream.PersistenceId, sequence, record))
            {
                throw _damage.OfEvent(stream.PersistenceId, sequence);
            }
            events.Add(record);
            expected++;
        }
        return expected == stream.LastSequence + 1 ? events : throw _damage.Missing(stream.PersistenceId, expected, stream.LastSequence);
    }
}
