using System.Security.Cryptography;
using System.Text;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <param name="Summary">What is used, for the log.</param>
/// <param name="Lacks">What is not, and why; empty when all that was asked for is there.</param>
internal sealed record DetectedCgroups(IControlGroups Groups, string Summary, IReadOnlyList<string> Lacks);

/// <summary>
/// Finds out which control groups the agent can use, by making its own: <c>offerbook/HASH</c>, where the hash is of the work directory,
/// first below the mount point (root can), then below the group that the agent runs in (a user to whom it was delegated can).
/// </summary>
internal sealed class CgroupDetection(CgroupMounts mounts, IsolationNames wanted, string workDirectory, string rootName = "offerbook")
{
    private readonly List<string> _lacks = [];

    private string Below => $"{rootName}/{HashOf(workDirectory)}";

    public DetectedCgroups Detect()
    {
        if (wanted.Controllers.Count == 0)
        {
            return new DetectedCgroups(new NoCgroups(), "no control groups, as it is told", []);
        }
        if (mounts.Version1.Count == 0 && mounts.Version2 is null)
        {
            return Nothing("no control groups are mounted (/sys/fs/cgroup)");
        }
        // A hybrid host has both: the controllers are where they are, and the version that has memory or cpu is used.
        var unified = mounts.Version2 is { } mount ? ControllersAt(mount) : [];
        var prefersUnified = unified.Contains("memory") || unified.Contains("cpu")
            || !mounts.Version1.Any(tree => tree.Controllers.Intersect(wanted.Controllers).Any());
        return (prefersUnified ? Unified(mounts.Version2!) : null) ?? Separate() ?? Nothing(string.Join("; ", _lacks));
    }

    /// <summary>Two agents on one host differ in their work directories.</summary>
    private static string HashOf(string workDirectory) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(Path.TrimEndingDirectorySeparator(Path.GetFullPath(workDirectory)))))[..12];

    private DetectedCgroups Nothing(string why) => new(new NoCgroups(), "no control groups", [why]);

    private DetectedCgroups? Separate()
    {
        var trees = new List<CgroupTree>();
        var tracks = wanted.Controllers.Contains("pids") && mounts.Version1.Any(tree => tree.Controllers.Contains("pids"))
            ? "pids" : "freezer";
        foreach (var controller in (string[])[.. wanted.Controllers, "cpuacct", tracks])
        {
            if (trees.Any(tree => tree.Controllers.Contains(controller)))
            {
                continue;
            }
            if (mounts.Version1.FirstOrDefault(tree => tree.Controllers.Contains(controller)) is not { } mounted)
            {
                Lack(controller, "it is not mounted");
            }
            else if (RootIn(mounted.Root, mounts.Own1.GetValueOrDefault(controller)) is { } root)
            {
                trees.Add(new CgroupTree(root, mounted.Controllers));
            }
            else
            {
                Lack(controller, $"no directory can be made below {mounted.Root}");
            }
        }
        return trees.Count == 0
            ? null
            : new DetectedCgroups(new CgroupsV1(trees),
                $"control groups version 1 ({string.Join(", ", trees.SelectMany(tree => tree.Controllers))}) in {trees[0].Root}", _lacks);
    }

    private DetectedCgroups? Unified(string mount)
    {
        foreach (var basis in Candidates(mount, mounts.Own2))
        {
            try
            {
                Directory.CreateDirectory($"{basis}/{rootName}");
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            var enabled = EnableAt(basis, basis != mount);
            CgroupsV2.Enable($"{basis}/{rootName}", enabled);
            var root = $"{basis}/{Below}";
            Directory.CreateDirectory(root);
            CgroupsV2.Enable(root, enabled);
            foreach (var controller in wanted.Controllers.Except(enabled))
            {
                Lack(controller, $"it cannot be enabled in {basis}/cgroup.subtree_control");
            }
            return new DetectedCgroups(new CgroupsV2(root, enabled), $"control groups version 2 ({string.Join(", ", enabled)}) in {root}",
                _lacks);
        }
        _lacks.Add($"no directory can be made below {mount} or below the agent's own group there ({mounts.Own2 ?? "none"})");
        return null;
    }

    /// <summary>One by one, so that one that cannot be had does not keep the others away.</summary>
    private List<string> EnableAt(string basis, bool mayMove)
    {
        var there = ControllersAt(basis);
        var enabled = new List<string>();
        foreach (var controller in wanted.Controllers.Where(there.Contains))
        {
            if (TryEnable(basis, controller) || (mayMove && TryMoveAside(basis) && TryEnable(basis, controller)))
            {
                enabled.Add(controller);
            }
        }
        return enabled;
    }

    private static bool TryEnable(string basis, string controller)
    {
        try
        {
            CgroupsV2.Enable(basis, [controller]);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A group may not hold processes and enable controllers for groups within: the agent moves to one of its own.</summary>
    private static bool TryMoveAside(string basis)
    {
        try
        {
            Directory.CreateDirectory($"{basis}/agent");
            GroupFiles.Write($"{basis}/agent", "cgroup.procs", System.Environment.ProcessId);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static List<string> ControllersAt(string directory) =>
        [.. (GroupFiles.Read(directory, "cgroup.controllers") ?? "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    private string? RootIn(string mount, string? own)
    {
        foreach (var basis in Candidates(mount, own))
        {
            var root = $"{basis}/{Below}";
            try
            {
                Directory.CreateDirectory(root);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            // Others may have made it; what counts is whether groups can be made in it.
            if (Native.MayWrite(root))
            {
                return root;
            }
        }
        return null;
    }

    private static IEnumerable<string> Candidates(string mount, string? own) =>
        own is null or "/" || !Directory.Exists(mount + own) ? [mount] : [mount, mount + own];

    private void Lack(string controller, string why)
    {
        if (wanted.Controllers.Contains(controller))
        {
            _lacks.Add($"{controller}: {why}");
        }
    }
}
