using Offerbook.Apps.Core;
using Offerbook.Actors;
using Offerbook.Batch.Core;
using Offerbook.Master;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Finding;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Simulator.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Simulator.Cluster;

/// <summary>
/// A whole cluster under virtual time: masters, agents on their machines, both frameworks. Where there are several of a part they stand
/// in an election, and share a store. The cores are production's; the settings are production's but for what <see cref="ClusterPlan"/>
/// draws.
/// </summary>
public sealed class SimCluster
{
    private readonly List<MasterPort> _masterPorts = [];
    private readonly List<AppsPort> _appsPorts = [];
    private readonly List<BatchPort> _batchPorts = [];
    private readonly SeededRandom _addresses;

    public const string MasterName = "master";
    public const string AppsName = "apps";
    public const string BatchName = "batch";
    public const string ClientName = "client";

    public SimCluster(ulong seed, ClusterPlan plan)
    {
        Plan = plan;
        World = new SimWorld(seed);
        Network = new SimNetwork(World);
        _addresses = World.Seeds.For("addresses");
        if (!plan.HasElections)
        {
            foreach (var name in new[] { MasterName, AppsName, BatchName, ClientName })
            {
                Network.AddHost(name);
            }
        }
        else
        {
            AddHosts(MasterName, plan.Masters);
            AddHosts(AppsName, plan.Apps);
            AddHosts(BatchName, plan.Batches);
            Network.AddHost(ClientName);
            Store = new SimStore(World, Network);
            Coordinator = new SimCoordinator(World, Network, plan.SessionTimeout);
        }
        var seats = new SeatMaker(this);
        Masters = seats.Make<MasterMessage, MasterPort>(MasterName, plan.Masters, SeatMaker.MasterPath, SeatMaker.MasterFormat, "master",
            NewMaster,
            name => new MasterPort(World, Network, name), port => port.Perform, (port, node, seat) =>
                port.Attach(node, seat), _masterPorts);
        for (var i = 1; i <= plan.Agents; i++)
        {
            Machines.Add(new SimMachine(this, "agent-" + i));
        }
        AppsRole = seats.Make<AppsMessage, AppsPort>(AppsName, plan.Apps, SeatMaker.AppsPath, SeatMaker.FrameworkFormat, "apps", NewApps,
            name => new AppsPort(World, Network, name, FindMaster(name), Machine), port => port.Perform, (port, node, seat) =>
                port.Attach(node, seat), _appsPorts);
        BatchRole = seats.Make<BatchMessage, BatchPort>(BatchName, plan.Batches, SeatMaker.BatchPath, SeatMaker.FrameworkFormat, "batch",
            NewBatch,
            name => new BatchPort(Network, name, FindMaster(name)), port => port.Perform, (port, node, seat) =>
                port.Attach(node, seat), _batchPorts);
        Frameworks = [.. AppsRole.Processes, .. BatchRole.Processes];
        Processes = [.. Masters.Processes, .. Machines.Select(machine => machine.Agent), .. Frameworks];
    }

    public ClusterPlan Plan { get; }

    public SimWorld World { get; }

    public SimNetwork Network { get; }

    /// <summary>What those who are elected write to; null in a cluster without elections.</summary>
    public SimStore? Store { get; }

    public SimCoordinator? Coordinator { get; }

    public SimRole<MasterMessage> Masters { get; }

    /// <summary>The leading master.</summary>
    public SimNode<MasterMessage> Master => Masters.Leader;

    public IReadOnlyList<MasterPort> MasterPorts => _masterPorts;

    public List<SimMachine> Machines { get; } = [];

    public SimRole<AppsMessage> AppsRole { get; }

    /// <summary>Whoever leads of Apps.</summary>
    public SimNode<AppsMessage> Apps => AppsRole.Leader;

    public IReadOnlyList<AppsPort> AppsPorts => _appsPorts;

    public AppsPort AppsPort => _appsPorts[IndexOf(AppsRole)];

    public SimRole<BatchMessage> BatchRole { get; }

