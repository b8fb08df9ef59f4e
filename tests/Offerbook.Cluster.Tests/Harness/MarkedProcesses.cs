using System.Text;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>
/// Processes that carry the mark of a run in their environment, whoever started them and whatever session they are in. What an agent
/// itself starts, the containers around pods among it, has it there in the path of its sandbox.
/// </summary>
internal static class MarkedProcesses
{
    public const string RunVariable = "CHAOS_RUN";
    public const string TaskVariable = "CHAOS_TASK";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <returns>Process → what it says of itself.</returns>
    public static IReadOnlyDictionary<int, string> Of(string run)
    {
        var found = new SortedDictionary<int, string>();
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), out var process)
                && Variables(process).Any(variable => variable.Contains(run, StringComparison.Ordinal)))
            {
                found[process] = $"{Mark(process, TaskVariable) ?? "no task"}: {TaskProcesses.CommandLine(process)}";
            }
        }
        return found;
    }

    /// <summary>
    /// Kills them and waits until none is left, after their agent was killed. What one of them started while the others were looked for is
    /// found the next time, and a directory in which none writes any more can be deleted.
    /// </summary>
    public static Task EndAllAsync(string run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(run); // Everybody's environment contains it.
        return Eventually.HoldsAsync(() =>
        {
            var left = Of(run);
            foreach (var process in left.Keys)
            {
                Signals.Send(process, Signals.Kill);
            }
            return Task.FromResult(left.Count == 0);
        }, $"no process of {run} is left", Patience, () => Task.FromResult(string.Join('\n', Of(run))));
    }

    /// <summary>Null when the process has no such variable, or is gone. A zombie has none.</summary>
    public static string? Mark(int process, string variable) =>
        Variables(process).FirstOrDefault(entry => entry.StartsWith(variable + "=", StringComparison.Ordinal))?[(variable.Length + 1)..];

    private static string[] Variables(int process)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/environ")).Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
