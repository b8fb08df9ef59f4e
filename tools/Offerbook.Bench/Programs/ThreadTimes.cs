namespace Offerbook.Bench.Programs;

/// <summary>Processor time of a process by the names of its threads: which part of a server the load is on.</summary>
internal static class ThreadTimes
{
    /// <returns>Seconds by name, of all threads of that name together. Those that have ended are not in it.</returns>
    public static IReadOnlyDictionary<string, double> Of(int process)
    {
        var times = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                var name = File.ReadAllText(thread + "/comm").Trim();
                times[name] = times.GetValueOrDefault(name) + ProcessMemory.CpuSeconds(thread + "/stat");
            }
            catch (IOException)
            {
                // It has ended.
            }
        }
        return times;
    }
}
