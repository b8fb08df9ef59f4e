using Offerbook.Storage.Hosting;
using Offerbook.Storage.Postgres;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Archive;

/// <summary>
/// Copies whole stores and checks them. A backup is one file in the format of a SQLite journal, whatever the store: it can be restored into
/// either kind, verified, or used as it is. Reads are of one instant and go on beside whoever writes; nothing damaged is copied.
/// </summary>
public static class StoreArchive
{
    /// <exception cref="JournalUnavailableException">There is no journal there, or it cannot be read.</exception>
    /// <exception cref="JournalDamagedException">It cannot be read as a journal at all.</exception>
    public static StoreReport Verify(StoreAddress store)
    {
        using var reader = Read(store);
        return Explained(store.ToString(), () => StoreWalk.Run(reader, store.ToString()));
    }

    /// <param name="file">Made by this; must not be there yet.</param>
    /// <returns>What was copied. When it is not whole, no file was made.</returns>
    /// <exception cref="JournalUnavailableException">The store cannot be read, or the file cannot be written.</exception>
    /// <exception cref="JournalDamagedException">The store cannot be read as a journal at all.</exception>
    /// <exception cref="StoreNotEmptyException">The file is there.</exception>
    public static StoreReport Backup(StoreAddress store, string file)
    {
        if (File.Exists(file))
        {
            throw new StoreNotEmptyException($"{file} is there already; a backup never replaces another.");
        }
        using var reader = Read(store);
        return Fill(file, into => Explained(store.ToString(), () => StoreWalk.Run(reader, store.ToString(), into)));
    }

    /// <summary>
    /// What a log's epoch goes up by when it is restored: more than the takeovers that can have come after the backup (one a minute for two
    /// years). Agents remember the newest epoch that they have followed, and would refuse a master whose epoch is older.
    /// </summary>
    internal const long EpochsLeftOut = 1_000_000;

    /// <summary>
    /// Puts a backup in the place of a store. Every log comes back in a newer epoch than it has ever had in either, so that whoever held it
    /// is fenced.
    /// </summary>
    /// <param name="force">Replaces what is there; a file is kept beside, as <c>PATH.before-restore</c>.</param>
    /// <returns>What was restored. When it is not whole, nothing was changed.</returns>
    /// <exception cref="StoreNotEmptyException">There are events in the store, and <paramref name="force"/> is not given.</exception>
    /// <exception cref="JournalUnavailableException">The backup cannot be read, or the store not written; a file is held by a running
    /// process.</exception>
    /// <exception cref="JournalDamagedException">The backup cannot be read as a journal at all.</exception>
    public static StoreReport Restore(string backup, StoreAddress into, bool force)
    {
        using var reader = new SqliteStoreReader(Path.GetFullPath(backup));
        var checkedReport = Explained(backup, () => StoreWalk.Run(reader, backup));
        return !checkedReport.IsWhole ? checkedReport : into switch
        {
            StoreAddress.OfFile file => RestoreFile(reader, file.Path, force),
            StoreAddress.InPostgres database => RestoreDatabase(reader, database.Database, force),
            _ => throw new InvalidOperationException(),
        };
    }

    private static StoreReport RestoreFile(SqliteStoreReader reader, string path, bool force)
    {
        using var held = JournalFile.Hold(path);
        var epochs = EpochsOf(path, force);
        var report = Fill(path, into => Explained(path, () => StoreWalk.Run(reader, path, into, log => Newer(log, epochs))),
            () => MoveAway(path));
        return report;
    }

    private static StoreReport RestoreDatabase(SqliteStoreReader reader, PostgresAddress address, bool force) =>
        Explained(address.ToString(), () =>
    {
        using var writer = PostgresStoreWriter.Open(address, force);
        var report = StoreWalk.Run(reader, address.ToString(), writer, log => Newer(log, writer.Epochs));
        writer.Commit();
        return report;
    });

    private static long Newer(StoredLog log, IReadOnlyDictionary<string, long> epochs) =>
        Math.Max(log.Epoch, epochs.GetValueOrDefault(log.PersistenceId)) + EpochsLeftOut;

    /// <summary>Of what is in the way, if it can be read.</summary>
    private static Dictionary<string, long> EpochsOf(string path, bool force)
    {
        if (new FileInfo(path).Length == 0)
        {
            return [];
        }
        try
        {
            using var there = new SqliteStoreReader(path);
            var logs = there.Logs();
            return force || logs.All(log => log.LastSequence == 0)
                ? logs.ToDictionary(log => log.PersistenceId, log => log.Epoch)
                : throw new StoreNotEmptyException(
                    $"The journal {path} holds {string.Join(", ", logs.Select(log => $"'{log.PersistenceId}' up to event {log.LastSequence}"))}. Forcing replaces it and keeps what is there beside it, as {path}.before-restore.");
        }
        catch (JournalDamagedException) when (force)
        {
            return [];
        }
    }

    private static void MoveAway(string path)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" })
        {
            File.Delete(path + ".before-restore" + suffix);
            if (File.Exists(path + suffix) && (suffix.Length > 0 || new FileInfo(path).Length > 0))
            {
                File.Move(path + suffix, path + ".before-restore" + suffix);
            }
        }
    }

    /// <summary>Fills a new file and gives it its name when it is whole and on the disk.</summary>
    private static StoreReport Fill(string file, Func<IStoreWriter, StoreReport> fill, Action? beforeNaming = null)
    {
        var partial = file + ".partial";
        try
        {
            StoreReport report;
            using (var writer = SqliteStoreWriter.Create(partial))
            {
                report = fill(writer);
                if (report.IsWhole)
                {
                    writer.Commit();
                }
            }
            if (report.IsWhole)
            {
                beforeNaming?.Invoke();
                DurableFile.Publish(partial, Path.GetFullPath(file));
            }
            return report;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new JournalUnavailableException($"{file} cannot be written: {refusal.Message}", refusal);
        }
        finally
        {
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
        }
    }

    private static IStoreReader Read(StoreAddress store) => store switch
    {
        StoreAddress.OfFile file => new SqliteStoreReader(file.Path),
        StoreAddress.InPostgres database => PostgresStoreReader.Open(database.Database),
        _ => throw new InvalidOperationException(),
    };

    private static StoreReport Explained(string place, Func<StoreReport> work)
    {
        try
        {
            return work();
        }
        catch (Microsoft.Data.Sqlite.SqliteException failure)
        {
            throw SqliteFailure.Explain(failure, place);
        }
        catch (Exception failure) when (failure is Npgsql.NpgsqlException or NoPrimaryException)
        {
            throw PostgresFailure.Explain(failure, PostgresFailure.KindOf(failure), place, "copy the store");
        }
    }
}

/// <summary>Something is where a backup or a restored store would go.</summary>
public sealed class StoreNotEmptyException(string message) : Exception(message);