    /// <summary>Whoever leads of Batch.</summary>
    public SimNode<BatchMessage> Batch => BatchRole.Leader;

    public IReadOnlyList<BatchPort> BatchPorts => _batchPorts;

    /// <summary>Everybody who stands in an election.</summary>
    public IEnumerable<ISeat> Seats => [.. Masters.Seats, .. AppsRole.Seats, .. BatchRole.Seats];

    /// <summary>Those who follow the election of masters.</summary>
    public List<DetectedLeader> Detectors { get; } = [];

    /// <summary>Every process of the cluster: the master, the agents, the frameworks.</summary>
    public IReadOnlyList<SimProcess> Processes { get; }

    public IReadOnlyList<SimProcess> Frameworks { get; }

    public AppsCore? AppsCore => (AppsCore?)Apps.Core;

    /// <summary>Ids of an app's or pod's tasks whose processes run.</summary>
    public IReadOnlyList<string> RunningTasks(string app)
    {
        var prefix = app[1..].Replace('/', '_') + ".";
        return Machines.SelectMany(machine => machine.Containers.All)
            .Where(container => container is { IsRunning: true, IsHolder: false }
                && container.Task.Value.StartsWith(prefix, StringComparison.Ordinal))
            .Select(container => container.Task.Value).ToList();
    }

    /// <summary>One of the machines that a client may ask of a part: any of them, when there are several.</summary>
    public string AddressOf<TMessage>(SimRole<TMessage> role) where TMessage : class =>
        role.Processes.Count == 1 ? role.Processes[0].Name : _addresses.Pick(role.Processes).Name;

    /// <summary>How somebody on a machine knows where the master is.</summary>
    public LeaderFinder FindMaster(string host)
    {
        if (Plan.Masters == 1)
        {
            return new OnlyLeader(MasterName);
        }
        if (_addresses.Next(10) >= Plan.TenthsThatDetect)
        {
            return new ListedLeader([.. Masters.Processes.Select(process => process.Name)], _addresses.Next(Plan.Masters));
        }
        var detector = new DetectedLeader(Network, Coordinator!, host, SeatMaker.MasterPath, SeatMaker.MasterFormat);
        Detectors.Add(detector);
        return detector;
    }

    private static int IndexOf<TMessage>(SimRole<TMessage> role) where TMessage : class
    {
        var leader = role.Leader;
        for (var i = 0; i < role.Nodes.Count; i++)
        {
            if (ReferenceEquals(role.Nodes[i], leader))
            {
                return i;
            }
        }
        return 0;
    }

    private void AddHosts(string name, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            Network.AddHost(count == 1 ? name : $"{name}-{i}");
        }
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

    /// <summary>Which program a machine runs from its next start on; this one where nothing is said.</summary>
    public SortedDictionary<string, FormatSupport> Builds { get; } = new(StringComparer.Ordinal);

    /// <summary>What a machine's program can read and write.</summary>
    public FormatSupport BuildOf(string host) => Builds.GetValueOrDefault(host, FormatSupport.OfThisBuild);

    public MasterSettings MasterSettings(string host) => new()
    {
        Format = BuildOf(host),
        AgentPingInterval = Plan.AgentPingInterval,
        AgentReregisterTimeout = Plan.AgentReregisterTimeout,
        SnapshotInterval = Plan.SnapshotEvery,
        AgentRemovalRateLimit = Plan.AgentRemovals,
    };

    public MasterCore NewMaster(string host, SeededRandom random) => new(MasterSettings(host), random);

    public BatchCore NewBatch(string host, SeededRandom random) =>
        new(new BatchSettings { EventsPerSnapshot = Plan.SnapshotEvery, Format = BuildOf(host) }, random);

    public AppsSettings AppsSettings(string host) => new() { EventsPerSnapshot = Plan.SnapshotEvery, Format = BuildOf(host) };

    public AppsCore NewApps(string host, SeededRandom random) => new(AppsSettings(host), random);
}
