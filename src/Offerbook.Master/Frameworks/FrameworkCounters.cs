using Mesos.V1;
using Offerbook.Master.Operator.Views;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Frameworks;

/// <summary>What one framework asked and was sent, for its metrics.</summary>
/// <param name="changed">Called after every change.</param>
internal sealed class FrameworkCounters(Action changed)
{
    private readonly EnumCounts<CallType> _calls = new();
    private readonly EnumCounts<EventType> _events = new();
    private readonly EnumCounts<OperationType> _operations = new();
    private readonly EnumCounts<TaskState> _terminalTasks = new();

    public long OffersSent { get; set => Count(field = value); }

    public long OffersAccepted { get; set => Count(field = value); }

    public long OffersDeclined { get; set => Count(field = value); }

    public long OffersRescinded { get; set => Count(field = value); }

    public void CountCall(CallType type) => Count(_calls.Increment(type));

    public void CountEvent(EventType type) => Count(_events.Increment(type));

    public void CountEvents(EventType type, int count) => Count(_events.Increment(type, count));

    public void CountOperation(OperationType type) => Count(_operations.Increment(type));

    public void CountTerminal(TaskState state) => Count(_terminalTasks.Increment(state));

    public FrameworkCountersView View() => new(_calls.Take(), _events.Take(), _operations.Take(), _terminalTasks.Take(),
        OffersSent, OffersAccepted, OffersDeclined, OffersRescinded);

    private void Count(long _) => changed();
}
