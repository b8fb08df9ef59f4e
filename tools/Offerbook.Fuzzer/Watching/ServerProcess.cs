using System.Globalization;

namespace Offerbook.Fuzzer.Watching;

/// <summary>What the kernel says of the master, when it runs on this machine.</summary>
public sealed class ServerProcess(int port, int? process)
{
    /// <summary>Resident memory in MiB; null when the process is not known.</summary>
    public double? ResidentMiB()
    {
        try
        {
            var line = process is null
                ? null : File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null
                ? null : double.Parse(line[6..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return null; // It has ended.
        }
    }

    /// <summary>Connections that the master's end has not closed.</summary>
    public int OpenConnections() => new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines).Count(IsOpen);

    /// <summary>Lines are <c>sl local_address rem_address st …</c>, in hexadecimal; 01 is ESTABLISHED, 08 CLOSE_WAIT.</summary>
    private bool IsOpen(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 3 && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal) && fields[3] is "01" or "08";
    }
}
