using System.Text;
using Npgsql;
using Offerbook.Storage.Hosting;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// Takes logs over and appends to them. An append is one statement and one round trip: it moves the log's row on if epoch, last number
/// and last write are what the holder knows, and adds the events if it did. The row's lock puts it behind every other write of the log, so
/// that doing it again after a broken connection waits for the one whose answer was lost: had that been done, the row carries its key.
/// </summary>
internal sealed class PostgresWriter(PostgresSession session)
{
    /// <summary>Bytes in one statement: beyond it the server and this process would hold several copies of too much.</summary>
    private const long MostPerStatement = 4 << 20;

    private const string Advance =
        """
        WITH held AS (
          UPDATE streams SET last_sequence = $4, last_write = $5
          WHERE id = $1 AND epoch = $2 AND last_sequence = $3 AND last_write = $6 RETURNING id
        ), added AS (
          INSERT INTO events (stream, sequence, manifest, payload, checksum)
          SELECT held.id, $3 + e.place, e.manifest, e.payload, e.checksum
          FROM held, unnest($7, $8, $9) WITH ORDINALITY AS e (manifest, payload, checksum, place)
        )
        SELECT count(*) FROM held
        """;

    private const string More =
        """
        INSERT INTO events (stream, sequence, manifest, payload, checksum)
        SELECT $1, $2 + e.place, e.manifest, e.payload, e.checksum
        FROM unnest($3, $4, $5) WITH ORDINALITY AS e (manifest, payload, checksum, place)
        """;

    private readonly Dictionary<string, byte[]> _manifests = new(StringComparer.Ordinal);

    /// <summary>Finds a log or makes an empty one, as somebody who has not recovered it.</summary>
    public PostgresLog Find(string persistenceId) => session.Run("look for a log", connection =>
    {
        Make(connection, persistenceId);
        return Read(connection, persistenceId, "SELECT id, 0::bigint, last_sequence, last_write FROM streams WHERE persistence_id = $1",
            persistenceId)
            ?? throw new JournalFencedException($"'{persistenceId}' is not in the database any more: it was replaced by a backup.");
    });

    /// <summary>
    /// Raises the log's epoch, durably. A connection that lies dead while it holds the row is ended: whoever it belonged to is about
    /// to be fenced anyway. Done twice when the first answer was lost, which only counts further.
    ///
    /// It raises the epoch that it has just read, and no other: a statement that the network holds up until its sender has given up, and
    /// somebody else leads, must not fence that leader.
    /// </summary>
    /// <exception cref="JournalFencedException">Somebody else has taken the log over between the look and the raise.</exception>
    public PostgresLog TakeOver(string persistenceId) => session.Run("take a log over",
        connection =>
        {
            Make(connection, persistenceId);
            var epoch = connection.Scalar("SELECT epoch FROM streams WHERE persistence_id = $1", persistenceId) ?? 0L;
            return Read(connection, persistenceId,
                "UPDATE streams SET epoch = epoch + 1, last_write = $2 WHERE persistence_id = $1 AND epoch = $3 RETURNING id, epoch, last_sequence, last_write",
                persistenceId, AppendKeys.Next(), epoch)
                ?? throw new JournalFencedException(
                    $"'{persistenceId}' was in epoch {epoch}, and somebody else has taken it over since. Nothing was changed.");
        },
        connection => connection.Execute(
            """
            SELECT pg_terminate_backend(a.pid) FROM streams s JOIN pg_stat_activity a ON a.backend_xid = s.xmax
            WHERE s.persistence_id = $1 AND a.pid <> pg_backend_pid()
            """, persistenceId));

    /// <exception cref="JournalFencedException">Somebody has taken the log over.</exception>
    /// <exception cref="JournalConflictException">The number does not follow the last one.</exception>
    public void Append(PostgresLog log, long firstSequence, IReadOnlyList<JournalRecord> events)
    {
        var key = AppendKeys.Next();
        session.Run("append events", connection =>
        {
            if (!TryAppend(connection, log, key, firstSequence, events))
            {
                Judge(connection, log, key, firstSequence);
            }
            log.LastWrite = key;
            return true;
        }, connection => EndOwn(connection, log));
    }

    /// <summary>One that broke here and still holds the row, because its server has not noticed.</summary>
    private void EndOwn(NpgsqlConnection connection, PostgresLog log) => connection.Execute(
        """
        SELECT pg_terminate_backend(a.pid) FROM streams s JOIN pg_stat_activity a ON a.backend_xid = s.xmax
        WHERE s.id = $1 AND a.pid = ANY ($2)
        """, log.Id, session.Broken);

