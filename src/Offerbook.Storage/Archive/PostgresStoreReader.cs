using System.Data;
using System.Text;
using Npgsql;
using Offerbook.Storage.Postgres;

namespace Offerbook.Storage.Archive;

/// <summary>Reads all logs of a database in one transaction, which sees them as they were when it began.</summary>
internal sealed class PostgresStoreReader : IStoreReader
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private PostgresStoreReader(NpgsqlConnection connection) =>
        (_connection, _transaction) = (connection, connection.BeginTransaction(IsolationLevel.RepeatableRead));

    /// <exception cref="JournalUnavailableException">The database cannot be reached, or holds no journal.</exception>
    public static PostgresStoreReader Open(PostgresAddress address)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = new PostgresConnector(address, static _ => { }).Open("archive", isForLongStatements: true);
            return PostgresSchema.Found(connection, address) == PostgresSchema.Version ? new PostgresStoreReader(connection)
                : throw new JournalUnavailableException($"There is no journal of a version that this program knows in {address}.");
        }
        catch (Exception failure)
        {
            connection?.Dispose();
            if (failure is NpgsqlException or NoPrimaryException)
            {
                throw PostgresFailure.Explain(failure, PostgresFailure.KindOf(failure), address.ToString(), "read the store");
            }
            throw;
        }
    }

    public IReadOnlyList<StoredLog> Logs()
    {
        using var command = _connection.Command("SELECT id, persistence_id, last_sequence, epoch FROM streams ORDER BY persistence_id");
        using var row = command.ExecuteReader();
        var logs = new List<StoredLog>();
        while (row.Read())
        {
            logs.Add(new StoredLog(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)));
        }
        return logs;
    }

    public IEnumerable<StoredRecord> Snapshots(StoredLog log) =>
        Rows("SELECT sequence, manifest, payload, checksum FROM snapshots WHERE stream = $1 AND is_complete ORDER BY sequence, epoch", log);

    public IEnumerable<StoredRecord> Events(StoredLog log) =>
        Rows("SELECT sequence, manifest, payload, checksum FROM events WHERE stream = $1 ORDER BY sequence", log);

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    private IEnumerable<StoredRecord> Rows(string sql, StoredLog log)
    {
        using var command = _connection.Command(sql, log.Id);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            yield return new StoredRecord(row.GetInt64(0),
                new JournalRecord(Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(1)), row.GetFieldValue<byte[]>(2)), row.GetInt64(3));
        }
    }
}
