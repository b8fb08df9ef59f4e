using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>A part that is not killed lives on, whatever happens to the others.</summary>
public sealed class PartsLive : ICheck
{
    public string Name => "parts live on";

    public IEnumerable<Violation> Find(RunHistory history) => history.Final.Ends.Where(end => !end.Excused)
        .Select(end => new Violation(Name, end.At, $"{end.Part} ended by itself with status {end.ExitCode}: {LastLines(end.Tail)}"));

    private static string LastLines(string tail) => string.Join(" / ", tail.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(6));
}
