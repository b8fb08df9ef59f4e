using Offerbook.Apps.Core;
using Offerbook.Actors;
using Offerbook.Batch.Core;
using Offerbook.Master;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Cluster;

/// <summary>
/// A whole cluster under virtual time: one master, agents on their machines, both frameworks. The cores are production's; the
/// settings are production's but for what <see cref="ClusterPlan"/> draws.
/// </summary>
public sealed class SimCluster
{
    public const string MasterName = "master";
    public const string AppsName = "apps";
    public const string BatchName = "batch";
    public const string ClientName = "client";

    public SimCluster(ulong seed, ClusterPlan plan)
    {
        Plan = plan;
        World = new SimWorld(seed);
        Network = new SimNetwork(World);
        foreach (var name in new[] { MasterName, AppsName, BatchName, ClientName })
        {
            Network.AddHost(name);
        }
        MasterPort = new MasterPort(World, Network, MasterName);
        Master = new SimNode<MasterMessage>(MasterName, World, NewMaster, MasterPort.Perform, new SimJournal());
        MasterPort.Attach(Master);
        for (var i = 1; i <= plan.Agents; i++)
        {
            Machines.Add(new SimMachine(World, Network, "agent-" + i, plan));
        }
        AppsPort = new AppsPort(World, Network, AppsName, MasterName, Machine);
        Apps = new SimNode<AppsMessage>(AppsName, World, NewApps, AppsPort.Perform, new SimJournal());
        AppsPort.Attach(Apps);
        BatchPort = new BatchPort(Network, BatchName, MasterName);
        Batch = new SimNode<BatchMessage>(BatchName, World, NewBatch, BatchPort.Perform, new SimJournal());
        BatchPort.Attach(Batch);
        Frameworks = [Apps, Batch];
        Processes = [Master, .. Machines.Select(machine => machine.Agent), .. Frameworks];
    }

    public ClusterPlan Plan { get; }

    public SimWorld World { get; }

    public SimNetwork Network { get; }

    public SimNode<MasterMessage> Master { get; }

    public MasterPort MasterPort { get; }

    public List<SimMachine> Machines { get; } = [];

    public SimNode<AppsMessage> Apps { get; }

    public AppsPort AppsPort { get; }

    public SimNode<BatchMessage> Batch { get; }

    public BatchPort BatchPort { get; }

    /// <summary>Every process of the cluster: the master, the agents, the frameworks.</summary>
    public IReadOnlyList<SimProcess> Processes { get; }

    public IReadOnlyList<SimProcess> Frameworks { get; }

    public AppsCore? AppsCore => (AppsCore?)Apps.Core;

    /// <summary>Ids of an app's or pod's tasks whose processes run.</summary>
    public IReadOnlyList<string> RunningTasks(string app)
    {
        var prefix = app[1..].Replace('/', '_') + ".";
        return Machines.SelectMany(machine => machine.Containers.All)
            .Where(container => container is { IsRunning: true, IsHolder: false } && container.Task.Value.StartsWith(prefix, StringComparison.Ordinal))
            .Select(container => container.Task.Value).ToList();
    }

    public void Start()
    {
        foreach (var process in Processes)
        {
            process.Start();
        }
    }

    /// <summary>Kills a process and starts it again after a while.</summary>
    public void Bounce(SimProcess process, TimeSpan down, string why = "kill -9")
    {
        if (process.IsUp)
        {
            process.Crash(why);
            StartLater(process, down);
        }
    }

    public void StartLater(SimProcess process, TimeSpan after) => World.Schedule(after, null, () =>
    {
        if (!process.IsUp)
        {
            process.Start();
        }
    });

    private SimContainers? Machine(string host)
    {
        foreach (var machine in Machines)
        {
            if (machine.Name == host)
            {
                return machine.Containers;
            }
        }
        return null;
    }

    public MasterSettings MasterSettings => new()
    {
        AgentPingInterval = Plan.AgentPingInterval,
        AgentReregisterTimeout = Plan.AgentReregisterTimeout,
        SnapshotInterval = Plan.SnapshotEvery,
    };

    public MasterCore NewMaster(SeededRandom random) => new(MasterSettings, random);

    public BatchCore NewBatch(SeededRandom random) => new(new BatchSettings { EventsPerSnapshot = Plan.SnapshotEvery }, random);

    public AppsSettings AppsSettings => new() { EventsPerSnapshot = Plan.SnapshotEvery };

    public AppsCore NewApps(SeededRandom random) => new(AppsSettings, random);
}
