namespace Offerbook.Chaos.Observation;

/// <summary>Takes what many clients and readers record. Safe to use from several threads; bounded by the length of a run.</summary>
public sealed class Recorder
{
    private readonly Lock _gate = new();
    private readonly List<RecordedCall> _calls = [];
    private readonly List<StreamEvent> _events = [];
    private readonly List<StreamGap> _gaps = [];
    private readonly List<FaultRecord> _faults = [];
    private readonly List<Dependency> _dependencies = [];
    private readonly List<Capacity> _capacities = [];

    public void Add(RecordedCall call) => Add(_calls, call);

    public void Add(StreamEvent one) => Add(_events, one);

    public void Add(StreamGap gap) => Add(_gaps, gap);

    public void Add(FaultRecord fault) => Add(_faults, fault);

    public void Add(Dependency dependency) => Add(_dependencies, dependency);

    public void Add(Capacity capacity) => Add(_capacities, capacity);

    public RunHistory ToHistory(IReadOnlyList<TaskLife> lives, FinalState final)
    {
        lock (_gate)
        {
            return new RunHistory
            {
                Calls = [.. _calls.OrderBy(call => call.Sent)],
                Lives = lives,
                Events = [.. _events],
                Gaps = [.. _gaps],
                Faults = [.. _faults],
                Dependencies = [.. _dependencies],
                Capacities = [.. _capacities],
                Final = final,
            };
        }
    }

    private void Add<T>(List<T> list, T item)
    {
        lock (_gate)
        {
            list.Add(item);
        }
    }
}
