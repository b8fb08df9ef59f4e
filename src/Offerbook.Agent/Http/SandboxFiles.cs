using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Wire.Files;

namespace Offerbook.Agent.Http;

/// <summary>
/// Which files of the host may be seen through /files: those that lie, after all links are followed, under the directory of the
/// sandboxes. A path is real (<c>WORK/slaves/S/frameworks/F/…</c>) or virtual (<c>/frameworks/F/executors/E/runs/latest/stdout</c>).
/// </summary>
/// <param name="work">Absolute, without links.</param>
internal sealed class SandboxFiles(string work)
{
    private readonly string _root = Path.Combine(work, "slaves");

    /// <summary>The real path, or null when there is nothing there or it lies elsewhere.</summary>
    public string? Resolve(string path)
    {
        foreach (var candidate in Candidates(path))
        {
            if (Native.RealPath(candidate) is { } real && IsInside(real))
            {
                return real;
            }
        }
        return null;
    }

    /// <summary>Opens what <see cref="Resolve"/> found; null when a link was slipped in meanwhile, or it is not a file to be read.</summary>
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

    private bool IsInside(string real) => real == _root || real.StartsWith(_root + "/", StringComparison.Ordinal);
}
