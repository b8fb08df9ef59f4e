using System.Collections.Immutable;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Operator.Views;

/// <summary>The state of the master at one moment, immutable: what every read endpoint is rendered from, on any thread.</summary>
/// <param name="Started">When this master began to serve; it leads from then on.</param>
/// <param name="Agents">Registered ones, in the order of their registration.</param>
/// <param name="RecoveredAgents">Known from the journal and awaited.</param>
/// <param name="CompletedFrameworks">Oldest first.</param>
/// <param name="Counters">Without the prefix <c>master/</c>, sorted by name.</param>
public sealed record MasterView(
    MasterSettings Settings,
    MasterInfo Master,
    Now Taken,
    Now Started,
    ImmutableArray<AgentView> Agents,
    ImmutableArray<AgentInfo> RecoveredAgents,
    int UnreachableAgents,
    ImmutableArray<FrameworkView> Frameworks,
    ImmutableArray<FrameworkView> CompletedFrameworks,
    int OffersOut,
    long AllocationRuns,
    AllocatorView Allocator,
    ImmutableArray<KeyValuePair<string, long>> Counters,
    OperatorView Operator);

/// <param name="Deactivated">An operator wants it to get no offers.</param>
/// <param name="Drain">Set when it is draining or drained.</param>
/// <param name="Used">By framework, with allocation roles.</param>
public sealed record AgentView(
    AgentId Id,
    AgentInfo Info,
    string Pid,
    string Version,
    bool Connected,
    bool Deactivated,
    DrainInfo? Drain,
    DateTimeOffset? DrainStarted,
    DateTimeOffset RegisteredTime,
    DateTimeOffset? ReregisteredTime,
    ImmutableArray<AgentInfo.Types.Capability> Capabilities,
    ResourceBag Total,
    ImmutableArray<KeyValuePair<FrameworkId, ResourceBag>> Used,
    ResourceBag Offered,
    ImmutableArray<ExecutorView> Executors)
{
    /// <summary>Connected and not deactivated: it may be offered.</summary>
    public bool Active => Connected && !Deactivated;
}

public sealed record ExecutorView(FrameworkId Framework, AgentId Agent, ExecutorInfo Info, ResourceBag Resources);

/// <param name="UnregisteredTime">Set when the framework is completed.</param>
public sealed record FrameworkView(
    FrameworkId Id,
    FrameworkInfo Info,
    bool MultiRole,
    ImmutableArray<string> Roles,
    ImmutableArray<string> SuppressedRoles,
    bool Connected,
    bool Recovered,
    DateTimeOffset RegisteredTime,
    DateTimeOffset ReregisteredTime,
    DateTimeOffset? UnregisteredTime,
    ImmutableArray<TaskModel> Tasks,
    ImmutableArray<TaskModel> UnreachableTasks,
    ImmutableArray<TaskModel> CompletedTasks,
    ImmutableArray<OfferView> Offers,
    ResourceBag Used,
    ResourceBag Offered,
    FrameworkCountersView Counters);

/// <param name="Sent">As the framework got it.</param>
public sealed record OfferView(OfferId Id, FrameworkId Framework, AgentId Agent, string Role, ResourceBag Resources, Offer Sent);

public sealed record FrameworkCountersView(
    ImmutableArray<KeyValuePair<CallType, long>> Calls,
    ImmutableArray<KeyValuePair<EventType, long>> Events,
    ImmutableArray<KeyValuePair<OperationType, long>> Operations,
    ImmutableArray<KeyValuePair<TaskState, long>> TerminalTasks,
    long OffersSent,
    long OffersAccepted,
    long OffersDeclined,
    long OffersRescinded);
