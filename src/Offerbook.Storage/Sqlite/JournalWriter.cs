using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Offerbook.Storage.Sqlite;

/// <summary>The statements that take a log over and append to it, prepared once. Used by one thread.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _advance;

    public JournalWriter(SqliteConnection connection, string path)
    {
        (_connection, _path) = (connection, path);
        _insert = Prepare("INSERT INTO events VALUES ($stream, $sequence, $manifest, $payload, $checksum)",
            "$stream", "$sequence", "$manifest", "$payload", "$checksum");
        _advance = Prepare("UPDATE streams SET last_sequence = $last WHERE id = $stream AND last_sequence = $before AND epoch = $epoch",
            "$stream", "$before", "$last", "$epoch");
    }

    /// <summary>Finds a log or makes an empty one, as somebody who has not recovered it.</summary>
    public JournalStream Find(string persistenceId) =>
        Look(persistenceId, "SELECT id, last_sequence, 0 FROM streams WHERE persistence_id = $id");

    /// <summary>Raises the log's epoch. Durable when this returns.</summary>
    public JournalStream TakeOver(string persistenceId)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        var stream = Look(persistenceId,
            "UPDATE streams SET epoch = epoch + 1 WHERE persistence_id = $id RETURNING id, last_sequence, epoch");
        transaction.Commit();
        return stream;
    }

    /// <summary>
    /// One transaction: all events and the new last number, or nothing. It is synced, unless all of the events die with the machine: those
    /// are left to the kernel, and the next sync of the log takes them along.
    /// </summary>
    public void Append(JournalStream stream, long firstSequence, IReadOnlyList<JournalRecord> events)
    {
        if (events.Any(record => !record.DiesWithMachine))
        {
            Commit(stream, firstSequence, events);
            return;
        }
        _connection.Tell("PRAGMA synchronous=NORMAL");
        try
        {
            Commit(stream, firstSequence, events);
        }
        finally
        {
            _connection.Tell("PRAGMA synchronous=FULL");
        }
    }

    private void Commit(JournalStream stream, long firstSequence, IReadOnlyList<JournalRecord> events)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        _advance.Transaction = transaction;
        _advance.Parameters[0].Value = stream.Id;
        _advance.Parameters[1].Value = firstSequence - 1;
        _advance.Parameters[2].Value = firstSequence - 1 + events.Count;
        _advance.Parameters[3].Value = stream.Epoch;
        if (_advance.ExecuteNonQuery() != 1)
        {
            Confirm(stream);
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

    /// <returns>The log's last event.</returns>
    /// <exception cref="JournalFencedException">The log is in another epoch than this process holds it in.</exception>
    public long Confirm(JournalStream stream)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT epoch, last_sequence FROM streams WHERE id = $stream";
        command.Parameters.AddWithValue("$stream", stream.Id);
        using var row = command.ExecuteReader();
        row.Read();
        return row.GetInt64(0) == stream.Epoch
            ? row.GetInt64(1)
            : throw JournalFencedException.Of(stream.PersistenceId, _path, stream.Epoch, row.GetInt64(0));
    }

    public void Dispose()
    {
        _insert.Dispose();
        _advance.Dispose();
    }

    /// <summary>The array itself when the memory is all of one.</summary>
    public static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array && segment.Count == array.Length
            ? array
            : memory.ToArray();

    private JournalStream Look(string persistenceId, string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "INSERT OR IGNORE INTO streams (persistence_id, last_sequence) VALUES ($id, 0);" + sql;
        command.Parameters.AddWithValue("$id", persistenceId);
        using var row = command.ExecuteReader();
        row.Read();
        return new JournalStream(row.GetInt64(0), persistenceId, row.GetInt64(1), row.GetInt64(2));
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
}
