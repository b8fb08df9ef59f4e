namespace Offerbook.Chaos.Observation;

/// <summary>An app or pod as the API tells it.</summary>
public sealed record ToldSpec(string RunSpec, string Mark, int Instances);

/// <summary>A job as the API tells it.</summary>
public sealed record ToldJob(string Job, string State);

/// <summary>What was there when all faults were over and the clients had stopped.</summary>
/// <param name="At">When it was looked at. What happens later is our own tidying up.</param>
/// <param name="ConvergedAfter">From the last heal until everything was as it was told to be; null: never.</param>
/// <param name="Differences">What was not yet, at the end of the patience.</param>
/// <param name="Specs">Null when nobody told them; it has not converged then.</param>
/// <param name="Left">What was still there after everything had been removed and stopped.</param>
/// <param name="Ends">Parts that ended by themselves.</param>
public sealed record FinalState(
    TimeSpan At, TimeSpan? ConvergedAfter, IReadOnlyList<string> Differences, IReadOnlyList<ToldSpec>? Specs, IReadOnlyList<ToldJob>? Jobs,
    IReadOnlyList<string> Left,
    IReadOnlyList<PartEnd> Ends);
