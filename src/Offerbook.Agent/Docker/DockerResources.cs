using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Resources;

namespace Offerbook.Agent.Docker;

/// <summary>The resources of a task that matter to an engine besides its limits.</summary>
internal static class DockerResources
{
    /// <summary>Whole ones: the master refuses parts of them.</summary>
    public static int Gpus(ResourceBag bag) => (int)(bag.Where(entry => entry.Name == "gpus").Sum(entry => entry.Value.Scalar.Milli) / 1000);

    /// <summary>What a task asked for and what it may have at most.</summary>
    public static ContainerLimits Limits(ResourceBag bag, IEnumerable<KeyValuePair<string, Value.Types.Scalar>> limits)
    {
        var most = limits.ToDictionary(limit => limit.Key, limit => limit.Value.Value);
        return new ContainerLimits(Amount(bag, "cpus"), Limit(most, "cpus"), Amount(bag, "mem"), Limit(most, "mem"), Amount(bag, "disk"));
    }

    public static bool HasPort(ResourceBag bag, uint port) => bag.Any(entry => entry.Name == "ports" && entry.Value.Ranges.Contains(port));

    private static double? Amount(ResourceBag bag, string name) =>
        bag.Where(entry => entry.Name == name).Sum(entry => entry.Value.Scalar.Milli) is > 0 and var milli ? milli / 1000.0 : null;

    private static double? Limit(Dictionary<string, double> limits, string name) => limits.TryGetValue(name, out var limit) ? limit : null;
}
