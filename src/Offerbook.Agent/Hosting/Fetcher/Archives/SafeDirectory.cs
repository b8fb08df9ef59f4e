using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Fetcher.Archives;

/// <summary>
/// A directory that is filled by strangers. Nothing is written outside it: paths are relative and without <c>..</c>, nothing is
/// written through a link, and a link leads inside, which is certain when its <c>..</c> come first and are no more than the
/// directories that the link lies in. (A link to a link keeps the same rule where it lies.) What it holds belongs to the user
/// and has no special bits.
/// </summary>
internal sealed class SafeDirectory(string root, HostUser? user, long maxBytes)
{
    /// <summary>Entries that one archive may have: more than source trees of systems have, and few enough to end.</summary>
    private const int MaxEntries = 1_000_000;

    private const UnixFileMode DirectoryMode = (UnixFileMode)0b111_101_101;
    private const UnixFileMode FileMode = (UnixFileMode)0b110_100_100;
    private const UnixFileMode Executable = (UnixFileMode)0b001_001_001;
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    private int _entries;

    /// <summary>Bytes that may still be written.</summary>
    public long Left { get; private set; } = maxBytes;

    public void Spend(long bytes) => Left -= bytes;

    /// <summary>
    /// The absolute path of a new file, link or directory; those above it are made, and a file or link in its place goes.
    /// </summary>
    /// <exception cref="FetchFailedException">It would lie outside.</exception>
    public string Place(string path, bool isDirectory = false)
    {
        var parts = Split(path);
        if (++_entries > MaxEntries)
        {
            throw new FetchFailedException($"it has more than {MaxEntries} entries");
        }
        var at = root;
        for (var i = 0; i < parts.Length; i++)
        {
            at = Path.Combine(at, parts[i]);
            var isLast = i == parts.Length - 1;
            var info = new FileInfo(at);
            if (info.LinkTarget is not null)
            {
                if (!isLast || isDirectory)
                {
                    throw new FetchFailedException($"'{path}' lies behind the link '{Path.GetRelativePath(root, at)}'");
                }
                File.Delete(at);
            }
            else if (isLast && !isDirectory)
            {
                // Deleting what is not there is no error.
                File.Delete(at);
            }
            else if (!Directory.Exists(at))
            {
                Directory.CreateDirectory(at, DirectoryMode);
                Ownership.Give(at, user);
            }
        }
        return at;
    }

    public FileStream Create(string path)
    {
        var file = new FileStream(Place(path), new FileStreamOptions
        {
            Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode, Options = FileOptions.Asynchronous,
        });
        Ownership.Give(file.Name, user);
        return file;
    }

    public void MakeDirectory(string path, UnixFileMode? mode)
    {
        var directory = Place(path, isDirectory: true);
        if (mode is { } wanted)
        {
            // Whoever comes next must get in.
            File.SetUnixFileMode(directory,
                (wanted & Permissions) | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void MakeLink(string path, string target)
    {
        var depth = Split(path).Length - 1;
        var parts = target.Split('/').Where(part => part is not ("." or "")).ToList();
        var up = parts.TakeWhile(part => part == "..").Count();
        if (target.Length == 0 || target.StartsWith('/') || target.Contains('\0') || up > depth || parts.LastIndexOf("..") >= up)
        {
            throw new FetchFailedException($"the link '{path}' leads to '{target}', which may be outside the sandbox");
        }
        var at = Place(path);
        File.CreateSymbolicLink(at, target);
        Ownership.Give(at, user);
    }

    /// <summary>Another name for a file that is there already.</summary>
    public void MakeHardLink(string path, string target)
    {
        var existing = Path.Combine([root, .. Split(target)]);
        for (var above = existing; above.Length > root.Length; above = Path.GetDirectoryName(above)!)
        {
            if (new FileInfo(above).LinkTarget is not null)
            {
                throw new FetchFailedException($"'{path}' is another name for '{target}', which is a link or lies behind one");
            }
        }
        if (!File.Exists(existing))
        {
            throw new FetchFailedException($"'{path}' is another name for '{target}', which is not there");
        }
        var at = Place(path);
        Native.HardLink(existing, at);
    }

    public static void SetMode(string path, UnixFileMode mode) => File.SetUnixFileMode(path, mode & Permissions);

    public static void MakeExecutable(string path) => File.SetUnixFileMode(path, File.GetUnixFileMode(path) | Executable);

    private static string[] Split(string path)
    {
        if (path.StartsWith('/') || path.Contains('\0'))
        {
            throw new FetchFailedException($"the path '{path}' is absolute; only paths below the sandbox are written");
        }
        var parts = path.Split('/').Where(part => part is not ("." or "")).ToArray();
        return parts.Length == 0 ? throw new FetchFailedException("a path is empty")
            : parts.Contains("..")
            ? throw new FetchFailedException($"the path '{path}' holds '..'; only paths below the sandbox are written")
            : parts;
    }
}
