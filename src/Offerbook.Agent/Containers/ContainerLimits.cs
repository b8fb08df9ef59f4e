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
    double? Cpus = null, double? CpuLimit = null, double? MemoryMegabytes = null, double? MemoryLimitMegabytes = null, double? DiskMegabytes = null)
{
    public static readonly ContainerLimits None = new();
}
