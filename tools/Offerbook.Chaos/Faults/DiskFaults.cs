using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Disks that are full: the database's, on which the journals lie, and an agent's.</summary>
internal static class DiskFaults
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(12);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("database-disk-full", [25], Hold, cluster =>
            cluster.Database is not null, setting => Task.FromResult(Fill(setting.Cluster.Database!))),
        new("agent-disk-full", [25], Hold, _ => true, setting => Task.FromResult(Fill(setting.Any(setting.Cluster.Agents)))),
    ];

    private static MadeFault Fill(Part part)
    {
        part.MayExit = true;
        var disk = ChaosCluster.DiskOf(part)!;
        var bytes = SmallDisk.Fill(disk);
        return new MadeFault($"the disk of {part.Name} filled with {bytes >> 20} MiB", async () =>
        {
            SmallDisk.Free(disk);
            await part.StartAsync();
        })
        {
            LostHosts = part.Role == Role.Agent ? [part.Machine.Name] : [],
            EndsTasks = part.Role == Role.Agent, // What cannot be written down is not kept alive.
        };
    }
}
