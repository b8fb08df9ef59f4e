using System.Text;
using Npgsql;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// Stores snapshots over a connection of its own, so that appends go on meanwhile: the state first, however long it takes; then, under
/// the lock of the log's row and for the time of a small commit, the mark that makes it count; then what nobody needs any more goes, a
/// slice at a time. Each step may be done again.
/// </summary>
internal sealed class PostgresSnapshots(PostgresSession session)
{
    /// <summary>Events dropped in one statement: some tenths of a second of the server's work, beside the appends.</summary>
    private const long EventsPerSlice = 20_000;

    public void Save(PostgresLog log, Snapshot snapshot)
    {
        if (session.Run("save a snapshot", connection => IsNeeded(connection, log, snapshot)))
        {
            session.Run("save a snapshot", connection => Write(connection, log, snapshot));
            session.Run("save a snapshot", connection => Complete(connection, log, snapshot));
            Drop(log);
        }
    }

    private static bool IsNeeded(NpgsqlConnection connection, PostgresLog log, Snapshot snapshot)
    {
        var last = PostgresReader.Confirm(connection, log);
        if (snapshot.Sequence > last)
        {
            throw new JournalConflictException(
                $"A snapshot of '{log.PersistenceId}' at event {snapshot.Sequence} is ahead of its last event {last}.");
        }
        return snapshot.Sequence > (
            connection.Scalar("SELECT max(sequence) FROM snapshots WHERE stream = $1 AND is_complete", log.Id) as long? ?? 0);
    }

    private static int Write(NpgsqlConnection connection, PostgresLog log, Snapshot snapshot) => connection.Execute(
        """
        INSERT INTO snapshots (stream, sequence, epoch, is_complete, manifest, payload, checksum) VALUES ($1, $2, $3, false, $4, $5, $6)
        ON CONFLICT (stream, sequence, epoch) DO UPDATE SET manifest = excluded.manifest, payload = excluded.payload, checksum = excluded.checksum
        """,
        log.Id, snapshot.Sequence, log.Epoch, Encoding.UTF8.GetBytes(snapshot.Record.Manifest),
        JournalWriter.Bytes(snapshot.Record.Payload),
        (long)JournalChecksum.Of(log.PersistenceId, snapshot.Sequence, snapshot.Record));

    private static bool Complete(NpgsqlConnection connection, PostgresLog log, Snapshot snapshot)
    {
        using var transaction = connection.BeginTransaction();
        if (connection.Scalar("SELECT 1 FROM streams WHERE id = $1 AND epoch = $2 FOR UPDATE", log.Id, log.Epoch) is null)
        {
            PostgresReader.Confirm(connection, log);
        }
        connection.Execute("UPDATE snapshots SET is_complete = true WHERE stream = $1 AND sequence = $2 AND epoch = $3", log.Id,
            snapshot.Sequence, log.Epoch);
        connection.Execute(
            """
            DELETE FROM snapshots WHERE stream = $1 AND (sequence, epoch) NOT IN
              (SELECT sequence, epoch FROM snapshots WHERE stream = $1 AND is_complete ORDER BY sequence DESC, epoch DESC LIMIT 2)
            """, log.Id);
        transaction.Commit();
        return true;
    }

    private void Drop(PostgresLog log)
    {
        var older = session.Run("drop old events", connection => connection.Scalar(
            "SELECT sequence FROM snapshots WHERE stream = $1 AND is_complete ORDER BY sequence DESC, epoch DESC LIMIT 1 OFFSET 1",
            log.Id) as long?);
        var first = session.Run("drop old events",
            connection => connection.Scalar("SELECT min(sequence) FROM events WHERE stream = $1", log.Id) as long?);
        for (var from = first; from <= older; from += EventsPerSlice)
        {
            var end = Math.Min(from.Value + EventsPerSlice, older.Value + 1);
            session.Run("drop old events", connection => connection.Execute(
                "DELETE FROM events WHERE stream = $1 AND sequence < $2 AND EXISTS (SELECT 1 FROM streams WHERE id = $1 AND epoch = $3)",
                log.Id, end, log.Epoch));
        }
    }
}
