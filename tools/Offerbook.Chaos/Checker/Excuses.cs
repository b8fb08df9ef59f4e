using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Checker;

/// <summary>
/// When an agent was away for so long that its tasks were given up. What happens to their run specs then, here and elsewhere, is not a
/// violation: replacements start while the old ones still run, and one of both is killed when the agent is back.
/// </summary>
public sealed class Excuses(RunHistory history)
{
    /// <summary>An agent may be given up a moment earlier than we count: its last answer came before the cut.</summary>
    private static readonly TimeSpan Margin = Timing.Ping;

    /// <summary>After an agent is back its surplus is found at the next reconciliation, and killed with a grace period.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(75);

    private readonly ILookup<string, TaskLife> _lives = history.Lives.ToLookup(life => life.RunSpec);
    private readonly List<FaultRecord> _losses = [.. history.Faults.Where(fault =>
        fault.LostHosts.Count > 0 && (fault.EndsTasks || fault.To - fault.From >= Timing.AgentLoss - Margin))];

    /// <summary>Whether at that time tasks of the run spec may have been given up.</summary>
    public bool Covers(string runSpec, TimeSpan at) => _losses.Any(loss =>
        at >= loss.From && at <= loss.To + Aftermath
        && _lives[runSpec].Any(life => loss.LostHosts.Contains(life.Host) && life.Start <= loss.To
            && (life.End is null || life.End >= loss.From)));
}
