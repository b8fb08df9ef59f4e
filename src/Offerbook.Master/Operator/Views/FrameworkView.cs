using System.Collections.Immutable;
using Mesos.V1;
using Offerbook.Master.Frameworks.Constraints;
using Offerbook.Master.Offers;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Operator.Views;

/// <summary>A framework at one moment. What it uses is the sum over agents: <see cref="ClusterSums.UsedBy"/>.</summary>
/// <param name="UnregisteredTime">Set when the framework is completed.</param>
public sealed record FrameworkView(
    FrameworkId Id,
    FrameworkInfo Info,
    bool MultiRole,
    IReadOnlyList<string> Roles,
    ImmutableArray<string> SuppressedRoles,
    ConstraintSet Constraints,
    bool Connected,
    bool Recovered,
    DateTimeOffset RegisteredTime,
    DateTimeOffset ReregisteredTime,
    DateTimeOffset? UnregisteredTime,
    BlockList<TaskModel> Tasks,
    BlockList<TaskModel> UnreachableTasks,
    BlockList<TaskModel> CompletedTasks,
    BlockList<LiveOffer> Offers,
    FrameworkCountersView Counters)
{
    private ResourceBag? _offered;

    /// <summary>It takes part in allocation.</summary>
    public bool Active => Connected;

    /// <summary>The sum of its offers.</summary>
    public ResourceBag Offered => _offered ??= Sum();

    private ResourceBag Sum()
    {
        var sum = ResourceBag.Empty;
        foreach (var offer in Offers)
        {
            sum += offer.Resources;
        }
        return sum;
    }
}

public sealed record FrameworkCountersView(
    EnumCountsView<CallType> Calls,
    EnumCountsView<EventType> Events,
    EnumCountsView<OperationType> Operations,
    EnumCountsView<TaskState> TerminalTasks,
    long OffersSent,
    long OffersAccepted,
    long OffersDeclined,
    long OffersRescinded);
