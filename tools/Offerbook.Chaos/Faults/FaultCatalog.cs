namespace Offerbook.Chaos.Faults;

/// <summary>All faults, in the order of the matrix's rows as far as they are there.</summary>
internal static class FaultCatalog
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        .. ProcessFaults.All, .. ElectionFaults.All, .. AgentFaults.All, .. NetworkFaults.All, .. DelayFaults.All, .. DatabaseFaults.All,
        .. DiskFaults.All, .. RecordFaults.All, .. RecoveryFaults.All, .. EngineFaults.All, .. ClockFaults.All, .. ClientFaults.All,
        .. RepeatFaults.All, .. BuildFaults.All,
    ];

    public static Fault? Find(string name) => All.FirstOrDefault(fault => fault.Name == name);
}
