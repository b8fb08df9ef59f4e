using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>When faults stop, everything becomes what it was told to be.</summary>
public sealed class Convergence : ICheck
{
    public string Name => "converges after healing";

    public IEnumerable<Violation> Find(RunHistory history) => history.Final.ConvergedAfter is null
        ? [.. history.Final.Differences.DefaultIfEmpty("not known why")
            .Select(difference => new Violation(Name, history.Final.At, difference))]
        : [];
}
