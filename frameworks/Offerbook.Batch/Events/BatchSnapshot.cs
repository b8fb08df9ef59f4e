using Offerbook.Batch.Jobs;

namespace Offerbook.Batch.Events;

/// <summary>The whole state, in the order in which it must be put back.</summary>
/// <param name="Jobs">By serial.</param>
/// <param name="EndedOrder">Serials of the ended jobs, the first to be forgotten first.</param>
public sealed record BatchSnapshot(string? FrameworkId, long LastSerial, IReadOnlyList<JobSnapshot> Jobs, IReadOnlyList<long> EndedOrder);

/// <param name="Runs">Those that were launched at least once, or have ended.</param>
public sealed record JobSnapshot(
    long Serial, JobRecord Spec, DateTimeOffset AddedAt, DateTimeOffset? StopRequestedAt, DateTimeOffset? EndedAt,
    IReadOnlyList<RunSnapshot> Runs)
{
    public static JobSnapshot From(Job job)
    {
        var runs = new List<RunSnapshot>();
        for (var i = 0; i < job.Spec.Count; i++)
        {
            if (job.Find(i) is { } run)
            {
                runs.Add(RunSnapshot.From(i, run));
            }
        }
        return new JobSnapshot(job.Serial, JobRecord.From(job.Spec), job.AddedAt, job.StopRequestedAt, job.EndedAt, runs);
    }
}

public sealed record RunSnapshot(
    int Number,
    RunState State,
    int Attempt,
    int Failures,
    string? Agent,
    string? Host,
    DateTimeOffset? LaunchedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? Cause)
{
    public static RunSnapshot From(int number, Run run) => new(
        number, run.State, run.Attempt, run.Failures, run.Agent, run.Host, run.LaunchedAt, run.StartedAt, run.EndedAt, run.Cause);

    public Run ToRun() => new()
    {
        State = State,
        Attempt = Attempt,
        Failures = Failures,
        Agent = Agent,
        Host = Host,
        LaunchedAt = LaunchedAt,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
        Cause = Cause,
    };
}
