using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>When everything has been removed and stopped, no process, no control group and no claim on resources is left.</summary>
public sealed class NothingLeft : ICheck
{
    public string Name => "nothing left behind";

    public IEnumerable<Violation> Find(RunHistory history) =>
        history.Final.Left.Select(left => new Violation(Name, history.Final.At, left));
}
