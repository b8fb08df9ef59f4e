using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Checker;

/// <summary>All checks.</summary>
public static class Checks
{
    public static IReadOnlyList<ICheck> All { get; } =
    [
        new AcknowledgedWrites(), new SingleLaunch(), new KilledForCause(), new DependencyOrder(), new HealthCapacity(),
        new EventSequence(),
        new JobRuns(), new Convergence(), new NothingLeft(), new PartsLive(), new FaultsAnswered(),
    ];

    /// <returns>All violations, by time.</returns>
    public static IReadOnlyList<Violation> Judge(RunHistory history) =>
        [.. All.SelectMany(check => check.Find(history)).OrderBy(violation => violation.At)];
}
