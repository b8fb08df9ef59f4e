using System.Globalization;
using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Running;

/// <summary>What a run came to.</summary>
public sealed record ChaosReport(ChaosOptions Options, RunHistory History, IReadOnlyList<Violation> Violations)
{
    private const int MostShown = 40;
    private const int MostReasons = 12;

    public IEnumerable<string> Lines()
    {
        var calls = History.Calls;
        yield return Text($"scenario {Options.Scenario}, seed {Options.Seed}: {Options.Layout}");
        yield return $"calls: {calls.Count}, {Count(CallOutcome.Acknowledged)} acknowledged, {Count(CallOutcome.Refused)} refused, "
            + $"{Count(CallOutcome.Unknown)} of unknown outcome";
        foreach (var same in calls.Where(call => call.Outcome != CallOutcome.Acknowledged).GroupBy(Reason)
            .OrderByDescending(same => same.Count()).Take(MostReasons))
        {
            yield return $"  {same.Count()}× {same.Key}";
        }
        yield return $"tasks: {History.Lives.Count} started; events: {History.Events.Count} read; parts that ended by themselves: "
            + $"{History.Final.Ends.Count} ({History.Final.Ends.Count(end => end.Excused)} excused)";
        var ended = History.Lives.Count(life => (life.Asked ?? life.End) < History.Final.At);
        var excused = KilledForCause.WithoutCause(History).Count(new Excuses(History).Ends.Contains);
        yield return $"ends of tasks: {ended}; {excused} that nobody had asked for are explained by agents that were away";
        yield return "faults: " + string.Join(", ", History.Faults.GroupBy(fault => fault.Name)
            .Select(same => $"{same.Key} ×{same.Count()}").DefaultIfEmpty("none"));
        yield return $"rows of the matrix: {string.Join(", ", History.Faults.SelectMany(fault => fault.Rows).Distinct().Order())}";
        yield return History.Final.ConvergedAfter is { } after ? Text($"converged after {after.TotalSeconds:0.0} s") : "DID NOT CONVERGE";
        foreach (var violation in Violations.Take(MostShown))
        {
            yield return $"VIOLATION {violation}";
        }
        if (Violations.Count > MostShown)
        {
            yield return $"and {Violations.Count - MostShown} more";
        }
        yield return Violations.Count == 0 ? "every promise was kept" : $"{Violations.Count} violations";

        int Count(CallOutcome outcome) => calls.Count(call => call.Outcome == outcome);
    }

    /// <summary>Without what differs from call to call: ids, and who answered.</summary>
    private static string Reason(RecordedCall call)
    {
        var note = call.Note[(call.Note.IndexOf(':') + 1)..];
        var pattern = note.Select(letter => char.IsAsciiDigit(letter) ? '#' : letter).Take(110);
        return $"{call.Outcome} {call.Status} {call.Method}{string.Concat(pattern)}";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
