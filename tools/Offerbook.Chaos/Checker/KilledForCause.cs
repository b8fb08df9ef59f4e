using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Running;

namespace Offerbook.Chaos.Checker;

/// <summary>
/// A task ends only because a client asked for something that ends it, or because its agent was given up. Tasks of apps never end by
/// themselves here. Those of jobs do, and are another check's matter.
/// </summary>
public sealed class KilledForCause : ICheck
{
    public string Name => "no task killed without cause";

    public IEnumerable<Violation> Find(RunHistory history)
    {
        var excused = new Excuses(history).Ends;
        return WithoutCause(history).Where(life => !excused.Contains(life)).Select(life => new Violation(Name, End(life)!.Value,
            $"{life.Task} on {life.Host}, configuration {life.Configuration}, {(life.Asked is null ? "vanished" : "was told to end")} "
            + $"after {(End(life)!.Value - life.Start).TotalSeconds:0.0} s, and nobody had asked for it"));
    }

    /// <summary>Tasks whose end no client had asked for. What an agent took with it is among them.</summary>
    public static IEnumerable<TaskLife> WithoutCause(RunHistory history)
    {
        var writes = history.Calls.Where(call => call.MayBeDone).SelectMany(call => call.Writes.Select(write => (Call: call, Write: write)))
            .ToLookup(pair => pair.Write.RunSpec);
        var lives = history.Lives.ToLookup(life => life.RunSpec);
        foreach (var life in history.Lives)
        {
            var end = End(life);
            var own = writes[life.RunSpec].ToList();
            if (end is null || end >= history.Final.At - RunClock.MarkResolution || !life.RunSpec.StartsWith('/'))
            {
                continue;
            }
            // Its own definition does not end it; what was asked later may, and a restart or a smaller number at any time.
            var defined = own.FindIndex(pair => pair.Write is Write.Define define && define.Mark == life.Configuration);
            if (!own.Where((pair, index) => pair.Call.Sent <= end + RunClock.MarkResolution
                && (index > defined || MayComeLate(pair.Call, pair.Write, life, lives[life.RunSpec]))).Any())
            {
                yield return life;
            }
        }
    }

    /// <summary>
    /// A call whose outcome nobody knows may be done after those that followed it. If it was a definition, tasks of it show that it was.
    /// </summary>
    private static bool MayComeLate(RecordedCall call, Write write, TaskLife life, IEnumerable<TaskLife> own) =>
        call.Outcome == CallOutcome.Unknown
        && (write is not Write.Define late || own.Any(other => other.Configuration == late.Mark && other.Start >= life.Start));

    private static TimeSpan? End(TaskLife life) => life.Asked ?? life.End;
}
