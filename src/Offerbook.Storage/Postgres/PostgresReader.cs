using System.Data;
using System.Text;
using Npgsql;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// Reads a log that has been taken over and checks all of it, as it lay at one instant: whoever takes it over meanwhile may drop events
/// without harm. Rows are streamed; nothing is held twice.
/// </summary>
internal sealed class PostgresReader(PostgresSession session, Action<string> warn)
{
    private readonly JournalDamage _damage = new(session.Place);

    /// <exception cref="JournalFencedException">Somebody else has taken the log over since.</exception>
    public Recovery Recover(PostgresLog log) => session.Run("read a log", connection =>
    {
        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        Confirm(connection, log);
        var snapshot = NewestSnapshot(connection, log);
        var recovery = new Recovery(snapshot, Events(connection, log, snapshot?.Sequence ?? 0), log.LastSequence, log.Epoch);
        transaction.Commit();
        return recovery;
    });

    /// <returns>The log's last event.</returns>
    public static long Confirm(NpgsqlConnection connection, PostgresLog log)
    {
        using var command = connection.Command("SELECT epoch, last_sequence FROM streams WHERE id = $1", log.Id);
        using var row = command.ExecuteReader();
        if (!row.Read())
        {
            throw new JournalFencedException(
                $"'{log.PersistenceId}' is not in the database any more: it was replaced by a backup. Nothing was written.");
        }
        return row.GetInt64(0) == log.Epoch
            ? row.GetInt64(1)
            : throw JournalFencedException.Of(log.PersistenceId, connection.DataSource, log.Epoch, row.GetInt64(0));
    }

    private Snapshot? NewestSnapshot(NpgsqlConnection connection, PostgresLog log)
    {
        string? damage = null;
        // One at a time: an older one is of the same size and hardly ever needed.
        for (var older = 0L; ; older++)
        {
            using var command = connection.Command(
                "SELECT sequence, manifest, payload, checksum FROM snapshots WHERE stream = $1 AND is_complete ORDER BY sequence DESC, epoch DESC LIMIT 1 OFFSET $2", log.Id, older);
            using var row = command.ExecuteReader();
            if (!row.Read())
            {
                return damage is null ? null : throw _damage.NoSnapshot(damage);
            }
            var sequence = row.GetInt64(0);
            var record = new JournalRecord(Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(1)), row.GetFieldValue<byte[]>(2));
            if (row.GetInt64(3) == JournalChecksum.Of(log.PersistenceId, sequence, record) && sequence <= log.LastSequence)
            {
                if (damage is not null)
                {
                    warn($"{damage} The snapshot at {sequence} and the events after it are used instead.");
                }
                return new Snapshot(sequence, record);
            }
            damage ??= _damage.OfSnapshot(log.PersistenceId, sequence);
        }
    }

    private List<JournalRecord> Events(NpgsqlConnection connection, PostgresLog log, long after)
    {
        using var command = connection.Command(
            "SELECT sequence, manifest, payload, checksum FROM events WHERE stream = $1 AND sequence > $2 ORDER BY sequence", log.Id,
            after);
        var events = new List<JournalRecord>((int)Math.Min(log.LastSequence - after, 1 << 20));
        var manifests = new ManifestPool();
        var expected = after + 1;
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var sequence = row.GetInt64(0);
            if (sequence != expected)
            {
                throw _damage.Missing(log.PersistenceId, expected, log.LastSequence);
            }
            var record = new JournalRecord(manifests.Of(Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(1))),
                row.GetFieldValue<byte[]>(2));
            if (row.GetInt64(3) != JournalChecksum.Of(log.PersistenceId, sequence, record))
            {
                throw _damage.OfEvent(log.PersistenceId, sequence);
            }
            events.Add(record);
            expected++;
        }
        return expected == log.LastSequence + 1 ? events : throw _damage.Missing(log.PersistenceId, expected, log.LastSequence);
    }
}
