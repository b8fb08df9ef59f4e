using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Wire.Files;

namespace Offerbook.Agent.Http;

/// <summary>
/// Which files of the host may be seen through /files: those that lie, after all links are followed, under the directory of the
/// sandboxes. A path is real (<c>WORK/slaves/S/frameworks/F/…</c>) or virtual (<c>/frameworks/F/executors/E/runs/latest/stdout</c>);
/// in both forms a pod's tasks go by their own names too (<see cref="TaskSandboxes"/>).
/// </summary>
/// <param name="work">Absolute, without links.</param>
/// <param name="log">The agent's log, shown as <c>/slave/log</c>; null: there is none.</param>
internal sealed class SandboxFiles(string work, string? log)
{
    private const string LogPath = "/slave/log";

    /// <summary>Entries of one listing.</summary>
    private const int MaxEntries = 10_000;

    private readonly string? _log = log is null ? null : Native.RealPath(log) ?? Path.GetFullPath(log);

    private readonly string _root = Path.Combine(work, "slaves");

    /// <summary>Of containers that belong to no executor.</summary>
    private readonly string _alone = Path.Combine(work, "containers");

    /// <summary>Tells which tasks there are; null until the agent can be asked.</summary>
    public Func<CancellationToken, Task<AgentView>>? Ask { get; set; }

    /// <summary>The real path, or null when there is nothing there or it lies elsewhere.</summary>
    public async ValueTask<string?> FindAsync(string path, CancellationToken cancellation) =>
        Resolve(path) is { } real ? real
        : Ask is { } ask && TaskSandboxes.MayName(path) && TaskSandboxes.Find(path, await ask(cancellation)) is { } own ? Resolve(own)
        : null;

    private string? Resolve(string path)
    {
        path = path.StartsWith("file://", StringComparison.Ordinal) ? path["file://".Length..] : path;
        if (_log is not null && path.TrimEnd('/') == LogPath && File.Exists(_log))
        {
            return _log;
        }
        foreach (var candidate in Candidates(path))
        {
            if (Native.RealPath(candidate) is { } real && IsInside(real))
            {
                return real;
            }
        }
        return null;
    }

    /// <summary>The entries of a directory, sorted, under the names by which they were asked for; a file has none.</summary>
    /// <param name="path">As it was asked for.</param>
    /// <param name="real">What <see cref="FindAsync"/> found.</param>
    public static IReadOnlyList<(string Path, FileStat Stat)> Browse(string path, string real)
    {
        if (!Directory.Exists(real))
        {
            return [];
        }
        var entries = new List<(string, FileStat)>();
        foreach (var name in Directory.EnumerateFileSystemEntries(real).Take(MaxEntries).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal))
        {
            if (FileStat.Of(Path.Combine(real, name)) is { } stat)
            {
                entries.Add((path.TrimEnd('/') + "/" + name, stat));
            }
        }
        return entries;
    }

    /// <summary>
    /// Opens what <see cref="FindAsync"/> found; null when a link was slipped in meanwhile, or it is not a file to be read.
    /// </summary>
    public SafeFileHandle? Open(string real)
    {
        var file = Native.OpenRead(real);
        if (file is null)
        {
            return null;
        }
        var opened = new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget;
        if (opened is not null && IsInside(opened) && FileStat.Of(opened) is { IsRegular: true })
        {
            return file;
        }
        file.Dispose();
        return null;
    }

    private IEnumerable<string> Candidates(string path)
    {
        if (path.Contains('\0'))
        {
            yield break;
        }
        if (path.StartsWith("/frameworks/", StringComparison.Ordinal) && Directory.Exists(_root))
        {
            // The agent may have had other ids before; a container id is in one of them only, and the newest id comes last.
            foreach (var agent in Directory.EnumerateDirectories(_root).OrderByDescending(Directory.GetLastWriteTimeUtc))
            {
                yield return agent + path;
            }
        }
        else if (path.StartsWith(work + "/", StringComparison.Ordinal))
        {
            yield return path;
        }
    }

    private bool IsInside(string real) => IsBelow(real, _root) || IsBelow(real, _alone) || real == _log;

    private static bool IsBelow(string real, string root) => real == root || real.StartsWith(root + "/", StringComparison.Ordinal);
}
