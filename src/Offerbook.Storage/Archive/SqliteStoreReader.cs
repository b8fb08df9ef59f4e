using Microsoft.Data.Sqlite;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Archive;

/// <summary>
/// Reads a journal's file in one read transaction, without its lock: beside a running holder, who goes on writing. Files of every
/// schema version that can be brought up are read as they are.
/// </summary>
internal sealed class SqliteStoreReader : IStoreReader
{
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;
    private readonly long _version;

    /// <exception cref="JournalUnavailableException">There is none, or it is of a newer version.</exception>
    /// <exception cref="JournalDamagedException">It is something else.</exception>
    public SqliteStoreReader(string path)
    {
        if (!File.Exists(path))
        {
            throw new JournalUnavailableException($"There is no journal {path}.");
        }
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            _transaction = _connection.BeginTransaction(deferred: true);
            _version = JournalSchema.Found(_connection) is { } found and >= JournalMigration.Oldest and <= JournalSchema.Version ? found
                : throw new JournalUnavailableException($"{path} is no journal of a version that this program knows.");
        }
        catch (Exception failure)
        {
            _connection.Dispose();
            if (failure is SqliteException sqlite)
            {
                throw SqliteFailure.Explain(sqlite, path);
            }
            throw;
        }
    }

    public IReadOnlyList<StoredLog> Logs()
    {
        using var command =
            Command($"SELECT id, persistence_id, last_sequence, {(_version == 1 ? "0" : "epoch")} FROM streams ORDER BY persistence_id");
        using var row = command.ExecuteReader();
        var logs = new List<StoredLog>();
        while (row.Read())
        {
            logs.Add(new StoredLog(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)));
        }
        return logs;
    }

    public IEnumerable<StoredRecord> Snapshots(StoredLog log)
    {
        foreach (var sequence in SnapshotRows.Sequences(_connection, log.Id).Reverse())
        {
            yield return SnapshotRows.Stored(_connection, log.Id, sequence, hasParts: _version > 1);
        }
    }

    public IEnumerable<StoredRecord> Events(StoredLog log)
    {
        using var command = Command("SELECT sequence, manifest, payload, checksum FROM events WHERE stream = $stream ORDER BY sequence");
        command.Parameters.AddWithValue("$stream", log.Id);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            yield return new StoredRecord(row.GetInt64(0), new JournalRecord(row.GetString(1), row.GetFieldValue<byte[]>(2)),
                row.GetInt64(3));
        }
    }

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
