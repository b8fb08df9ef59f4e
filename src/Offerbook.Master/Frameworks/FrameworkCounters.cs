using Mesos.V1;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Frameworks;

/// <summary>What one framework asked and was sent, for its metrics. Sorted, so that a view lists them in a fixed order.</summary>
internal sealed class FrameworkCounters
{
    public SortedDictionary<CallType, long> Calls { get; } = [];

    public SortedDictionary<EventType, long> Events { get; } = [];

    public SortedDictionary<OperationType, long> Operations { get; } = [];

    public SortedDictionary<TaskState, long> TerminalTasks { get; } = [];

    public long OffersSent { get; set; }

    public long OffersAccepted { get; set; }

    public long OffersDeclined { get; set; }

    public long OffersRescinded { get; set; }

    public void CountCall(CallType type) => Calls[type] = Calls.GetValueOrDefault(type) + 1;

    public void CountEvent(EventType type) => Events[type] = Events.GetValueOrDefault(type) + 1;

    public void CountOperation(OperationType type) => Operations[type] = Operations.GetValueOrDefault(type) + 1;

    public void CountTerminal(TaskState state) => TerminalTasks[state] = TerminalTasks.GetValueOrDefault(state) + 1;
}
