using Offerbook.Resources;

namespace Offerbook.Agent.Docker;

/// <summary>The resources of a task that matter to an engine besides its limits.</summary>
internal static class DockerResources
{
    /// <summary>Whole ones: the master refuses parts of them.</summary>
    public static int Gpus(ResourceBag bag) =>
        (int)(bag.Where(entry => entry.Name == "gpus").Sum(entry => entry.Value.Scalar.Milli) / 1000);

    public static bool HasPort(ResourceBag bag, uint port) => bag.Any(entry => entry.Name == "ports" && entry.Value.Ranges.Contains(port));
}
