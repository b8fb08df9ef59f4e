namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>Where control groups are mounted, and in which of them a process is.</summary>
/// <param name="Version1">Mount points with their controllers.</param>
/// <param name="Version2">The mount point of the unified hierarchy, if any.</param>
/// <param name="Own1">The process' group by controller, such as <c>/user.slice</c>.</param>
/// <param name="Own2">The process' group in the unified hierarchy.</param>
internal sealed record CgroupMounts(
    IReadOnlyList<CgroupTree> Version1, string? Version2, IReadOnlyDictionary<string, string> Own1, string? Own2)
{
    private static readonly string[] Controllers = ["cpu", "cpuacct", "memory", "pids", "freezer"];

    /// <param name="mountInfo">/proc/self/mountinfo</param>
    /// <param name="ownGroups">/proc/self/cgroup</param>
    public static CgroupMounts Parse(string mountInfo, string ownGroups)
    {
        var trees = new List<CgroupTree>();
        string? unified = null;
        foreach (var line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // 30 25 0:26 / /sys/fs/cgroup/cpu rw,nosuid shared:9 - cgroup cgroup rw,cpu
            var halves = line.Split(" - ", 2);
            if (halves.Length < 2 || halves[0].Split(' ') is not { Length: >= 5 } place
                || halves[1].Split(' ') is not { Length: >= 3 } kind)
            {
                continue;
            }
            // A blank is written \040; nobody mounts control groups there, and the supervisor takes paths without blanks only.
            if (place[4].Contains('\\'))
            {
                continue;
            }
            if (kind[0] == "cgroup2")
            {
                unified ??= place[4];
            }
            else if (kind[0] == "cgroup" && kind[2].Split(',').Where(Controllers.Contains).ToList() is { Count: > 0 } controllers)
            {
                trees.Add(new CgroupTree(place[4], controllers));
            }
        }
        return OwnGroups(ownGroups, trees, unified);
    }

    public static CgroupMounts OfThisProcess() => Parse(File.ReadAllText("/proc/self/mountinfo"), File.ReadAllText("/proc/self/cgroup"));

    private static CgroupMounts OwnGroups(string text, List<CgroupTree> trees, string? unified)
    {
        var own = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string? own2 = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(':', 3) is not [_, var controllers, var path])
            {
                continue;
            }
            if (controllers.Length == 0)
            {
                own2 = path;
                continue;
            }
            foreach (var controller in controllers.Split(','))
            {
                own[controller] = path;
            }
        }
        return new CgroupMounts(trees, unified, own, own2);
    }
}
