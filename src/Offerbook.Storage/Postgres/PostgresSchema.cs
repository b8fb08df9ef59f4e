using Npgsql;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// The tables of a store in a database, in a schema of their own, and their version. Several processes may come to an empty database at
/// once: one makes the tables, the others wait for it.
/// </summary>
internal static class PostgresSchema
{
    public const long Version = 1;

    /// <summary>Of the lock under which tables are made. Any number that nobody else uses: "offerbok" in ASCII.</summary>
    private const long MakingTables = 0x6f666665_72626f6b;

    /// <exception cref="JournalUnavailableException">The tables are of another version.</exception>
    public static bool Prepare(NpgsqlConnection connection, PostgresAddress address)
    {
        var schema = Quoted(address);
        if (Found(connection, address) is null)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute($"SELECT pg_advisory_xact_lock({MakingTables})");
            if (Found(connection, address) is null)
            {
                if (connection.Scalar("SELECT 1 FROM pg_namespace WHERE nspname = $1", address.Schema) is null)
                {
                    connection.Execute($"CREATE SCHEMA {schema}");
                }
                connection.Execute(Create);
            }
            transaction.Commit();
        }
        var found = Found(connection, address);
        return found == Version ? true : throw new JournalUnavailableException(
            $"The journal {address} has schema version {found}; this program knows version {Version}. Use the program that wrote it, or a newer one.");
    }

    /// <summary>
    /// Null: no tables. Asked by full names: what the search path leads to may be remembered from before another process made it.
    /// </summary>
    public static long? Found(NpgsqlConnection connection, PostgresAddress address) =>
        connection.Scalar(
            "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = 'schema_version'",
            address.Schema) is null
            ? null
            : connection.Scalar($"SELECT version FROM {Quoted(address)}.schema_version") as long? ?? 0;

    private static string Quoted(PostgresAddress address) => $"\"{address.Schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // Names of kinds are bytes, because a text of this server cannot hold every character. Nothing is compressed: the bytes are what the
    // journal's checksums are of, and mostly too few to gain by it. No foreign keys: each row would lock the row of its log once more.
    private const string Create =
        """
        CREATE TABLE schema_version (version bigint NOT NULL);
        INSERT INTO schema_version VALUES (1);

        -- last_sequence is written in the transaction of the events themselves: a lost last row shows.
        -- epoch is how often the log has been recovered; last_write names the last append or recovery, so that one whose answer was lost is found.
        -- Room is left in each page for the row's next versions.
        CREATE TABLE streams (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          persistence_id text NOT NULL UNIQUE,
          last_sequence bigint NOT NULL DEFAULT 0,
          epoch bigint NOT NULL DEFAULT 0,
          last_write uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
        ) WITH (fillfactor = 20);

        CREATE TABLE events (
          stream bigint NOT NULL,
          sequence bigint NOT NULL,
          manifest bytea NOT NULL,
          payload bytea NOT NULL,
          checksum bigint NOT NULL,
          PRIMARY KEY (stream, sequence)
        );
        ALTER TABLE events ALTER COLUMN payload SET STORAGE EXTERNAL;

        -- A snapshot counts when is_complete is set, which its holder does while the epoch is his.
        CREATE TABLE snapshots (
          stream bigint NOT NULL,
          sequence bigint NOT NULL,
          epoch bigint NOT NULL,
          is_complete boolean NOT NULL,
          manifest bytea NOT NULL,
          payload bytea NOT NULL,
          checksum bigint NOT NULL,
          PRIMARY KEY (stream, sequence, epoch)
        );
        ALTER TABLE snapshots ALTER COLUMN payload SET STORAGE EXTERNAL;
        """;
}
