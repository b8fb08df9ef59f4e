using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>What others depend on works before they start, and is stopped after them.</summary>
public sealed class DependencyOrder : ICheck
{
    public string Name => "order of dependencies";

    public IEnumerable<Violation> Find(RunHistory history)
    {
        var excuses = new Excuses(history);
        var lives = history.Lives.ToLookup(life => life.RunSpec);
        foreach (var dependency in history.Dependencies)
        {
            var first = lives[dependency.RunSpec].FirstOrDefault(life => life.Configuration == dependency.Mark);
            if (first is null)
            {
                continue;
            }
            // Since the marks of both are of one call, whatever of the other had this configuration had to be ready by then.
            var ready = lives[dependency.On].Count(life => life.Configuration == dependency.Mark && life.Ready <= first.Start);
            if (ready < dependency.Instances)
            {
                yield return new Violation(Name, first.Start, $"{first.Task} of {dependency.Mark} started when {ready} of "
                    + $"{dependency.Instances} instances of {dependency.On} had become ready");
            }
        }
        foreach (var call in history.Calls.Where(call => call.Outcome == CallOutcome.Acknowledged))
        {
            var removed = call.Writes.OfType<Write.Remove>().Select(write => write.RunSpec).ToHashSet();
            foreach (var (spec, on) in history.Dependencies.Where(pair => removed.Contains(pair.RunSpec) && removed.Contains(pair.On))
                .Select(pair => (pair.RunSpec, pair.On)).Distinct())
            {
                foreach (var violation in Stopped(call, spec, on, lives, excuses))
                {
                    yield return violation;
                }
            }
        }
    }

    private IEnumerable<Violation> Stopped(RecordedCall call, string spec, string on, ILookup<string, TaskLife> lives, Excuses excuses)
    {
        // Ends that an earlier deployment had begun do not count: only what was asked to end after the call.
        var below = lives[on].Where(life => life.Asked >= call.Sent).MinBy(life => life.Asked);
        var late = below is null ? null : lives[spec]
            .FirstOrDefault(life => life.Start < below.Asked && (life.End is null || life.End > below.Asked));
        if (below is not null && late is not null && !excuses.Ends.Contains(below) && !excuses.IsGivenUp(late, below.Asked!.Value))
        {
            yield return new Violation(Name, below.Asked!.Value,
                $"{below.Task} was told to end while {late.Task}, which depends on {on}, still ran");
        }
    }
}
