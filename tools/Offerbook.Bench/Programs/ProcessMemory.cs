using System.Globalization;

namespace Offerbook.Bench.Programs;

/// <summary>Memory and processor time as the kernel accounts them.</summary>
public static class ProcessMemory
{
    /// <summary>Resident set of a process in MiB.</summary>
    public static double ResidentMiB(int process) => Field($"/proc/{process}/status", "VmRSS:") / 1024.0;

    /// <summary>Proportional set of a process in MiB: pages shared by n processes count for 1/n.</summary>
    public static double ProportionalMiB(int process) => Field($"/proc/{process}/smaps_rollup", "Pss:") / 1024.0;

    /// <summary>
    /// Processor time that a process has used so far, in seconds. Beside a duration from a busy machine it is what can be compared.
    /// </summary>
    public static double CpuSeconds(int process) => CpuSeconds($"/proc/{process}/stat");

    /// <param name="file">The kernel's of a process or of one thread.</param>
    internal static double CpuSeconds(string file)
    {
        // After the name in parentheses, which may hold anything, come the fields from the third on.
        var stat = File.ReadAllText(file);
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        const double ticksPerSecond = 100;
        return (long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture)) / ticksPerSecond;
    }

    /// <summary>Processes whose command line holds a text.</summary>
    public static IReadOnlyList<int> Find(string text) =>
        [.. from entry in Directory.EnumerateDirectories("/proc")
            let id = int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var number) ? number : 0
            where id != 0 && CommandLine(id).Contains(text, StringComparison.Ordinal)
            select id];

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return ""; // It has ended.
        }
    }

    private static double Field(string file, string name)
    {
        var line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
