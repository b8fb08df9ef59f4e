using Microsoft.Data.Sqlite;

namespace Offerbook.Storage.Sqlite;

/// <summary>
/// The tables of a journal and their version. A newer version than this program knows is refused: an older program would drop
/// what it does not understand.
/// </summary>
internal static class JournalSchema
{
    public const long Version = 1;

    public static void Prepare(SqliteConnection connection, string path)
    {
        // FULL: the write-ahead log is synced at every commit, so that what was acknowledged survives a loss of power.
        connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
        using var transaction = connection.BeginTransaction(deferred: false);
        if (connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'") is 0L)
        {
            connection.Execute(Create);
        }
        var found = connection.Scalar("SELECT version FROM schema_version");
        if (found is not Version)
        {
            throw new JournalUnavailableException(
                $"The journal {path} has schema version {found ?? "none"}; this program knows version {Version}. "
                + "Use the program that wrote it, or a newer one.");
        }
        transaction.Commit();
    }

    private const string Create =
        """
        CREATE TABLE schema_version (version INTEGER NOT NULL);
        INSERT INTO schema_version VALUES (1);

        -- last_sequence is written in the transaction of the events themselves: a lost last row shows.
        CREATE TABLE streams (
          id INTEGER PRIMARY KEY,
          persistence_id TEXT NOT NULL UNIQUE,
          last_sequence INTEGER NOT NULL
        );

        -- Clustered by number: an append touches only the right edge of one tree.
        CREATE TABLE events (
          stream INTEGER NOT NULL REFERENCES streams (id),
          sequence INTEGER NOT NULL,
          manifest TEXT NOT NULL,
          payload BLOB NOT NULL,
          checksum INTEGER NOT NULL,
          PRIMARY KEY (stream, sequence)
        ) WITHOUT ROWID;

        CREATE TABLE snapshots (
          stream INTEGER NOT NULL REFERENCES streams (id),
          sequence INTEGER NOT NULL,
          manifest TEXT NOT NULL,
          payload BLOB NOT NULL,
          checksum INTEGER NOT NULL,
          PRIMARY KEY (stream, sequence)
        );
        """;

    public static void Execute(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
