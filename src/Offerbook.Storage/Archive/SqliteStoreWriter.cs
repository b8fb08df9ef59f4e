using Microsoft.Data.Sqlite;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Archive;

/// <summary>
/// Fills a new file in one transaction. Nothing is synced on the way: a file that was not finished is thrown away, and one that was is
/// synced whole before it gets its name.
/// </summary>
internal sealed class SqliteStoreWriter : IStoreWriter
{
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;

    private SqliteStoreWriter(SqliteConnection connection)
    {
        _connection = connection;
        connection.Execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
        _transaction = connection.BeginTransaction(deferred: false);
        connection.Execute(JournalSchema.Create);
    }

    /// <exception cref="IOException">It cannot be made.</exception>
    public static SqliteStoreWriter Create(string path)
    {
        JournalFile.CreateEmpty(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return new SqliteStoreWriter(connection);
    }

    public StoredLog AddLog(StoredLog log)
    {
        using var command = Command("INSERT INTO streams (persistence_id, last_sequence, epoch) VALUES ($id, $last, $epoch) RETURNING id",
            ("$id", log.PersistenceId), ("$last", log.LastSequence), ("$epoch", log.Epoch));
        return log with { Id = (long)command.ExecuteScalar()! };
    }

    public void AddSnapshot(StoredLog log, StoredRecord snapshot) => Add("snapshots", log, [snapshot]);

    public void AddEvents(StoredLog log, IReadOnlyList<StoredRecord> events) => Add("events", log, events);

    public void Commit() => _transaction.Commit();

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    private void Add(string table, StoredLog log, IReadOnlyList<StoredRecord> records)
    {
        using var command = Command(
            $"INSERT INTO {table} (stream, sequence, manifest, payload, checksum) VALUES ($stream, $sequence, $manifest, $payload, $checksum)",
            ("$stream", log.Id), ("$sequence", 0), ("$manifest", ""), ("$payload", ""), ("$checksum", 0));
        foreach (var record in records)
        {
            command.Parameters[1].Value = record.Sequence;
            command.Parameters[2].Value = record.Record.Manifest;
            command.Parameters[3].Value = JournalWriter.Bytes(record.Record.Payload);
            command.Parameters[4].Value = record.Checksum;
            command.ExecuteNonQuery();
        }
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }
        return command;
    }
}
