namespace Offerbook.Batch.Jobs;

/// <summary>A job as its submitter described it; never changes. Exactly one of command and args is given.</summary>
/// <param name="Id">Unique among the jobs that Batch remembers; at most 128 characters.</param>
/// <param name="Command">Handed to a shell.</param>
/// <param name="Args">The program and its arguments; empty when there is a command.</param>
/// <param name="Count">How many runs the job has; each ends once.</param>
/// <param name="Retries">How many times a run that failed is tried again.</param>
/// <param name="Labels">In ordinal order of their keys; copied onto every task.</param>
public sealed record JobSpec(
    string Id,
    string? Command,
    IReadOnlyList<string> Args,
    Demand Demand,
    int Count,
    int Retries,
    IReadOnlyList<KeyValuePair<string, string>> Labels);
