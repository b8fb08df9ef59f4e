using Offerbook.Actors;
using Offerbook.Batch.Events;

namespace Offerbook.Batch.Jobs;

/// <summary>
/// All that Batch knows for good: the fold of its journal. <see cref="Apply"/> is the only thing that changes it, and never looks
/// at anything but the event and the state. Cost of an event: constant, but for a launch (its runs) and a stop (the job's runs).
/// </summary>
public sealed class BatchState
{
    private readonly SortedDictionary<long, Job> _jobs = [];
    private readonly Dictionary<string, Job> _byId = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, Job> _active = [];
    private readonly SortedDictionary<long, Job> _waiting = [];
    private readonly Queue<Job> _ended = new();
    private int _endedRuns;

    public string? FrameworkId { get; private set; }

    /// <summary>Serial of the newest job.</summary>
    public long LastSerial { get; private set; }

    /// <summary>Every job remembered, by serial.</summary>
    public IReadOnlyDictionary<long, Job> Jobs => _jobs;

    /// <summary>Jobs that have not ended, by serial.</summary>
    public IReadOnlyDictionary<long, Job> Active => _active;

    /// <summary>Jobs with runs that wait to be launched, by serial.</summary>
    public IReadOnlyDictionary<long, Job> WithWaiting => _waiting;

    public int WaitingRuns { get; private set; }

    /// <summary>Runs of jobs that have not ended.</summary>
    public int ActiveJobsRuns { get; private set; }

    public Job? Find(string id) => _byId.GetValueOrDefault(id);

    public Job? Find(long serial) => _jobs.GetValueOrDefault(serial);

    /// <returns>The job that has ended by this event, if one has.</returns>
    public Job? Apply(BatchEvent @event)
    {
        switch (@event)
        {
            case BatchEvent.FrameworkRegistered registered:
                FrameworkId = registered.Id;
                return null;
            case BatchEvent.JobAdded added:
                Invariant.Check(added.Job == LastSerial + 1, "serials are dense");
                LastSerial = added.Job;
                Include(new Job(added.Job, added.Spec.ToSpec(), added.At));
                return null;
            case BatchEvent.RunsLaunched launched:
                return Change(launched.Job, job => Launch(job, launched));
            case BatchEvent.RunStarted started:
                return Change(started.Job, job => job.Enter(started.Run, RunState.Running).StartedAt ??= started.At);
            case BatchEvent.RunUnreachable unreachable:
                return Change(unreachable.Job, job => job.Enter(unreachable.Run, RunState.Unreachable));
            case BatchEvent.AttemptEnded ended:
                return Change(ended.Job, job => End(job, ended));
            case BatchEvent.JobStopRequested stop:
                return Change(stop.Job, job => Stop(job, stop));
            default:
                Invariant.Fail("an unknown event: " + @event.GetType());
                return null;
        }
    }

    public BatchSnapshot ToSnapshot() =>
        new(FrameworkId, LastSerial, _jobs.Values.Select(JobSnapshot.From).ToList(), _ended.Select(job => job.Serial).ToList());

    public static BatchState FromSnapshot(BatchSnapshot snapshot)
    {
        var state = new BatchState { FrameworkId = snapshot.FrameworkId, LastSerial = snapshot.LastSerial };
        foreach (var saved in snapshot.Jobs)
        {
            var job = new Job(saved.Serial, saved.Spec.ToSpec(), saved.AddedAt) { StopRequestedAt = saved.StopRequestedAt,
                EndedAt = saved.EndedAt };
            foreach (var run in saved.Runs)
            {
                job.Restore(run.Number, run.ToRun());
            }
            state.Include(job);
        }
        foreach (var serial in snapshot.EndedOrder)
        {
            state.Retire(state._jobs[serial]);
        }
        return state;
    }

    private static void Launch(Job job, BatchEvent.RunsLaunched launched)
    {
        foreach (var number in launched.Runs)
        {
            Invariant.Check(job.Find(number) is null or { State: RunState.Waiting }, "only a waiting run is launched");
            var run = job.Enter(number, RunState.Launching);
            run.Attempt++;
            (run.Agent, run.Host, run.LaunchedAt) = (launched.Agent, launched.Host, launched.At);
            (run.StartedAt, run.EndedAt) = (null, null);
        }
    }

    private static void End(Job job, BatchEvent.AttemptEnded ended)
    {
        var run = job.Find(ended.Run);
        Invariant.Check(run is { IsActive: true }, "only an active run's attempt ends");
        // A task that we killed ourselves has not failed.
        run.Failures += !job.IsStopping && ended.End is (AttemptEnd.Failed or AttemptEnd.Impossible) ? 1 : 0;
        run.EndedAt = ended.At;
        run.Cause = ended.Cause;
        job.Enter(ended.Run, ended.End switch
        {
            AttemptEnd.Finished => RunState.Finished,
            _ when job.IsStopping => RunState.Stopped,
            AttemptEnd.Impossible => RunState.Failed,
            AttemptEnd.Failed when run.Failures > job.Spec.Retries => RunState.Failed,
            _ => RunState.Waiting,
        });
    }

    private static void Stop(Job job, BatchEvent.JobStopRequested stop)
    {
        job.StopRequestedAt = stop.At;
        foreach (var run in job.FirstWaiting(job.Waiting))
        {
            job.Enter(run, RunState.Stopped).EndedAt = stop.At;
        }
    }

    private void Include(Job job)
    {
        _jobs.Add(job.Serial, job);
        _byId.Add(job.Spec.Id, job);
        if (!job.HasEnded)
        {
            _active.Add(job.Serial, job);
            ActiveJobsRuns += job.Spec.Count;
        }
        Recount(job, 0);
    }

    /// <summary>Changes a job and keeps the indexes over all jobs right.</summary>
    private Job? Change(long serial, Action<Job> change)
    {
        var job = _active[serial];
        var waiting = job.Waiting;
        change(job);
        Recount(job, waiting);
        if (!job.HasEnded)
        {
            return null;
        }
        job.EndedAt = LatestEnd(job);
        _active.Remove(serial);
        ActiveJobsRuns -= job.Spec.Count;
        Retire(job);
        Forget();
        return job;
    }

    private void Recount(Job job, int waitingBefore)
    {
        WaitingRuns += job.Waiting - waitingBefore;
        if (job.Waiting == 0)
        {
            _waiting.Remove(job.Serial);
        }
        else
        {
            _waiting[job.Serial] = job;
        }
    }

    private void Retire(Job job)
    {
        _ended.Enqueue(job);
        _endedRuns += job.Spec.Count;
    }

    private void Forget()
    {
        while (_ended.Count > JobLimits.MaxEndedJobs || (_endedRuns > JobLimits.MaxEndedRuns && _ended.Count > 1))
        {
            var oldest = _ended.Dequeue();
            _endedRuns -= oldest.Spec.Count;
            _jobs.Remove(oldest.Serial);
            _byId.Remove(oldest.Spec.Id);
        }
    }

    private static DateTimeOffset LatestEnd(Job job)
    {
        var latest = job.AddedAt;
        for (var run = 0; run < job.Spec.Count; run++)
        {
            if (job.Find(run)?.EndedAt is { } at && at > latest)
            {
                latest = at;
            }
        }
        return latest;
    }
}
