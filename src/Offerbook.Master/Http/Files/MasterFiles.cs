using Offerbook.Wire.Files;

namespace Offerbook.Master.Http.Files;

/// <summary>
/// The files that may be seen through the master: its log, when it has one, as <c>/master/log</c>. Nothing else, whatever a path says.
/// </summary>
/// <param name="log">Where the log is; null: there is none.</param>
internal sealed class MasterFiles(string? log)
{
    /// <summary>Bytes of one read: 16 pages.</summary>
    public const int MaxRead = 16 * 4096;

    private const string LogPath = "/master/log";

    /// <summary>Real paths by those under which they are seen.</summary>
    public IReadOnlyDictionary<string, string> Attached { get; } =
        log is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [LogPath] = Path.GetFullPath(log) };

    /// <returns>The real path, or null when there is no such file.</returns>
    public string? Resolve(string path)
    {
        path = path.StartsWith("file://", StringComparison.Ordinal) ? path["file://".Length..] : path;
        return Attached.TryGetValue("/" + path.Trim('/'), out var real) && File.Exists(real) ? real : null;
    }

    /// <summary>The entries of a directory, sorted; a file has none.</summary>
    /// <returns>Null when there is nothing of that name.</returns>
    public IReadOnlyList<(string Path, FileStat Stat)>? Browse(string path)
    {
        if (Resolve(path) is not null)
        {
            return [];
        }
        // What is seen has directories too, which are nowhere on the disk.
        if ("/" + path.Trim('/') != "/master" || Resolve(LogPath) is not { } real || FileStat.Of(real) is not { } stat)
        {
            return null;
        }
        return [(LogPath, stat)];
    }

    /// <returns>The size of the whole file, and what stands at the offset, at most <see cref="MaxRead"/> bytes; null when there is no such
    /// file.</returns>
    public async ValueTask<(long Size, ReadOnlyMemory<byte> Data)?> ReadAsync(string path, ulong offset, ulong? length,
        CancellationToken cancellation)
    {
        if (Resolve(path) is not { } real)
        {
            return null;
        }
        using var file = File.OpenHandle(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var size = RandomAccess.GetLength(file);
        if (offset >= (ulong)size)
        {
            return (size, default);
        }
        var buffer = new byte[Math.Min(length ?? MaxRead, MaxRead)];
        var read = await RandomAccess.ReadAsync(file, buffer, (long)offset, cancellation);
        return (size, buffer.AsMemory(0, read));
    }
}
