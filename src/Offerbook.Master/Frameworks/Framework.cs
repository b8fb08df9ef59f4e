using Mesos.V1;
using Offerbook.Master.Offers;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Frameworks;

/// <summary>
/// A framework that is subscribed, or may come back: <see cref="Stream"/> is set while it is connected. After a start of the master
/// it is <see cref="Recovered"/> until it subscribes. Connected frameworks are active.
/// </summary>
internal sealed class Framework(FrameworkId id, FrameworkInfo info, MasterSettings settings)
{
    private uint _capabilities = CapabilitiesOf(info);

    public FrameworkId Id { get; } = id;

    /// <summary>Never changed in place: views and events share it. Its id is set.</summary>
    public FrameworkInfo Info { get; private set; } = info;

    public IReadOnlyList<string> Roles { get; private set; } = FrameworkInfoValidator.RolesOf(info);

    public SortedSet<string> SuppressedRoles { get; } = new(StringComparer.Ordinal);

    public ConnectionId? Stream { get; set; }

    public string? StreamId { get; set; }

    public bool Connected => Stream is not null;

    public bool Recovered { get; set; }

    public DateTimeOffset RegisteredTime { get; set; }

    public DateTimeOffset ReregisteredTime { get; set; }

    /// <summary>Counts disconnections, so that the timer of an old one is known to be old.</summary>
    public long DisconnectionEpoch { get; set; }

    /// <summary>When the framework is removed unless it subscribes, in <see cref="Actors.Now.Elapsed"/>; null while connected.</summary>
    public TimeSpan? FailoverDue { get; set; }

    public OrderedMap<TaskId, LiveTask> Tasks { get; } = new();

    public TaskHistory UnreachableTasks { get; } = new(settings.MaxUnreachableTasksPerFramework);

    public TaskHistory CompletedTasks { get; } = new(settings.MaxCompletedTasksPerFramework);

    public OrderedMap<OfferId, LiveOffer> Offers { get; } = new();

    public FrameworkCounters Counters { get; } = new();

    public bool PartitionAware => Has(FrameworkCapability.PartitionAware);

    public bool MultiRole => Has(FrameworkCapability.MultiRole);

    public bool ReservationRefinement => Has(FrameworkCapability.ReservationRefinement);

    public bool Has(FrameworkCapability capability) => (_capabilities & (1u << (int)capability)) != 0;

    public void Update(FrameworkInfo info)
    {
        Info = info;
        Roles = FrameworkInfoValidator.RolesOf(info);
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
