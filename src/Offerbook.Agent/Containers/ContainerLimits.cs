using Mesos.V1;

namespace Offerbook.Agent.Containers;

/// <summary>
/// What a container may use of the machine. A request drives its share when the machine is busy, a limit is never passed
/// (semantics 4.8). Everything is null where nothing is asked for.
/// </summary>
/// <param name="Cpus">Processors asked for: its weight against others.</param>
/// <param name="CpuLimit">Processors that it can never use more of; null or infinity: none.</param>
/// <param name="MemoryMegabytes">Memory asked for: what it keeps when the machine runs short.</param>
/// <param name="MemoryLimitMegabytes">Memory beyond which it is ended; null or infinity: none.</param>
/// <param name="DiskMegabytes">Disk that its sandbox may hold; watched, and enforced where the agent is told to.</param>
public sealed record ContainerLimits(
    double? Cpus = null, double? CpuLimit = null, double? MemoryMegabytes = null, double? MemoryLimitMegabytes = null,
    double? DiskMegabytes = null)
{
    public static readonly ContainerLimits None = new();

    /// <param name="resources">What was asked for; reserved and revocable parts add up, volumes are no part of the sandbox's disk.</param>
    /// <param name="limits">By name, as <c>cpus</c> and <c>mem</c>; infinity is allowed.</param>
    public static ContainerLimits Of(IEnumerable<Resource> resources, IEnumerable<KeyValuePair<string, Value.Types.Scalar>> limits)
    {
        double? cpus = null, memory = null, disk = null;
        foreach (var resource in resources)
        {
            switch (resource.Name)
            {
                case "cpus":
                    cpus = (cpus ?? 0) + resource.Scalar.Value;
                    break;
                case "mem":
                    memory = (memory ?? 0) + resource.Scalar.Value;
                    break;
                case "disk" when resource.Disk?.Persistence is null:
                    disk = (disk ?? 0) + resource.Scalar.Value;
                    break;
            }
        }
        double? cpuLimit = null, memoryLimit = null;
        foreach (var (name, value) in limits)
        {
            cpuLimit = name == "cpus" ? value.Value : cpuLimit;
            memoryLimit = name == "mem" ? value.Value : memoryLimit;
        }
        return new ContainerLimits(cpus, cpuLimit, memory, memoryLimit, disk);
    }
}
