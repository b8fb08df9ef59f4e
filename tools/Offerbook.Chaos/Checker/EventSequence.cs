using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>A reader that goes on where it stopped gets every event once and in order, and the same as all others.</summary>
public sealed class EventSequence : ICheck
{
    public string Name => "event ids dense";

    public IEnumerable<Violation> Find(RunHistory history)
    {
        foreach (var reader in history.Events.GroupBy(one => one.Reader))
        {
            StreamEvent? before = null;
            foreach (var one in reader)
            {
                if (before is not null && one.Id != before.Id + 1)
                {
                    yield return new Violation(Name, one.At, $"{one.Reader} got event {one.Id} ({one.Type}) after {before.Id}");
                }
                before = one;
            }
        }
        foreach (var same in history.Events.GroupBy(one => one.Id).Where(same => same.Select(one => one.Data).Distinct().Skip(1).Any()))
        {
            var told = same.Select(one => $"{one.Reader}: {one.Type} {Short(one.Data)}");
            yield return new Violation(Name, same.Max(one => one.At), $"event {same.Key} was told differently: {string.Join(" | ", told)}");
        }
        foreach (var gap in history.Gaps)
        {
            yield return new Violation(Name, gap.At, $"{gap.Reader} could not go on after {gap.After}: {gap.Answer}");
        }
    }

    private static string Short(string data) => data.Length <= 300 ? data : data[..300] + "…";
}
