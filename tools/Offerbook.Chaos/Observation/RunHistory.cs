namespace Offerbook.Chaos.Observation;

/// <summary>Everything that a run has recorded, in the order of time. Immutable; checks judge nothing else.</summary>
public sealed record RunHistory
{
    public IReadOnlyList<RecordedCall> Calls { get; init; } = [];

    public IReadOnlyList<TaskLife> Lives { get; init; } = [];

    public IReadOnlyList<StreamEvent> Events { get; init; } = [];

    public IReadOnlyList<StreamGap> Gaps { get; init; } = [];

    public IReadOnlyList<FaultRecord> Faults { get; init; } = [];

    public IReadOnlyList<Dependency> Dependencies { get; init; } = [];

    public IReadOnlyList<Capacity> Capacities { get; init; } = [];

    public FinalState Final { get; init; } = new(TimeSpan.MaxValue, TimeSpan.Zero, [], [], [], [], []);
}
