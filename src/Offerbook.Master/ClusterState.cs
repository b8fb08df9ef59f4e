using System.Net;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master.Agents;
using Offerbook.Master.Allocation;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Operations;
using Offerbook.Master.Operator;
using Offerbook.Master.Operator.Events;
using Offerbook.Master.Registry;
using Offerbook.Wire.Identity;

namespace Offerbook.Master;

/// <summary>What the parts of the core share: the tables, the allocator, the registry. Only the core's thread touches it.</summary>
internal sealed class ClusterState(MasterSettings settings, SeededRandom random)
{
    public MasterSettings Settings { get; } = settings;

    public SeededRandom Random { get; } = random;

    /// <summary>Identity of this start; set before anything is handled.</summary>
    public MasterInfo Master { get; private set; } = Describe(settings, settings.Id ?? random.NextGuid().ToString());

    public string MasterId => Master.Id;

    public Now Started { get; private set; }

    public ClusterRegistry Registry { get; } = new(settings);

    public FrameworkTable Frameworks { get; } = new(settings);

    public AgentTable Agents { get; } = new();

    public Allocator Allocator { get; } = new(settings.Allocator, random.Fork());

    public MasterCounters Counters { get; } = new();

    public OperationTally OperationTally { get; } = new();

    public OperationBook Operations => field ??= new OperationBook(this);

    public OperatorStreams OperatorStreams { get; } = new(settings);

    /// <summary>What waits, after a start, for agents to return.</summary>
    public RecoveryGuard Recovery { get; } = new(settings);

    /// <summary>Registered agents whose machines are in the maintenance schedule.</summary>
    public SortedSet<AgentId> ScheduledAgents { get; } = [];

    /// <summary>Grows whenever <see cref="ScheduledAgents"/> changes.</summary>
    public long ScheduledAgentsVersion { get; set; }

    /// <summary>Deactivated agents on which something has ended in this turn.</summary>
    public SortedSet<AgentId> DrainsToReview { get; } = [];

    /// <summary>Which framework or agent reads a stream.</summary>
    public Dictionary<ConnectionId, StreamOwner> Streams { get; } = [];

    /// <summary>Of the journal, through all terms.</summary>
    public string RegistryId => Registry.LastStart!.RegistryId;

    /// <summary>
    /// Of this term: higher than of all before it in this registry. Agents take no orders from lower ones than they have seen.
    /// </summary>
    public long Epoch { get; private set; }

    /// <summary>Takes an id that no master before had.</summary>
    public void Start(in Turn turn, long epoch)
    {
        Epoch = epoch;
        while (Registry.LastStart?.MasterId == MasterId)
        {
            Master = Describe(Settings, Random.NextGuid().ToString());
        }
        Started = turn.Now;
        Registry.Record(turn, new Wire.Registry.MasterStarted
        {
            MasterId = MasterId, StartedTime = turn.Now.UnixNanoseconds,
            RegistryId = Registry.LastStart is { HasRegistryId: true, RegistryId: var id } ? id : Random.NextGuid().ToString(),
        });
    }

    /// <summary>Who a master with this id is, for its node in an election and for everybody who asks it.</summary>
    public static MasterInfo Describe(MasterSettings settings, string id) => new()
    {
        Domain = settings.Domain,
        Id = id,
        // The address in network order, read as a number on a little-endian machine: 127.0.0.1 is 16777343.
        Ip = BitConverter.ToUInt32(IPAddress.Parse(settings.Ip).MapToIPv4().GetAddressBytes()),
        Port = (uint)settings.Port,
        Pid = $"master@{settings.Ip}:{settings.Port}",
        Hostname = settings.Hostname,
        Version = MasterSettings.ApiVersion,
        Address = new Address { Hostname = settings.Hostname, Ip = settings.Ip, Port = settings.Port },
        Capabilities =
        {
            new MasterInfo.Types.Capability { Type = MasterInfo.Types.Capability.Types.Type.AgentUpdate },
            new MasterInfo.Types.Capability { Type = MasterInfo.Types.Capability.Types.Type.AgentDraining },
            new MasterInfo.Types.Capability { Type = MasterInfo.Types.Capability.Types.Type.QuotaV2 },
        },
    };
}

/// <summary>Exactly one is set.</summary>
internal readonly record struct StreamOwner(FrameworkId? Framework, AgentId? Agent);
