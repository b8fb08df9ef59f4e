using System.Globalization;

namespace Offerbook.Wire.Metrics;

/// <summary>What the metrics say of the machine. On machines without /proc they are absent.</summary>
public static class SystemMetrics
{
    public static void AddTo(IMetricSink sink)
    {
        foreach (var (name, value) in Read())
        {
            sink.Add(MetricKind.Gauge, "system/" + name, value, name.EndsWith("_total", StringComparison.Ordinal) ? "system_cpus" : null);
        }
    }

    public static IReadOnlyList<(string Name, double Value)> Read()
    {
        var values = new List<(string, double)> { ("cpus_total", Environment.ProcessorCount) };
        if (!OperatingSystem.IsLinux())
        {
            return values;
        }
        var load = File.ReadAllText("/proc/loadavg").Split(' ');
        values.Add(("load_1min", double.Parse(load[0], CultureInfo.InvariantCulture)));
        values.Add(("load_5min", double.Parse(load[1], CultureInfo.InvariantCulture)));
        values.Add(("load_15min", double.Parse(load[2], CultureInfo.InvariantCulture)));
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            // "MemTotal:       25276510 kB"
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal) || line.StartsWith("MemFree:", StringComparison.Ordinal))
            {
                var kilobytes = double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
                values.Add((line[3] == 'T' ? "mem_total_bytes" : "mem_free_bytes", kilobytes * 1024));
            }
        }
        return values;
    }
}
