using Microsoft.Data.Sqlite;

namespace Offerbook.Storage.Sqlite;

/// <summary>What SQLite's refusals mean to whoever runs the program.</summary>
internal static class SqliteFailure
{
    /// <summary>
    /// The write was refused before its commit was in the log, so that rolling back leaves nothing of it: the file system has no room for
    /// a page (the page that carries the commit is the last), or somebody else writes to the file. A disk that finds out only when it
    /// is told to sync gives another code, and with that nothing is known.
    /// </summary>
    public static bool IsRefusal(SqliteException failure) =>
        failure.SqliteErrorCode is SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_BUSY;

    /// <param name="isClean">Whether the journal was seen to be as before the write.</param>
    public static Exception Explain(SqliteException failure, string path, bool isClean = false) => failure.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB => new JournalDamagedException(
            $"The journal {path} is damaged, or no journal at all ({failure.Message}). Restore it from a backup (offerbook restore), or start with an empty data directory.", failure),
        SQLitePCL.raw.SQLITE_FULL => new JournalUnavailableException(
            $"The journal {path} cannot be written: the disk is full. Nothing was kept of the last write. Free some space"
            + (isClean ? "; the journal goes on from there." : " and start again."), failure) { IsClean = isClean },
        _ => new JournalUnavailableException($"The journal {path} cannot be used: {failure.Message}", failure) { IsClean = isClean },
    };
}
