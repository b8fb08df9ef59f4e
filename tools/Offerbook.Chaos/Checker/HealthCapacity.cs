using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Running;

namespace Offerbook.Chaos.Checker;

/// <summary>While a run spec is replaced, as many instances work as its minimum health capacity says.</summary>
public sealed class HealthCapacity : ICheck
{
    public string Name => "health capacity kept";

    public IEnumerable<Violation> Find(RunHistory history)
    {
        var excuses = new Excuses(history);
        foreach (var capacity in history.Capacities)
        {
            var lives = history.Lives.Where(life => life.RunSpec == capacity.RunSpec).ToList();
            var removed = history.Calls.Where(call => call.MayBeDone && call.Writes.OfType<Write.Remove>()
                .Any(write => write.RunSpec == capacity.RunSpec))
                .Select(call => (TimeSpan?)call.Sent).FirstOrDefault() ?? history.Final.At;
            var changes = lives.SelectMany(life => new[] { life.Ready, life.Asked ?? life.End }).OfType<TimeSpan>()
                .Where(at => at < removed - RunClock.MarkResolution).Distinct().Order();
            var wasFull = false;
            foreach (var at in changes)
            {
                var working = lives.Count(life => life.WorksAt(at));
                wasFull |= working >= capacity.Instances;
                var explained = lives.Count(life => excuses.LeavesAGap(life, at));
                if (wasFull && working + explained < capacity.Least)
                {
                    yield return new Violation(Name, at,
                        $"{working} instances of {capacity.RunSpec} worked, {capacity.Least} of {capacity.Instances} must");
                    break;
                }
            }
        }
    }
}
