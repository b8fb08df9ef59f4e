using System.Globalization;

namespace Offerbook.Bench.Harness;

internal static class Machine
{
    /// <summary>Of the last minute; figures taken while others use the machine say little. NaN where the kernel does not tell.</summary>
    public static double LoadAverage() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : double.NaN;

    /// <summary>
    /// Processor time that the machine has spent on anything since it was started, in seconds. NaN where the kernel does not tell.
    /// </summary>
    public static double BusySeconds()
    {
        const double ticksPerSecond = 100;
        const int idle = 4, waiting = 5, firstOfGuests = 9;
        if (!File.Exists("/proc/stat"))
        {
            return double.NaN;
        }
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(1, firstOfGuests - 1).Where(field => field is not (idle or waiting))
            .Sum(field => double.Parse(fields[field], CultureInfo.InvariantCulture)) / ticksPerSecond;
    }

    public static string Describe() =>
        $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, .NET {Environment.Version}";
}
