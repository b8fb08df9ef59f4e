using System.Globalization;

namespace Offerbook.Bench.Harness;

internal static class Machine
{
    /// <summary>Of the last minute; figures taken while others use the machine say little. NaN where the kernel does not tell.</summary>
    public static double LoadAverage() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : double.NaN;

    public static string Describe() =>
        $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, .NET {Environment.Version}";
}
