using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Offerbook.Master.Hosting.History;

/// <summary>
/// The file of the offer book. It holds nothing that the master needs: one that is damaged, or of another version, is put aside as
/// <c>.damaged</c> and begun anew. Commits are not synced: a loss of power may lose the newest seconds, never the rest.
/// </summary>
internal static class BookFile
{
    /// <summary>Of the tables below; a file of another version is begun anew.</summary>
    private const long Version = 1;

    private const int BusyTimeoutMs = 2_000;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string Create =
        """
        -- Ids of frameworks, agents and roles, so that a row of offers is small. The label is what people call it: a name, a host.
        CREATE TABLE names (
          id INTEGER PRIMARY KEY,
          kind INTEGER NOT NULL,
          text TEXT NOT NULL,
          label TEXT NOT NULL,
          UNIQUE (kind, text)
        );
        CREATE INDEX names_label ON names (kind, label);

        -- The id is the microsecond at which the offer ended, or the next one that is free: rows are written, paged and deleted
        -- in the order of time, and every index brings that order with it.
        CREATE TABLE offers (
          id INTEGER PRIMARY KEY,
          made INTEGER NOT NULL,
          ended INTEGER NOT NULL,
          offer TEXT NOT NULL,
          framework INTEGER NOT NULL,
          agent INTEGER NOT NULL,
          role INTEGER NOT NULL,
          outcome INTEGER NOT NULL,
          refuse_ms INTEGER,
          resources TEXT NOT NULL,
          amounts TEXT NOT NULL,
          used TEXT,
          operations TEXT,
          accepted_with TEXT
        );
        CREATE INDEX offers_agent ON offers (agent);
        CREATE INDEX offers_framework ON offers (framework);
        CREATE INDEX offers_role ON offers (role);
        CREATE INDEX offers_outcome ON offers (outcome);
        -- The few that were out for long, and may have been out at a time long before they ended.
        CREATE INDEX offers_long ON offers (made) WHERE ended - made > 600000000;

        CREATE TABLE shares (
          time INTEGER NOT NULL,
          role INTEGER NOT NULL,
          share REAL NOT NULL,
          allocated TEXT NOT NULL,
          offered TEXT NOT NULL,
          frameworks INTEGER NOT NULL,
          PRIMARY KEY (time, role)
        ) WITHOUT ROWID;
        """;

    /// <summary>Who is offered what is the owner's alone to read. SQLite gives the files beside it the same permissions.</summary>
    private static void KeepFromOthers(string path)
    {
        if (File.Exists(path))
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
        else if (Directory.Exists(Path.GetDirectoryName(path)))
        {
            new FileStream(path,
                new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        }
    }

    /// <summary>Opens the file for its one writer, creating or replacing it when it must.</summary>
    /// <param name="warn">Told when a file is put aside.</param>
    /// <exception cref="SqliteException">It cannot be opened or written.</exception>
    /// <exception cref="IOException">A damaged file cannot be put aside.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static SqliteConnection OpenWriter(string path, Action<string> warn)
    {
        KeepFromOthers(path);
        try
        {
            return Open(path, create: true) ?? Replace($"has another version than {Version}");
        }
        catch (SqliteException damage) when (IsDamage(damage))
        {
            return Replace($"is damaged ({damage.Message})");
        }

        SqliteConnection Replace(string why)
        {
            PutAside(path);
            KeepFromOthers(path);
            warn($"The offer book {path} {why}. It is kept as {path}.damaged and begun anew; the offers of the past are missing from it.");
            return Open(path, create: true)!;
        }
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = Connect(path, SqliteOpenMode.ReadOnly);
        connection.Run($"PRAGMA busy_timeout={BusyTimeoutMs}; PRAGMA query_only=ON;");
        return connection;
    }

    public static bool IsDamage(SqliteException failure) => failure.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>Renames a file that cannot be used; the one put aside before is given up.</summary>
    public static void PutAside(string path)
    {
        File.Move(path, path + ".damaged", overwrite: true);
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
    }

    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Number(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is long number ? number : 0;
    }

    /// <returns>Null when the file has another version.</returns>
    private static SqliteConnection? Open(string path, bool create)
    {
        var connection = Connect(path, create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite);
        try
        {
            connection.Run($"PRAGMA busy_timeout={BusyTimeoutMs}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
            if (connection.Number("SELECT count(*) FROM sqlite_master") == 0)
            {
                connection.Run($"BEGIN IMMEDIATE; {Create} PRAGMA user_version={Version}; COMMIT;");
            }
            if (connection.Number("PRAGMA user_version") != Version)
            {
                connection.Dispose();
                return null;
            }
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        // Pooling would keep a file open that is to be put aside.
        var connection =
            new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
