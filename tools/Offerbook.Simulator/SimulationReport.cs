namespace Offerbook.Simulator;

/// <summary>What one run of a seed came to.</summary>
/// <param name="Violation">The invariant that did not hold, or the exception that a core threw; null when all was well.</param>
/// <param name="Hash">Of everything that happened. The same seed and options must give the same hash.</param>
/// <param name="Faults">The kinds of fault that were on, with their rates.</param>
/// <param name="LastEvents">What happened last, oldest first; empty when all was well.</param>
public sealed record SimulationReport(
    ulong Seed,
    string? Violation,
    ulong Hash,
    string Faults,
    SimulationCounts Counts,
    IReadOnlyList<string> LastEvents)
{
    public bool Passed => Violation is null;
}

/// <summary>How much happened in a run: a simulation that does nothing finds nothing.</summary>
/// <param name="Healed">Virtual time from the last fault until the cluster had converged.</param>
/// <param name="PodsStarted">Task groups that an agent started.</param>
/// <param name="PodsBroken">Of these, such as had a task that failed or was killed.</param>
/// <param name="ReturnsToVolumes">Tasks that began on volumes which an earlier task of their instance had.</param>
/// <param name="RunsDone">Instances of run-once apps whose task ended well.</param>
/// <param name="PodReturnsToVolumes">Of the returns to volumes, those of pods.</param>
/// <param name="Looks">Questions that Apps answered after it had looked around.</param>
/// <param name="Moves">Instances of which it then said that they would be better elsewhere.</param>
/// <param name="Replacements">Processes that were replaced by one of this build or of the one before it.</param>
/// <param name="Upgrades">1 when the upgrade was finished.</param>
public readonly record struct SimulationCounts(
    long Events,
    TimeSpan Virtual,
    TimeSpan Healed,
    int FaultsStruck,
    long Offers,
    long Launches,
    long ContainersStarted,
    long Updates,
    long RequestsAcknowledged,
    long DeploymentsFinished,
    long JobsFinished,
    long PodsStarted,
    long PodsBroken,
    long ReturnsToVolumes,
    long RunsDone,
    long PodReturnsToVolumes,
    long Looks,
    long Moves,
    long Replacements,
    long Upgrades);
