using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>
/// Every acknowledged app and pod is found again as it was last told to be. Each is written by one client, one call after the other, so
/// the last acknowledged write decides; a call whose outcome nobody knows may also have been done, even long afterwards.
/// </summary>
public sealed class AcknowledgedWrites : ICheck
{
    public string Name => "acknowledged writes are found again";

    public IEnumerable<Violation> Find(RunHistory history)
    {
        if (history.Final.Specs is not { } specs)
        {
            yield break; // Nobody answered, which is another check's matter.
        }
        var told = specs.ToDictionary(spec => spec.RunSpec);
        var writes = history.Calls.Where(call => call.MayBeDone)
            .SelectMany(call =>
                call.Writes.Where(write => write is not (Write.Submit or Write.Restart)).Select(write => (Call: call, Write: write)))
            .ToLookup(pair => pair.Write.RunSpec);
        foreach (var own in writes)
        {
            if (Judge([.. own], told.GetValueOrDefault(own.Key)) is { } wrong)
            {
                yield return new Violation(Name, own.Last().Call.Answered,
                    $"{own.Key} {wrong}; last calls: {string.Join("; ", own.TakeLast(3).Select(pair => Text(pair.Call, pair.Write)))}");
            }
        }
        foreach (var stranger in told.Keys.Where(spec => !writes.Contains(spec)))
        {
            yield return new Violation(Name, TimeSpan.Zero, $"{stranger} is there, and nobody has ever successfully asked for it");
        }
    }

    private static string? Judge(List<(RecordedCall Call, Write Write)> own, ToldSpec? told)
    {
        var sure = own.FindLastIndex(pair => pair.Call.Outcome == CallOutcome.Acknowledged);
        var possible = own.Where((pair, index) => index == sure || pair.Call.Outcome == CallOutcome.Unknown).Select(pair => pair.Write)
            .ToList();
        if (told is null)
        {
            return sure >= 0 && own[sure].Write is not Write.Remove && !possible.Any(write => write is Write.Remove)
                ? "was acknowledged and is not there" : null;
        }
        if (sure >= 0 && own[sure].Write is Write.Remove && !possible.Any(write => write is Write.Define))
        {
            return "was removed and is there";
        }
        var configurations = Latest(own, write => (write as Write.Define)?.Mark);
        if (!configurations.Contains(told.Mark))
        {
            return $"has the configuration {told.Mark}, not {string.Join(" or ", configurations)}";
        }
        var sizes = Latest(own, write => write switch
        {
            Write.Define define => define.Instances,
            Write.Resize resize => resize.Instances,
            _ => (int?)null,
        });
        return sizes.Contains(told.Instances) ? null : $"has {told.Instances} instances, not {string.Join(" or ", sizes)}";
    }

    /// <returns>What the last acknowledged write says, and what every uncertain one says.</returns>
    private static HashSet<T> Latest<T>(List<(RecordedCall Call, Write Write)> own, Func<Write, T> value)
    {
        var found = new HashSet<T>();
        var sure = own.FindLastIndex(pair => pair.Call.Outcome == CallOutcome.Acknowledged && value(pair.Write) is not null);
        for (var i = 0; i < own.Count; i++)
        {
            if ((i == sure || own[i].Call.Outcome == CallOutcome.Unknown) && value(own[i].Write) is { } one)
            {
                found.Add(one);
            }
        }
        return found;
    }

    private static string Text(RecordedCall call, Write write) =>
        $"{call.Sent.TotalSeconds:0.00} s {write} → {call.Outcome} {call.Status} {call.Note}";
}
