using System.Text;
using Npgsql;
using Offerbook.Storage.Hosting;
using Offerbook.Storage.Postgres;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Archive;

/// <summary>
/// Replaces all logs of a database in one transaction, with the tables locked: who writes meanwhile waits, and is then fenced.
/// </summary>
internal sealed class PostgresStoreWriter : IStoreWriter
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private PostgresStoreWriter(NpgsqlConnection connection, NpgsqlTransaction transaction, Dictionary<string, long> epochs) =>
        (_connection, _transaction, Epochs) = (connection, transaction, epochs);

    /// <summary>Of the logs that were there.</summary>
    public IReadOnlyDictionary<string, long> Epochs { get; }

    /// <exception cref="StoreNotEmptyException">There are events in it, and <paramref name="force"/> is not given.</exception>
    public static PostgresStoreWriter Open(PostgresAddress address, bool force)
    {
        var connection = new PostgresConnector(address, static _ => { }).Open("archive", isForLongStatements: true);
        try
        {
            PostgresSchema.Prepare(connection, address);
            var transaction = connection.BeginTransaction();
            connection.Execute("LOCK TABLE streams, events, snapshots IN EXCLUSIVE MODE");
            var epochs = new Dictionary<string, long>(StringComparer.Ordinal);
            var full = new List<string>();
            using (var command = connection.Command("SELECT persistence_id, epoch, last_sequence FROM streams ORDER BY persistence_id"))
            using (var row = command.ExecuteReader())
            {
                while (row.Read())
                {
                    epochs.Add(row.GetString(0), row.GetInt64(1));
                    if (row.GetInt64(2) > 0)
                    {
                        full.Add($"'{row.GetString(0)}' up to event {row.GetInt64(2)}");
                    }
                }
            }
            if (full.Count > 0 && !force)
            {
                throw new StoreNotEmptyException($"The journal {address} holds {string.Join(", ", full)}. Forcing replaces all of it.");
            }
            connection.Execute("DELETE FROM events; DELETE FROM snapshots; DELETE FROM streams;");
            return new PostgresStoreWriter(connection, transaction, epochs);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public StoredLog AddLog(StoredLog log) => log with
    {
        Id = (long)_connection.Scalar(
            "INSERT INTO streams (persistence_id, last_sequence, epoch, last_write) VALUES ($1, $2, $3, $4) RETURNING id",
            log.PersistenceId, log.LastSequence, log.Epoch, AppendKeys.Next())!,
    };

    public void AddSnapshot(StoredLog log, StoredRecord snapshot) => _connection.Execute(
        "INSERT INTO snapshots (stream, sequence, epoch, is_complete, manifest, payload, checksum) VALUES ($1, $2, $3, true, $4, $5, $6)",
        log.Id, snapshot.Sequence, log.Epoch, Encoding.UTF8.GetBytes(snapshot.Record.Manifest),
        JournalWriter.Bytes(snapshot.Record.Payload), snapshot.Checksum);

    public void AddEvents(StoredLog log, IReadOnlyList<StoredRecord> events) => _connection.Execute(
        """
        INSERT INTO events (stream, sequence, manifest, payload, checksum)
        SELECT $1, e.sequence, e.manifest, e.payload, e.checksum FROM unnest($2, $3, $4, $5) AS e (sequence, manifest, payload, checksum)
        """,
        log.Id,
        events.Select(stored => stored.Sequence).ToArray(),
        events.Select(stored => Encoding.UTF8.GetBytes(stored.Record.Manifest)).ToArray(),
        events.Select(stored => JournalWriter.Bytes(stored.Record.Payload)).ToArray(),
        events.Select(stored => stored.Checksum).ToArray());

    public void Commit() => _transaction.Commit();

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }
}
