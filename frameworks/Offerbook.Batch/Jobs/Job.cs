using Offerbook.Actors;

namespace Offerbook.Batch.Jobs;

public enum JobState
{
    /// <summary>Nothing has been launched yet.</summary>
    Pending,

    Running,

    /// <summary>Asked to stop; tasks are still being killed.</summary>
    Stopping,

    /// <summary>Every run finished.</summary>
    Finished,

    /// <summary>Every run has ended, at least one of them failed.</summary>
    Failed,

    /// <summary>Every run has ended, at least one of them because the job was stopped.</summary>
    Stopped,
}

/// <summary>
/// A job and its runs. Changed only by <see cref="BatchState"/>, in the way that events say. Run objects exist only from the first
/// launch on, so that a job of 100,000 runs is cheap to accept.
/// </summary>
public sealed class Job
{
    private readonly Run?[] _runs;
    private readonly int[] _counts = new int[Enum.GetValues<RunState>().Length];

    /// <summary>No run below it waits.</summary>
    private int _lowestWaiting;

    internal Job(long serial, JobSpec spec, DateTimeOffset addedAt)
    {
        Serial = serial;
        Spec = spec;
        AddedAt = addedAt;
        _runs = new Run?[spec.Count];
        _counts[(int)RunState.Waiting] = spec.Count;
    }

    /// <summary>Unique for ever, also when an id comes back after the job was forgotten; part of its tasks' ids.</summary>
    public long Serial { get; }

    public JobSpec Spec { get; }

    public DateTimeOffset AddedAt { get; }

    public DateTimeOffset? StopRequestedAt { get; internal set; }

    public DateTimeOffset? EndedAt { get; internal set; }

    public bool IsStopping => StopRequestedAt is not null;

    public int Waiting => Count(RunState.Waiting);

    public int Active => Count(RunState.Launching) + Count(RunState.Running) + Count(RunState.Unreachable);

    public bool HasEnded => Waiting + Active == 0;

    public JobState State
    {
        get
        {
            if (HasEnded)
            {
                return Count(RunState.Stopped) > 0 ? JobState.Stopped : Count(RunState.Failed) > 0 ? JobState.Failed : JobState.Finished;
            }
            return IsStopping ? JobState.Stopping : Waiting == Spec.Count && !HasLaunched ? JobState.Pending : JobState.Running;
        }
    }

    private bool HasLaunched { get; set; }

    public int Count(RunState state) => _counts[(int)state];

    /// <summary>Null: waiting, and never launched.</summary>
    public Run? Find(int run) => run >= 0 && run < _runs.Length ? _runs[run] : null;

    /// <summary>The first <paramref name="max"/> runs that wait, in order.</summary>
    public List<int> FirstWaiting(int max)
    {
        var found = new List<int>(Math.Min(max, Waiting));
        for (var run = _lowestWaiting; run < _runs.Length && found.Count < Math.Min(max, Waiting); run++)
        {
            if (StateOf(run) == RunState.Waiting)
            {
                if (found.Count == 0)
                {
                    _lowestWaiting = run;
                }
                found.Add(run);
            }
        }
        return found;
    }

    /// <summary>Runs with a task that has not ended, in order.</summary>
    public IEnumerable<int> ActiveRuns()
    {
        for (var run = 0; run < _runs.Length && Active > 0; run++)
        {
            if (_runs[run] is { IsActive: true })
            {
                yield return run;
            }
        }
    }

    internal Run Enter(int run, RunState state)
    {
        Invariant.Check(run >= 0 && run < _runs.Length, "a run's number is below the job's count");
        var entered = _runs[run] ??= new Run();
        Invariant.Check(entered.State < RunState.Finished, "a run ends once");
        _counts[(int)entered.State]--;
        _counts[(int)state]++;
        entered.State = state;
        HasLaunched |= state == RunState.Launching;
        if (state == RunState.Waiting)
        {
            _lowestWaiting = Math.Min(_lowestWaiting, run);
        }
        return entered;
    }

    /// <summary>Puts back a run as a snapshot had it.</summary>
    internal void Restore(int run, Run restored)
    {
        _counts[(int)RunState.Waiting]--;
        _counts[(int)restored.State]++;
        _runs[run] = restored;
        HasLaunched |= restored.Attempt > 0;
    }

    private RunState StateOf(int run) => _runs[run]?.State ?? RunState.Waiting;
}
