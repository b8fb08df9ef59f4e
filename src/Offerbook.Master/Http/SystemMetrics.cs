using System.Globalization;

namespace Offerbook.Master.Http;

/// <summary>What the metrics say of the machine. On machines without /proc they are absent.</summary>
internal static class SystemMetrics
{
    public static void AddTo(SortedDictionary<string, double> metrics)
    {
        metrics["system/cpus_total"] = Environment.ProcessorCount;
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        var load = File.ReadAllText("/proc/loadavg").Split(' ');
        metrics["system/load_1min"] = double.Parse(load[0], CultureInfo.InvariantCulture);
        metrics["system/load_5min"] = double.Parse(load[1], CultureInfo.InvariantCulture);
        metrics["system/load_15min"] = double.Parse(load[2], CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            // "MemTotal:       25276510 kB"
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal) || line.StartsWith("MemFree:", StringComparison.Ordinal))
            {
                var kilobytes = double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
                metrics[line[3] == 'T' ? "system/mem_total_bytes" : "system/mem_free_bytes"] = kilobytes * 1024;
            }
        }
    }
}
