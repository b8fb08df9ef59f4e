using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Parts;

/// <summary>ZooKeeper servers of Debian's package, run as its own script runs them but with a small heap.</summary>
internal static class ZooKeeperPlan
{
    private const string Archive = "/usr/share/java/zookeeper.jar";

    /// <exception cref="HostException">The package is not installed.</exception>
    public static ChildStart Server(Machine machine, IReadOnlyList<Machine> ensemble)
    {
        if (!File.Exists(Archive))
        {
            throw new HostException($"{Archive} is missing: install the package zookeeper");
        }
        var number = ensemble.ToList().IndexOf(machine) + 1;
        var data = Directory.CreateDirectory(Path.Combine(machine.Directory, "data")).FullName;
        File.WriteAllText(Path.Combine(data, "myid"), $"{number}\n");
        var configuration = Path.Combine(machine.Directory, "zoo.cfg");
        File.WriteAllLines(configuration,
        [
            "tickTime=500", "initLimit=20", "syncLimit=6", $"dataDir={data}", $"clientPort={PartPlan.ZooKeeperPort}",
            $"clientPortAddress={machine.Address}",
            "admin.enableServer=false", "4lw.commands.whitelist=ruok,srvr", "maxClientCnxns=0",
            .. ensemble.Select((server, index) => $"server.{index + 1}={server.Address}:2888:3888"),
        ]);
        return new ChildStart("java",
        [
            "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.admin.enableServer=false", "-cp", Archive,
            "org.apache.zookeeper.server.quorum.QuorumPeerMain", configuration,
        ]);
    }
}
