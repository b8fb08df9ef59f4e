using System.Globalization;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Cluster;

/// <summary>A machine that runs an agent: the agent's process, its journal, and the containers that outlive it.</summary>
public sealed class SimMachine
{
    private readonly SimCluster _cluster;
    private readonly string _address;
    private int _boots = 1;

    public SimMachine(SimCluster cluster, string name)
    {
        var (world, network, plan) = (cluster.World, cluster.Network, cluster.Plan);
        (_cluster, Name) = (cluster, name);
        _address = network.AddHost(name).Address;
        Rack = int.Parse(name[(name.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture) % 2 == 1 ? "a" : "b";
        Containers = new SimContainers(world, name);
        Executors = new SimExecutors(world, Containers);
        var port = new AgentPort(network, name, cluster.FindMaster(name), Containers, Executors, Volumes);
        Total = plan;
        Agent = new SimNode<AgentMessage>(name, world, NewAgent, port.Perform, new SimJournal());
        port.Attach(Agent, network);
        Port = port;
    }

    public string Name { get; }

    /// <summary>What its agent says of where it stands: a or b.</summary>
    public string Rack { get; }

    public SimContainers Containers { get; }

    public SimVolumes Volumes { get; } = new();

    public SimExecutors Executors { get; }

    public SimNode<AgentMessage> Agent { get; }

    public AgentPort Port { get; }

    public ClusterPlan Total { get; }

    /// <summary>
    /// Power off and on: the agent dies and so does every container, leaving no exit status. The end of what was written may be lost.
    /// </summary>
    public void Reboot()
    {
        Agent.Crash("the machine is restarted");
        Agent.LosePower();
        Containers.Reboot();
        _boots++;
    }

    /// <summary>A reboot with a new disk: the agent does not know any more who it was.</summary>
    public void Replace()
    {
        Reboot();
        Agent.Journal!.Wipe();
        Containers.Wipe();
        Volumes.Wipe();
    }

    public AgentCore NewAgent(SeededRandom random) => new(Settings(Total), random);

    private AgentSettings Settings(ClusterPlan plan)
    {
        var info = new AgentInfo { Hostname = Name, Port = 5051 };
        info.Attributes.Add(
            new Mesos.V1.Attribute { Name = "rack", Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = Rack } });
        info.Resources.Add(Scalar("cpus", plan.CpusMilli / 1000.0 * plan.Overstatement));
        info.Resources.Add(Scalar("mem", plan.MemMegabytes));
        info.Resources.Add(Scalar("disk", 100_000));
        info.Resources.Add(new Resource
        {
            Name = "ports",
            Type = Value.Types.Type.Ranges,
            Ranges = new Value.Types.Ranges
            {
                Range = { new Value.Types.Range { Begin = ClusterPlan.FirstPort, End = (ulong)(ClusterPlan.FirstPort + plan.Ports - 1) } },
            },
        });
        return new AgentSettings(info, _address, $"{Name} boot {_boots}") { SnapshotEvery = plan.SnapshotEvery,
            Format = _cluster.BuildOf(Name) };
    }

    private static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
}
