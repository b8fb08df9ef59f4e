using Microsoft.Data.Sqlite;
using Offerbook.Storage.Hosting;

namespace Offerbook.Storage.Sqlite;

/// <summary>
/// Brings an older journal to the present schema: first a copy of the whole file beside it (<c>PATH.vN.backup</c>, durable before
/// anything is changed), then all steps in one transaction. Cut short, it starts again from the beginning.
/// </summary>
internal static class JournalMigration
{
    public const long Oldest = 1;

    private static readonly string[] Steps =
    [
        // 1 → 2
        "ALTER TABLE streams ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;" + JournalSchema.SnapshotParts,
    ];

    public static string BackupOf(string path, long version) => $"{path}.v{version}.backup";

    public static void Run(SqliteConnection connection, string path, long from, Action<string> warn)
    {
        var backup = BackupOf(path, from);
        Copy(connection, path, backup, from);
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            for (var version = from; version < JournalSchema.Version; version++)
            {
                connection.Execute(Steps[version - Oldest]);
            }
            connection.Execute($"UPDATE schema_version SET version = {JournalSchema.Version}");
            transaction.Commit();
        }
        warn($"The journal {path} was brought from schema version {from} to {JournalSchema.Version}. As it was before, it lies in {backup}; remove that when all is well.");
    }

    private static void Copy(SqliteConnection connection, string path, string backup, long from)
    {
        var partial = backup + ".partial";
        try
        {
            // SQLite writes into an empty file that is there, and keeps its mode.
            JournalFile.CreateEmpty(partial);
            using (var copy = connection.CreateCommand())
            {
                copy.CommandText = "VACUUM INTO $file";
                copy.Parameters.AddWithValue("$file", partial);
                copy.ExecuteNonQuery();
            }
            DurableFile.Publish(partial, backup);
        }
        catch (Exception refusal) when (refusal is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new JournalUnavailableException(
                $"The journal {path} has schema version {from} and must be brought to {JournalSchema.Version}; the copy {backup} that is made first cannot be "
                + $"written ({refusal.Message.TrimEnd('.')}). Make room for a file as large as the journal; nothing has been changed.",
                refusal);
        }
    }
}