    private bool TryAppend(NpgsqlConnection connection, PostgresLog log, Guid key, long firstSequence, IReadOnlyList<JournalRecord> events)
    {
        var end = EndOfPiece(events, 0);
        if (end == events.Count)
        {
            return TryAdvance(connection, log, key, firstSequence, events, end);
        }
        using var transaction = connection.BeginTransaction();
        if (!TryAdvance(connection, log, key, firstSequence, events, end))
        {
            return false;
        }
        for (var from = end; from < events.Count; from = end)
        {
            end = EndOfPiece(events, from);
            var (manifests, payloads, checksums) = Columns(log, firstSequence, events, from, end);
            connection.Execute(More, log.Id, firstSequence + from - 1, manifests, payloads, checksums);
        }
        transaction.Commit();
        return true;
    }

    private bool TryAdvance(NpgsqlConnection connection, PostgresLog log, Guid key, long firstSequence,
        IReadOnlyList<JournalRecord> events, int count)
    {
        var (manifests, payloads, checksums) = Columns(log, firstSequence, events, 0, count);
        return connection.Scalar(Advance, log.Id, log.Epoch, firstSequence - 1, firstSequence - 1 + events.Count, key, log.LastWrite,
            manifests, payloads, checksums) is 1L;
    }

    /// <summary>The row was not as expected: returns if that is because this very append had been done before.</summary>
    private static void Judge(NpgsqlConnection connection, PostgresLog log, Guid key, long firstSequence)
    {
        using var command = connection.Command("SELECT epoch, last_sequence, last_write FROM streams WHERE id = $1", log.Id);
        using var row = command.ExecuteReader();
        if (!row.Read())
        {
            throw new JournalFencedException(
                $"'{log.PersistenceId}' is not in the database any more: it was replaced by a backup. Nothing was written.");
        }
        var (epoch, last, write) = (row.GetInt64(0), row.GetInt64(1), row.GetGuid(2));
        if (epoch != log.Epoch)
        {
            throw JournalFencedException.Of(log.PersistenceId, connection.DataSource, log.Epoch, epoch);
        }
        if (write == key)
        {
            return;
        }
        throw write == log.LastWrite
            ? new JournalConflictException($"Event {firstSequence} of '{log.PersistenceId}' cannot be appended after event {last}.")
            : new JournalFencedException(
                $"'{log.PersistenceId}' was written by somebody else in epoch {epoch}, as after a restored backup. Nothing was written.");
    }

    private (byte[][] Manifests, byte[][] Payloads, long[] Checksums) Columns(PostgresLog log, long firstSequence,
        IReadOnlyList<JournalRecord> events, int from, int end)
    {
        var (manifests, payloads, checksums) = (new byte[end - from][], new byte[end - from][], new long[end - from]);
        for (var i = from; i < end; i++)
        {
            manifests[i - from] = BytesOf(events[i].Manifest);
            payloads[i - from] = JournalWriter.Bytes(events[i].Payload);
            checksums[i - from] = JournalChecksum.Of(log.PersistenceId, firstSequence + i, events[i]);
        }
        return (manifests, payloads, checksums);
    }

    private byte[] BytesOf(string manifest)
    {
        if (!_manifests.TryGetValue(manifest, out var bytes))
        {
            bytes = Encoding.UTF8.GetBytes(manifest);
            if (_manifests.Count < ManifestPool.Capacity)
            {
                _manifests.Add(manifest, bytes);
            }
        }
        return bytes;
    }

    private static int EndOfPiece(IReadOnlyList<JournalRecord> events, int from)
    {
        long bytes = 0;
        var end = from;
        while (end < events.Count && (end == from || bytes + events[end].Payload.Length <= MostPerStatement))
        {
            bytes += events[end++].Payload.Length;
        }
        return end;
    }

    private static void Make(NpgsqlConnection connection, string persistenceId) =>
        connection.Execute("INSERT INTO streams (persistence_id) VALUES ($1) ON CONFLICT DO NOTHING", persistenceId);

    /// <returns>Null when no row answers.</returns>
    private static PostgresLog? Read(NpgsqlConnection connection, string persistenceId, string sql, params ReadOnlySpan<object> values)
    {
        using var command = connection.Command(sql, values);
        using var row = command.ExecuteReader();
        return row.Read()
            ? new PostgresLog(row.GetInt64(0), persistenceId, row.GetInt64(1), row.GetInt64(2)) { LastWrite = row.GetGuid(3) } : null;
    }
}
