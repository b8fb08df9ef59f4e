namespace Offerbook.Cluster.Tests.Harness;

/// <summary>The processes of tasks, found from outside: by the environment that an agent gave them.</summary>
internal static class TaskProcesses
{
    /// <returns>Task id → ids of the processes that carry it and whose sandbox lies under the directory.</returns>
    public static IReadOnlyDictionary<string, List<int>> Under(string directory)
    {
        var found = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), out var process) || ReadEnvironment(process) is not { } environment)
            {
                continue;
            }
            if (environment.TryGetValue("MESOS_SANDBOX", out var sandbox) && sandbox.StartsWith(directory, StringComparison.Ordinal)
                && environment.TryGetValue("MESOS_TASK_ID", out var task))
            {
                (found.TryGetValue(task, out var list) ? list : found[task] = []).Add(process);
            }
        }
        return found;
    }

    public static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ').Trim();
        }
        catch (IOException)
        {
            return ""; // It has just ended.
        }
    }

    private static Dictionary<string, string>? ReadEnvironment(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(entry => entry.Split('=', 2))
                .Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0], pair => pair[1])
                .ToDictionary(group => group.Key, group => group.First());
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
