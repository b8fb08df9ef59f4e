using Microsoft.Data.Sqlite;

namespace Offerbook.Storage.Sqlite;

/// <summary>
/// The tables of a journal and their version. An older version is brought to this one, after a copy of the file has been made; a newer
/// one than this program knows is refused: an older program would drop what it does not understand.
/// </summary>
internal static class JournalSchema
{
    public const long Version = 2;

    public static void Prepare(SqliteConnection connection, string path, Action<string> warn)
    {
        // FULL: the write-ahead log is synced at every commit, so that what was acknowledged survives a loss of power (JournalWriter knows
        // what need not). The log is folded into the file by the journal itself: SQLite would do it in silence, and fail in silence too.
        connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=0;");
        switch (Found(connection))
        {
            case null:
                using (var transaction = connection.BeginTransaction(deferred: false))
                {
                    connection.Execute(Create);
                    transaction.Commit();
                }
                break;
            case Version:
                break;
            case >= JournalMigration.Oldest and < Version and var older:
                JournalMigration.Run(connection, path, older, warn);
                break;
            case var found:
                throw new JournalUnavailableException(
                    $"The journal {path} has schema version {found}; this program knows version {Version} and brings up to it what is at least version "
                    + $"{JournalMigration.Oldest}. Use the program that wrote it, or a newer one.");
        }
        // What an earlier process left in the log may have been read back from memory, not from the disk, if a sync of it had failed.
        // Written
        // once more into the file, and synced there, it is on the disk or this journal does not open.
        connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>Null: no journal has been made in this file yet.</summary>
    public static long? Found(SqliteConnection connection) =>
        connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'") is 0L
            ? null
            : connection.Scalar("SELECT version FROM schema_version") as long? ?? 0;

    public const string Create =
        """
        CREATE TABLE schema_version (version INTEGER NOT NULL);
        INSERT INTO schema_version VALUES (2);

        -- last_sequence is written in the transaction of the events themselves: a lost last row shows.
        -- epoch is how often the log has been recovered; whoever holds it writes only while it is still his.
        CREATE TABLE streams (
          id INTEGER PRIMARY KEY,
          persistence_id TEXT NOT NULL UNIQUE,
          last_sequence INTEGER NOT NULL,
          epoch INTEGER NOT NULL DEFAULT 0
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

        -- The state is the parts in their order and then the payload; a snapshot is there when its row is.
        CREATE TABLE snapshots (
          stream INTEGER NOT NULL REFERENCES streams (id),
          sequence INTEGER NOT NULL,
          manifest TEXT NOT NULL,
          payload BLOB NOT NULL,
          checksum INTEGER NOT NULL,
          PRIMARY KEY (stream, sequence)
        );
        """ + SnapshotParts;

    /// <summary>New in version 2, like the epochs.</summary>
    public const string SnapshotParts =
        """

        CREATE TABLE snapshot_parts (
          stream INTEGER NOT NULL REFERENCES streams (id),
          sequence INTEGER NOT NULL,
          part INTEGER NOT NULL,
          bytes BLOB NOT NULL,
          PRIMARY KEY (stream, sequence, part)
        );
        """;

    public static void Execute(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Without a command of its own: for what is said with many commits, and is carried out while it is prepared.</summary>
    /// <exception cref="SqliteException">It was not.</exception>
    public static void Tell(this SqliteConnection connection, string sql) =>
        SqliteException.ThrowExceptionForRC(SQLitePCL.raw.sqlite3_exec(connection.Handle, sql), connection.Handle);

    public static object? Scalar(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
