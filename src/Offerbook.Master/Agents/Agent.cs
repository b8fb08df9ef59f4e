using Mesos.V1;
using Offerbook.Master.Offers;
using Offerbook.Master.Operations;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;

namespace Offerbook.Master.Agents;

/// <summary>An agent that has registered and is not lost. It is connected, and active, while it has a <see cref="Stream"/>.</summary>
internal sealed class Agent : Viewed<Agent>
{
    // Made when it is needed: few agents ever have an operation under way.
    private OrderedMap<Guid, LiveOperation>? _operations;

    public Agent(AgentId id)
    {
        Id = id;
        Action touch = Touch;
        Executors = new(touch);
        Offers = new(touch);
    }

    public AgentId Id { get; }

    /// <summary>Never changed in place: views share it. Its id is set.</summary>
    public required AgentInfo Info { get; set => Shown(field = value); }

    public required string Version { get; set => Shown(field = value); }

    /// <summary>The address it speaks from.</summary>
    public required string Ip { get; set => Shown(field = value); }

    public IReadOnlyList<AgentInfo.Types.Capability> Capabilities { get; set => Shown(field = value); } = [];

    public required ResourceBag Total { get; set => Shown(field = value); }

    /// <summary>
    /// Grows on the agent whenever an operation fails there; what is sent to it names the version that it was decided on.
    /// </summary>
    public ulong ResourceVersion { get; set; }

    public DateTimeOffset RegisteredTime { get; init; }

    public DateTimeOffset? ReregisteredTime { get; set => Shown(field = value); }

    public ConnectionId? Stream { get; set => Shown(field = value); }

    public string? StreamId { get; set; }

    public bool Connected => Stream is not null;

    /// <summary>What the registry says when an operator wants the agent to get no offers; null otherwise. Never changed in place.</summary>
    public DeactivatedAgent? Deactivation { get; set => Shown(field = value); }

    /// <summary>Why it can take no new work, as it says itself; null when it can.</summary>
    public string? Degraded { get; set => Shown(field = value); }

    /// <summary>Connected, not deactivated and not degraded: the allocator hands it out.</summary>
    public bool Active => Connected && Deactivation is null && Degraded is null;

    /// <summary>When its machine is planned to be away, which its offers say; null when it is not scheduled.</summary>
    public Unavailability? Unavailability { get; set; }

    /// <summary>Times that it has subscribed at this master.</summary>
    public int Reports { get; set; }

    /// <summary>
    /// The newest of <see cref="Reports"/> after which it has spoken on that stream. A later one may have been on its way for long: a
    /// connection that the agent has given up is no proof that what it said is still so.
    /// </summary>
    public int ProvenReport { get; set; }

    /// <summary>Pings since the last answer. At <see cref="MasterSettings.MaxAgentPingTimeouts"/> the agent is unreachable.</summary>
    public int UnansweredPings { get; set; }

    public OrderedMap<(FrameworkId Framework, TaskId Task), LiveTask> Tasks { get; } = new();

    public OrderedMap<(FrameworkId Framework, ExecutorId Executor), LiveExecutor> Executors { get; }

    public OrderedMap<OfferId, LiveOffer> Offers { get; }

    /// <summary>Bounded by <see cref="MasterSettings.MaxOperationsPerAgent"/>.</summary>
    public OrderedMap<Guid, LiveOperation> Operations => _operations ??= new(Touch);

    public int OperationCount => _operations?.Count ?? 0;

    /// <summary>Kills asked for while the agent was away. Never more than it has tasks.</summary>
    public OrderedMap<(FrameworkId Framework, TaskId Task), KillPolicy?> PendingKills { get; } = new();

    /// <summary>What removed frameworks still hold here.</summary>
    public OrderedMap<(FrameworkId Framework, string What), Remainder> Remains { get; } = new();

    /// <summary>Resources of tasks that are not over, of executors and of <see cref="Remains"/>, by framework; no empty entries.</summary>
    public SortedDictionary<FrameworkId, ResourceBag> Used { get; } = [];

    /// <summary>In the form that clients take apart to address the agent.</summary>
    public string Pid => $"slave(1)@{Ip}:{Info.Port}";

    public void Send(in Turn turn, AgentEvent @event)
    {
        if (Stream is { } stream)
        {
            turn.Send(stream, @event);
        }
    }

    public void Use(FrameworkId framework, ResourceBag resources)
    {
        if (!resources.IsEmpty)
        {
            Used[framework] = Used.TryGetValue(framework, out var used) ? used + resources : resources;
            Touch();
        }
    }

    public void Release(FrameworkId framework, ResourceBag resources)
    {
        if (resources.IsEmpty)
        {
            return;
        }
        var left = Used[framework] - resources;
        if (left.IsEmpty)
        {
            Used.Remove(framework);
        }
        else
        {
            Used[framework] = left;
        }
        Touch();
    }
}

/// <summary>
/// An executor that a framework brought itself and that runs on an agent. Executors that the agent makes for commands are its own affair.
/// </summary>
internal sealed record LiveExecutor(FrameworkId Framework, AgentId Agent, ExecutorInfo Info, ResourceBag Resources);
