namespace Offerbook.Batch.Jobs;

/// <summary>Where a run is. The first four may still change; the last three are its end.</summary>
public enum RunState
{
    /// <summary>Wants to be launched.</summary>
    Waiting,

    /// <summary>Handed to the master; not yet seen running.</summary>
    Launching,

    Running,

    /// <summary>Its agent is cut off; the task may be running there.</summary>
    Unreachable,

    /// <summary>Its task exited with 0.</summary>
    Finished,

    /// <summary>Its task failed and no retry is left.</summary>
    Failed,

    /// <summary>Ended because the job was stopped.</summary>
    Stopped,
}

/// <summary>
/// One of the job's <see cref="JobSpec.Count"/> executions: at any time at most one task carries it out. Changed only by <see cref="Job"/>.
/// </summary>
public sealed class Run
{
    public RunState State { get; internal set; }

    /// <summary>Tasks launched for the run so far; the number of the newest.</summary>
    public int Attempt { get; internal set; }

    /// <summary>Attempts that failed by their own doing; these use up retries. Lost ones do not.</summary>
    public int Failures { get; internal set; }

    public string? Agent { get; internal set; }

    public string? Host { get; internal set; }

    /// <summary>Times are of the newest attempt.</summary>
    public DateTimeOffset? LaunchedAt { get; internal set; }

    public DateTimeOffset? StartedAt { get; internal set; }

    public DateTimeOffset? EndedAt { get; internal set; }

    /// <summary>
    /// Why the newest attempt that ended did so, as the status said it, for instance <c>TASK_FAILED: Command exited with status 1</c>.
    /// </summary>
    public string? Cause { get; internal set; }

    public bool IsActive => State is RunState.Launching or RunState.Running or RunState.Unreachable;
}
