using Mesos.V1;
using Offerbook.Master.Frameworks.Constraints;
using Offerbook.Master.Offers;
using Offerbook.Master.Operations;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Frameworks;

/// <summary>
/// A framework that is subscribed, or may come back: <see cref="Stream"/> is set while it is connected. After a start of the master
/// it is <see cref="Recovered"/> until it subscribes. Connected frameworks are active.
/// </summary>
internal sealed class Framework : Viewed<Framework>
{
    private uint _capabilities;

    public Framework(FrameworkId id, FrameworkInfo info, MasterSettings settings)
    {
        Id = id;
        Info = info;
        Roles = FrameworkInfoRules.RolesOf(info);
        _capabilities = CapabilitiesOf(info);
        Action touch = Touch;
        Tasks = new TaskTable(touch);
        UnreachableTasks = new TaskHistory(settings.MaxUnreachableTasksPerFramework, settings.MaxTaskHistoryBytes, touch);
        CompletedTasks = new TaskHistory(settings.MaxCompletedTasksPerFramework, settings.MaxTaskHistoryBytes, touch);
        Offers = new(touch);
        Counters = new FrameworkCounters(TouchCounters);
    }

    public FrameworkId Id { get; }

    /// <summary>Never changed in place: views and events share it. Its id is set.</summary>
    public FrameworkInfo Info { get; private set => Shown(field = value); }

    public IReadOnlyList<string> Roles { get; private set; }

    public SortedSet<string> SuppressedRoles { get; } = new(StringComparer.Ordinal);

    public ConnectionId? Stream { get; set => Shown(field = value); }

    public string? StreamId { get; set; }

    public bool Connected => Stream is not null;

    public bool Recovered { get; set => Shown(field = value); }

    public DateTimeOffset RegisteredTime { get; set => Shown(field = value); }

    public DateTimeOffset ReregisteredTime { get; set => Shown(field = value); }

    /// <summary>Counts disconnections, so that the timer of an old one is known to be old.</summary>
    public long DisconnectionEpoch { get; set; }

    /// <summary>When the framework is removed unless it subscribes, in <see cref="Actors.Now.Elapsed"/>; null while connected.</summary>
    public TimeSpan? FailoverDue { get; set; }

    public TaskTable Tasks { get; }

    public TaskHistory UnreachableTasks { get; }

    public TaskHistory CompletedTasks { get; }

    public BlockMap<OfferId, LiveOffer> Offers { get; }

    /// <summary>Those with an id, by id, until their end is acknowledged.</summary>
    public OrderedMap<string, LiveOperation> Operations { get; } = new();

    public FrameworkCounters Counters { get; }

    public bool PartitionAware => Has(FrameworkCapability.PartitionAware);

    public bool MultiRole => Has(FrameworkCapability.MultiRole);

    public bool ReservationRefinement => Has(FrameworkCapability.ReservationRefinement);

    public bool Has(FrameworkCapability capability) => (_capabilities & (1u << (int)capability)) != 0;

    /// <summary>Of the newest subscription or update; after a start of the master none until it subscribes.</summary>
    public ConstraintSet Constraints { get; private set => Shown(field = value); } = ConstraintSet.None;

    /// <summary>Replaces what the framework said before of the offers that it wants.</summary>
    public void Prefer(OfferPreferences preferences)
    {
        SuppressedRoles.Clear();
        SuppressedRoles.UnionWith(preferences.SuppressedRoles);
        Constraints = preferences.Constraints;
    }

    public void Update(FrameworkInfo info)
    {
        Info = info;
        Roles = FrameworkInfoRules.RolesOf(info);
        _capabilities = CapabilitiesOf(info);
    }

    /// <summary>Sends an event if there is a stream; an event for a framework that is away is lost, as its scheduler expects.</summary>
    public void Send(in Turn turn, SchedulerEvent @event)
    {
        if (Stream is { } stream)
        {
            Counters.CountEvent(@event.Type);
            turn.Send(stream, @event);
        }
    }

    /// <summary>The same for many events of one type, which may be made later.</summary>
    public void Send(in Turn turn, SchedulerEvent.Types.Type type, IReadOnlyList<SchedulerEvent> events)
    {
        if (Stream is { } stream && events.Count > 0)
        {
            Counters.CountEvents(type, events.Count);
            turn.Send(stream, events);
        }
    }

    private static uint CapabilitiesOf(FrameworkInfo info)
    {
        var bits = 0u;
        foreach (var capability in info.Capabilities)
        {
            bits |= 1u << (int)capability.Type;
        }
        return bits;
    }
}
