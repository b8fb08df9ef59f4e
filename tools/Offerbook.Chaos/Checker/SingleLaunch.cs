using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>A task id is started once; an instance has one living task at a time.</summary>
public sealed class SingleLaunch : ICheck
{
    public string Name => "no double launch";

    public IEnumerable<Violation> Find(RunHistory history)
    {
        foreach (var twice in history.Lives.GroupBy(life => life.Task).Where(lives => lives.Count() > 1))
        {
            var starts = twice.Select(life => $"process {life.Process} on {life.Host} at {life.Start.TotalSeconds:0.00} s");
            yield return new Violation(Name, twice.Last().Start,
                $"task {twice.Key} was started {twice.Count()} times: {string.Join(", ", starts)}");
        }
        var excuses = new Excuses(history);
        foreach (var instance in history.Lives.GroupBy(life => life.Instance))
        {
            TaskLife? before = null;
            foreach (var life in instance.OrderBy(life => life.Start))
            {
                if (before is not null && before.Task != life.Task && before.RunsAt(life.Start)
                    && !excuses.IsGivenUp(before, life.Start))
                {
                    yield return new Violation(Name, life.Start,
                        $"{life.Task} was started on {life.Host} while {before.Task} of the same instance ran on {before.Host}");
                }
                before = before is null || life.End is null || life.End > before.End ? life : before;
            }
        }
    }
}
