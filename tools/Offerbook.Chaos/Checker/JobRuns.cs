using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>Every acknowledged job ends well, and each of its runs is carried to its end once.</summary>
public sealed class JobRuns : ICheck
{
    public string Name => "jobs run once";

    public IEnumerable<Violation> Find(RunHistory history)
    {
        var excuses = new Excuses(history);
        var told = history.Final.Jobs?.ToDictionary(job => job.Job, job => job.State);
        foreach (var (call, job) in history.Calls.Where(call => call.MayBeDone)
            .SelectMany(call => call.Writes.OfType<Write.Submit>().Select(job => (call, job))))
        {
            var lives = history.Lives.Where(life => life.RunSpec == job.RunSpec).ToList();
            var state = told?.GetValueOrDefault(job.RunSpec);
            if (told is not null && call.Outcome == CallOutcome.Acknowledged && state != "finished")
            {
                yield return new Violation(Name, call.Answered, $"{job.RunSpec} was accepted and is {state ?? "not known"}");
            }
            foreach (var run in lives.Where(life => life.End is not null && life.Ready is not null).GroupBy(life => life.Configuration)
                .Where(run => run.Count() > 1))
            {
                var last = run.Max(life => life.Start);
                if (run.Count(life => !excuses.IsGivenUp(life, last) && !excuses.Ends.Contains(life)) > 1)
                {
                    yield return new Violation(Name, run.Last().Start,
                        $"run {run.Key} of {job.RunSpec} was carried out {run.Count()} times: "
                        + string.Join(", ", run.Select(life => life.Task)));
                }
            }
            var missing = Enumerable.Range(0, job.Runs).Select(run => $"{run}")
                .Except(lives.Where(life => life.End is not null).Select(life => life.Configuration)).ToList();
            if (state == "finished" && missing.Count > 0)
            {
                yield return new Violation(Name, call.Answered,
                    $"{job.RunSpec} is finished, and nothing has carried out its runs {string.Join(", ", missing)}");
            }
        }
    }
}
