using System.Globalization;
using System.Text.RegularExpressions;
using Offerbook.Resources;

namespace Offerbook.Cli.Local;

/// <summary>
/// What each agent of a local cluster offers. All agents share one machine, so host ports are dealt out: agent i gets the i-th
/// slice of the range. Unless resources are given, the machine's CPUs, memory and disk are shared evenly too.
/// </summary>
internal static partial class LocalResources
{
    private const string DefaultPorts = "[31000-32000]";

    /// <summary>Left to the system: what an agent that detects its resources leaves, too.</summary>
    private const long SystemMemoryMb = 1024;

    private const long SystemDiskMb = 5 * 1024;

    /// <returns>A text for each agent; null lets the only agent detect everything.</returns>
    public static IReadOnlyList<string?> PerAgent(LocalOptions options)
    {
        if (options.AgentResources is { } given && ResourceText.Parse(given) is { IsValid: false } reading)
        {
            throw new CliException(ExitCode.BadInput, $"--agent-resources: {string.Join("; ", reading.Problems)}",
                "write it as 'cpus:4;mem:2048;disk:4096;ports:[31000-32000]'");
        }
        if (options.Agents == 1)
        {
            return [options.AgentResources];
        }
        var parts = (options.AgentResources ?? Shared(options))
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var rest = parts.Where(part => !part.StartsWith("ports:", StringComparison.Ordinal)).ToList();
        var ports = parts.FirstOrDefault(part => part.StartsWith("ports:", StringComparison.Ordinal))?["ports:".Length..] ?? DefaultPorts;
        return [.. Enumerable.Range(0,
            options.Agents).Select(agent => string.Join(';', rest.Append("ports:" + Slice(ports, agent, options.Agents))))];
    }

    private static string Shared(LocalOptions options)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024);
        var disk = new DriveInfo(Path.GetPathRoot(options.DataDirectory)!).AvailableFreeSpace / (1024 * 1024);
        return string.Create(CultureInfo.InvariantCulture,
            $"cpus:{(double)Environment.ProcessorCount / options.Agents:0.###};"
            + $"mem:{Math.Max(memory - SystemMemoryMb, memory / 2) / options.Agents};"
            + $"disk:{Math.Max(disk - SystemDiskMb, disk / 2) / options.Agents}");
    }

    private static string Slice(string ports, int agent, int agents)
    {
        var match = OneRange().Match(ports);
        if (!match.Success)
        {
            throw new CliException(ExitCode.BadInput, $"with several agents, ports must be one range, not '{ports}'",
                "for instance ports:[31000-32999]");
        }
        var first = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var count = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) - first + 1;
        if (count < agents)
        {
            throw new CliException(ExitCode.BadInput, $"ports {ports} are too few for {agents} agents", "give a longer range");
        }
        var size = count / agents;
        return $"[{first + (agent * size)}-{first + ((agent + 1) * size) - 1}]";
    }

    [GeneratedRegex(@"^\[(\d{1,5})-(\d{1,5})\]$")]
    private static partial Regex OneRange();
}
