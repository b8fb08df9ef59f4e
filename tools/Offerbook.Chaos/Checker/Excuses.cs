using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Checker;

/// <summary>
/// When an agent was away for so long that its tasks were given up: they are replaced while they still run there, and of both one is
/// killed when the agent is back. That explains what happens to those tasks and to as many replacements, in that time; nothing else.
/// </summary>
public sealed class Excuses
{
    /// <summary>An agent may be given up a moment earlier than we count: its last answer came before the cut.</summary>
    private static readonly TimeSpan Margin = Timing.Ping;

    /// <summary>After an agent is back its surplus is found at the next reconciliation, and killed with a grace period.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(75);

    /// <summary>A process that was killed was last seen before.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly List<FaultRecord> _losses;

    public Excuses(RunHistory history)
    {
        _losses = [.. history.Faults.Where(fault =>
            fault.LostHosts.Count > 0 && (fault.EndsTasks || fault.To - fault.From >= Timing.AgentLoss - Margin))];
        Ends = Explained(history);
    }

    /// <summary>
    /// Tasks whose end is explained. Each task that an agent took with it explains one: its own, or that of another of its run spec that
    /// was started meanwhile, or a process that a fault has killed itself.
    /// </summary>
    public IReadOnlySet<TaskLife> Ends { get; }

    /// <summary>Whether by that time the task may have been given up with its agent, though it may still run.</summary>
    public bool IsGivenUp(TaskLife life, TimeSpan at) => _losses.Any(loss => Takes(loss, life) && IsWithin(loss, at));

    /// <summary>Whether its explained end is so fresh that it need not have been replaced yet.</summary>
    public bool LeavesAGap(TaskLife life, TimeSpan at) =>
        Ends.Contains(life) && Last(life) is { } end && at >= end && at <= end + Aftermath;

    private HashSet<TaskLife> Explained(RunHistory history)
    {
        var killed = history.Faults.SelectMany(fault => fault.EndedProcesses.Select(process => (process, fault.From, fault.To))).ToList();
        var ends = history.Lives.Where(life => killed.Any(kill => kill.process == life.Process && Last(life) >= kill.From - Look
            && Last(life) <= kill.To))
            .ToHashSet();
        foreach (var (loss, own) in _losses.SelectMany(_ => history.Lives.GroupBy(life => life.RunSpec), (loss, own) => (loss, own)))
        {
            var taken = own.Where(life => Takes(loss, life)).ToList();
            var theirs = taken.Where(life => Last(life) is { } end && IsWithin(loss, end)).ToList();
            var replacements = own.Where(life => IsWithin(loss, life.Start) && Last(life) is { } end && IsWithin(loss, end))
                .Except(theirs).OrderBy(Last).Take(taken.Count - theirs.Count);
            ends.UnionWith(theirs);
            ends.UnionWith(replacements);
        }
        return ends;
    }

    private static TimeSpan? Last(TaskLife life) => life.Asked ?? life.End;

    /// <summary>It ran there while the agent was away.</summary>
    private static bool Takes(FaultRecord loss, TaskLife life) =>
        loss.LostHosts.Contains(life.Host) && life.Start <= loss.To && (life.End is null || life.End >= loss.From);

    private static bool IsWithin(FaultRecord loss, TimeSpan at) =>
        at >= loss.From + (loss.EndsTasks ? TimeSpan.Zero : Timing.AgentLoss - Margin) && at <= loss.To + Aftermath;
}
