namespace Offerbook.Storage.Sqlite;

/// <summary>
/// The place of a journal on disk, held by at most one journal at a time. The lock is an flock on PATH.lock: the kernel lets go
/// of it when the process dies, however it dies, so a lock file that is merely present means nothing.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private JournalFile(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <summary>Creates what is missing (directory 0700, files 0600) and takes the lock.</summary>
    /// <exception cref="JournalUnavailableException">Another journal holds it, or the directory cannot be used.</exception>
    public static JournalFile Hold(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var directory = System.IO.Path.GetDirectoryName(path)
            ?? throw new JournalUnavailableException(
                $"The journal {path} is not a file's path. Name a file, for instance {path}/journal.db.");
        try
        {
            if (!Directory.Exists(directory))
            {
                Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            }
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, $"its directory {directory} cannot be created", refusal);
        }

        var held = TakeLock(path);
        try
        {
            using (Open(path))
            {
                // SQLite takes over from here; it gives its other files the mode of this one.
            }
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw Unusable(path, "the file cannot be written", refusal);
        }
        return new JournalFile(path, held);
    }

    /// <summary>Makes a file for the owner only; one that is there is replaced.</summary>
    public static void CreateEmpty(string path)
    {
        File.Delete(path);
        Open(path).Dispose();
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Why a second process does not start on a file.</summary>
    internal static string InUse(string path) =>
        $"The journal {path} is in use by another process (or twice by this one). Stop the other one "
        + $"(`fuser {path}.lock` shows which it is), or choose another data directory.";

    private static FileStream TakeLock(string path)
    {
        var lockPath = path + ".lock";
        try
        {
            return Open(lockPath);
        }
        catch (IOException refusal) when (File.Exists(lockPath) && refusal is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new JournalUnavailableException(InUse(path), refusal);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, "its directory cannot be written", refusal);
        }
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        UnixCreateMode = OwnerOnly,
        BufferSize = 0,
    });

    private static JournalUnavailableException Unusable(string path, string what, Exception refusal) =>
        new($"The journal {path} cannot be opened: {what} ({refusal.Message.TrimEnd('.')}). "
            + "Make the directory writable for the user that runs Offerbook, or choose another data directory.", refusal);
}
