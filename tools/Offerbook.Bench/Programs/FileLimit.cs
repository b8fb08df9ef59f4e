using System.Globalization;
using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Programs;

/// <summary>
/// How many files and sockets a process may have open. .NET raises the soft limit to the hard one by itself; the hard one is the machine's.
/// </summary>
internal static class FileLimit
{
    public static int Hard()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return int.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture, out var limit)
            ? limit : int.MaxValue;
    }

    /// <exception cref="BenchUsageException">The limit is lower than what is needed.</exception>
    public static void Require(int files, string what)
    {
        if (Hard() < files)
        {
            throw new BenchUsageException(
                $"{what} need {files} open files in one process, but this shell's hard limit is {Hard()}: "
                + $"raise it (`ulimit -Hn {files}` as root) or ask for fewer.");
        }
    }
}
