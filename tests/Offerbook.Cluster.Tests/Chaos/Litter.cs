using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>What tasks leave behind, and what an agent must have tidied up.</summary>
internal static class Litter
{
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>
    /// Starts a process that leaves its task's session. Without control groups such a one escapes, as documented: then nothing.
    /// </summary>
    public static string Daemon { get; } = CanMakeGroups() ? "setsid sleep 3600 & " : "";

    /// <returns>Everything of the run that is still there.</returns>
    public static IReadOnlyList<string> Of(string run, string agentDirectory, IEnumerable<string> containers)
    {
        var found = MarkedProcesses.Of(run).Select(process => $"process {process.Key}, {process.Value}").ToList();
        var records = Path.Combine(agentDirectory, "meta", "containers");
        found.AddRange(Directory.EnumerateFileSystemEntries(records).Select(record => "record " + record));
        var ids = containers.ToHashSet();
        found.AddRange(
            GroupDirectories().Where(path => ids.Contains(Path.GetFileName(path).TrimStart('@'))).Select(path => "control group " + path));
        found.AddRange(
            File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(agentDirectory, StringComparison.Ordinal))
                .Select(line => "mount " + line));
        return found;
    }

    private static IEnumerable<string> GroupDirectories() => Directory.Exists(Groups)
        ? Directory.EnumerateDirectories(Groups, "*",
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true,
                AttributesToSkip = FileAttributes.ReparsePoint })
        : [];

    private static bool CanMakeGroups()
    {
        foreach (var tree in (string[])[Groups + "/pids", Groups + "/freezer", Groups + "/unified", Groups])
        {
            var probe = Path.Combine(tree, $"offerbook-probe-{Environment.ProcessId}");
            try
            {
                if (File.Exists(Path.Combine(tree, "cgroup.procs")))
                {
                    Directory.CreateDirectory(probe);
                    Directory.Delete(probe);
                    return true;
                }
            }
            catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
            {
                // Another tree may be ours to use.
            }
        }
        return false;
    }
}
