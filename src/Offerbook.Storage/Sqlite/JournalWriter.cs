using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Offerbook.Storage.Sqlite;

/// <summary>The statements that change a journal, prepared once. Used by one thread.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _advance;

    public JournalWriter(SqliteConnection connection)
    {
        _connection = connection;
        _insert = Prepare("INSERT INTO events VALUES ($stream, $sequence, $manifest, $payload, $checksum)",
            "$stream", "$sequence", "$manifest", "$payload", "$checksum");
        _advance = Prepare("UPDATE streams SET last_sequence = $last WHERE id = $stream AND last_sequence = $before",
            "$stream", "$before", "$last");
    }

    /// <summary>One transaction: all events and the new last number, or nothing.</summary>
    public void Append(JournalStream stream, long firstSequence, IReadOnlyList<JournalRecord> events)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        _advance.Transaction = transaction;
        _advance.Parameters[0].Value = stream.Id;
        _advance.Parameters[1].Value = firstSequence - 1;
        _advance.Parameters[2].Value = firstSequence - 1 + events.Count;
        if (_advance.ExecuteNonQuery() != 1)
        {
            throw new JournalConflictException($"Event {firstSequence} of '{stream.PersistenceId}' cannot be appended: "
                + "the journal's last event is another one, so somebody else has written to it.");
        }
        _insert.Transaction = transaction;
        _insert.Parameters[0].Value = stream.Id;
        for (var i = 0; i < events.Count; i++)
        {
            var record = events[i];
            _insert.Parameters[1].Value = firstSequence + i;
            _insert.Parameters[2].Value = record.Manifest;
            _insert.Parameters[3].Value = Bytes(record.Payload);
            _insert.Parameters[4].Value = (long)JournalChecksum.Of(stream.PersistenceId, firstSequence + i, record);
            _insert.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    /// <summary>Stores the snapshot, keeps the newest two, and drops the events that the older of them already holds. One older than the newest is ignored.</summary>
    public void Save(JournalStream stream, Snapshot snapshot)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        var (last, newest) = Bounds(stream);
        if (snapshot.Sequence > last)
        {
            throw new JournalConflictException(
                $"A snapshot of '{stream.PersistenceId}' at event {snapshot.Sequence} is ahead of its last event {last}.");
        }
        if (snapshot.Sequence < newest)
        {
            return;
        }
        using (var insert = _connection.CreateCommand())
        {
            insert.Transaction = transaction;
            insert.CommandText = "INSERT OR REPLACE INTO snapshots VALUES ($stream, $sequence, $manifest, $payload, $checksum)";
            insert.Parameters.AddWithValue("$stream", stream.Id);
            insert.Parameters.AddWithValue("$sequence", snapshot.Sequence);
            insert.Parameters.AddWithValue("$manifest", snapshot.Record.Manifest);
            insert.Parameters.AddWithValue("$payload", Bytes(snapshot.Record.Payload));
            insert.Parameters.AddWithValue("$checksum", (long)JournalChecksum.Of(stream.PersistenceId, snapshot.Sequence, snapshot.Record));
            insert.ExecuteNonQuery();
        }
        using (var drop = _connection.CreateCommand())
        {
            drop.Transaction = transaction;
            drop.CommandText =
                """
                DELETE FROM snapshots WHERE stream = $stream AND sequence NOT IN
                  (SELECT sequence FROM snapshots WHERE stream = $stream ORDER BY sequence DESC LIMIT 2);
                DELETE FROM events WHERE stream = $stream AND sequence <=
                  (SELECT sequence FROM snapshots WHERE stream = $stream ORDER BY sequence DESC LIMIT 1 OFFSET 1);
                """;
            drop.Parameters.AddWithValue("$stream", stream.Id);
            drop.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    public void Dispose()
    {
        _insert.Dispose();
        _advance.Dispose();
    }

    private (long LastEvent, long NewestSnapshot) Bounds(JournalStream stream)
    {
        using var command = _connection.CreateCommand();
        command.CommandText =
            "SELECT last_sequence, (SELECT coalesce(max(sequence), 0) FROM snapshots WHERE stream = $stream) FROM streams WHERE id = $stream";
        command.Parameters.AddWithValue("$stream", stream.Id);
        using var row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }
        return command;
    }

    private static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array && segment.Count == array.Length
            ? array
            : memory.ToArray();
}
