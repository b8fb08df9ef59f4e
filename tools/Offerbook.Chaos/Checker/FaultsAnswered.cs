using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>What a fault must be answered by, where that shows nowhere else: a clear refusal, a stranger left alone.</summary>
public sealed class FaultsAnswered : ICheck
{
    public string Name => "faults answered as they must be";

    public IEnumerable<Violation> Find(RunHistory history) =>
        history.Faults.SelectMany(fault => fault.Findings.Select(finding => new Violation(Name, fault.To, $"{fault.Name}: {finding}")));
}
