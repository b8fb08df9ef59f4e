using Offerbook.Apps.Errors;
using Offerbook.Storage;
using Offerbook.Storage.Archive;

namespace Offerbook.Apps.Hosting;

/// <summary>
/// The backup that a client may ask for when it takes leadership away: as <c>offerbook backup</c> makes it, of one instant before another
/// leads. A client names only files below a directory that whoever runs this has set aside; nothing is ever replaced.
/// </summary>
/// <param name="directory">Null: none is set aside.</param>
/// <param name="store">Null: it has no address.</param>
internal sealed class LeaderBackup(string? directory, StoreAddress? store)
{
    private const string Flag = "--backup_dir";

    private int _isWriting;

    /// <param name="uri">Where the client wants it: <c>file:///directory/file</c>.</param>
    /// <returns>Why there is none; null: it is written.</returns>
    public async Task<ApiError?> WriteAsync(string uri)
    {
        if (directory is null || store is null)
        {
            return ApiError.Of(501,
                $"No directory is set aside for backups ({Flag}). Use offerbook backup, and leave backup out to abdicate.");
        }
        if (!uri.StartsWith("file:///", StringComparison.OrdinalIgnoreCase) || !Uri.TryCreate(uri, UriKind.Absolute, out var parsed))
        {
            return ApiError.Of(422,
                $"A backup goes to a file, as in backup=file://{Path.GetFullPath(directory)}/NAME, and not to '{uri}'.");
        }
        var (file, root) = (Path.GetFullPath(parsed.LocalPath), Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        // One level only: what is below may belong to others, and lead elsewhere.
        if (Path.GetDirectoryName(file) != root)
        {
            return ApiError.Of(403, $"A backup goes into {root} itself ({Flag}), not to {file}.");
        }
        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
        {
            return ApiError.Of(409, "Another backup is being written. Try again in a moment.");
        }
        try
        {
            return await Task.Run(() => Write(store, file));
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    private static ApiError? Write(StoreAddress from, string file)
    {
        try
        {
            return StoreArchive.Backup(from, file).IsWhole ? null : ApiError.Of(500,
                "The store is damaged, and no backup was made of it: offerbook verify tells where. Leadership is kept.");
        }
        catch (StoreNotEmptyException problem)
        {
            return ApiError.Of(409, problem.Message);
        }
        catch (Exception problem) when (problem is JournalUnavailableException or JournalDamagedException)
        {
            return ApiError.Of(500, $"The backup was not made, and leadership is kept: {problem.Message}");
        }
    }
}
