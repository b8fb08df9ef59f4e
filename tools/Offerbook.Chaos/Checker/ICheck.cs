using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>Something that must never have happened, told so that it can be looked up in the logs.</summary>
public sealed record Violation(string Check, TimeSpan At, string What)
{
    public override string ToString() => $"{At.TotalSeconds,7:0.00} s {Check}: {What}";
}

/// <summary>Judges one promise by a whole history.</summary>
public interface ICheck
{
    /// <summary>The promise in a few words.</summary>
    string Name { get; }

    IEnumerable<Violation> Find(RunHistory history);
}
