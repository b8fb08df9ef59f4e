using Offerbook.Resources;

namespace Offerbook.Agent.Hosting;

/// <summary>
/// What the machine has to give (mesos-semantics section 3): processors, memory less 1 GB, disk less 5 GB, ports 31000 to 32000.
/// </summary>
internal static class HostResources
{
    private const long MegaByte = 1024 * 1024;
    private const double DefaultMegaBytes = 1024;
    private const double MemoryKept = 1024;
    private const double DiskKept = 5 * 1024;
    private const double DefaultDiskMegaBytes = 10 * 1024;
    private const string Ports = "ports:[31000-32000]";

    /// <summary>The resources that <paramref name="text"/> names, and what the machine has of those that it does not name.</summary>
    /// <param name="text">In the text form or as a JSON array of Resource messages.</param>
    /// <exception cref="FormatException">The text is wrong.</exception>
    public static ResourceBag Of(string? text, string workDirectory)
    {
        var reading = ResourceText.Parse(text ?? "");
        if (!reading.IsValid)
        {
            throw new FormatException(
                $"The resources '{text}' are not right: {string.Join("; ", reading.Problems)}. An example: cpus:4;mem:8192;disk:20000;ports:[31000-32000]");
        }
        var bag = reading.Bag;
        if (Unsuitable(bag) is { } problem)
        {
            throw new FormatException($"The resources '{text}' are not right: {problem}");
        }
        foreach (var (name, detected) in new (string, Func<string>)[]
        {
            ("cpus", () => FormattableString.Invariant($"cpus:{Environment.ProcessorCount}")),
            ("mem", () => FormattableString.Invariant($"mem:{Memory():F0}")),
            ("disk", () => FormattableString.Invariant($"disk:{Disk(workDirectory):F0}")),
            ("ports", () => Ports),
        })
        {
            // A resource given as 0 is given: it is not to be detected.
            if (bag.Named(name).IsEmpty && !IsNamed(text, name))
            {
                bag += ResourceBag.Parse(detected());
            }
        }
        return bag;
    }

    /// <summary>What operations make, only operations may make.</summary>
    private static string? Unsuitable(ResourceBag bag)
    {
        var made = bag.Checkpointed();
        return bag.Where(entry => entry.Kind.IsRevocable || made.Contains(entry)).Select(entry =>
            $"{entry} is made by operations or estimates, and cannot be configured").FirstOrDefault();
    }

    private static bool IsNamed(string? text, string name)
    {
        var given = (text ?? "").AsSpan().Trim();
        return given.StartsWith("[")
            ? Newtonsoft.Json.Linq.JArray.Parse(given.ToString()).Any(resource => (string?)resource["name"] == name)
            : given.ToString().Split(';').Any(part => part.Split(':', '(')[0].Trim() == name);
    }

    private static double Memory()
    {
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)MegaByte;
        return total <= 0 ? DefaultMegaBytes : total > 2 * MemoryKept ? total - MemoryKept : total / 2;
    }

    private static double Disk(string workDirectory)
    {
        try
        {
            var total = new DriveInfo(workDirectory).TotalSize / (double)MegaByte;
            return total > 2 * DiskKept ? total - DiskKept : total / 2;
        }
        catch (IOException)
        {
            return DefaultDiskMegaBytes;
        }
    }
}
