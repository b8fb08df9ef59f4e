using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Parts;

/// <summary>The command lines of all parts.</summary>
internal sealed class PartPlan(string program, Site site, Layout layout)
{
    public const int MasterPort = 5050;
    public const int AgentPort = 5051;
    public const int AppsPort = 8080;
    public const int BatchPort = 8082;
    public const int ZooKeeperPort = 2181;
    public const int DatabasePort = 5432;

    /// <summary>Machines by the part that runs there.</summary>
    public required IReadOnlyDictionary<string, Machine> Machines { get; init; }

    public ChildStart Master(Machine machine) => Ours(machine, [
        "master", "--listen", machine.Address, "--port", $"{MasterPort}", "--advertise_ip", machine.Address, "--hostname", machine.Address,
        $"--agent_ping_timeout={Timing.Ping.TotalSeconds}secs", $"--max_agent_ping_timeouts={Timing.Pings}",
        $"--agent_reregister_timeout={Timing.AgentLoss.TotalSeconds}secs", $"--recovery_agent_removal_limit={Timing.RemovalLimit}%",
        .. Standing("masters", machine, "master", layout.Masters, "secs", 1)]);

    public ChildStart Apps(Machine machine) => Ours(machine, [
        "apps", "--listen", machine.Address, "--port", $"{AppsPort}", "--hostname", machine.Address, .. MasterFlags(),
        .. Standing("apps", machine, "apps", layout.Apps, "", 1_000)]);

    public ChildStart Batch(Machine machine) => Ours(machine, [
        "batch", "--listen", machine.Address, "--port", $"{BatchPort}", .. MasterFlags(),
        .. Standing("batch", machine, "batch", layout.Batches, "", 1_000)]);

    public ChildStart Agent(Machine machine, string directory) => Ours(machine, [
        "agent", "--ip", machine.Address, "--port", $"{AgentPort}", "--hostname", machine.Address, "--advertise_ip", machine.Address,
        "--work_dir", directory, "--resources", "cpus:64;mem:65536;disk:65536;ports:[21000-21999]", "--cgroups_root",
        ControlGroups.RootOf(machine.Name),
        .. layout.HasEngines ? ["--containerizers=mesos,docker", "--docker_socket=" + EnginePlan.SocketOf(machine)] : Array.Empty<string>(),
        .. MasterFlags()]);

    /// <summary>Agents and frameworks find the leader through the election, or know the only one.</summary>
    private string[] MasterFlags() =>
        ["--master", layout.HasElection ? ZooKeepers("masters") : $"http://{Of("master").Single().Address}:{MasterPort}"];

    /// <summary>Where it stands for election, and where its journal is.</summary>
    /// <param name="count">One alone stands in no election.</param>
    /// <param name="unit">Of the session's time: frameworks count milliseconds, as the original of theirs does.</param>
    private string[] Standing(string path, Machine machine, string database, int count, string unit, int perSecond) => layout.HasElection
        ? [.. count > 1 ? new[] { "--zk", ZooKeepers(path), $"--zk_session_timeout={Timing.Session.TotalSeconds * perSecond}{unit}" } : [],
            "--store", $"postgres://offerbook@{Of("database").Single().Address}:{DatabasePort}/{database}"]
        : ["--data-dir", Path.Combine(machine.Directory, "data")];

    private string ZooKeepers(string path) =>
        $"zk://{string.Join(',', Of("zk").Select(machine => $"{machine.Address}:{ZooKeeperPort}"))}/{path}";

    private IEnumerable<Machine> Of(string kind) =>
        Machines.Where(pair => pair.Key.StartsWith(kind, StringComparison.Ordinal)).Select(pair => pair.Value);

    private ChildStart Ours(Machine machine, string[] arguments) => new(program, arguments)
    {
        Environment = Preloads.Both(site, machine),
    };
}
