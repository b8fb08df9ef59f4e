using Offerbook.Batch.Jobs;

namespace Offerbook.Batch.Core;

/// <summary>
/// Keeps a job whose tasks get lost from spinning: an agent that drops everything would otherwise be handed the same task hundreds
/// of times a second. Losses that come together, as with a dead agent, count once. Forgotten by a restart.
/// </summary>
internal sealed class LossBackoff(TimeSpan first, TimeSpan longest)
{
    private readonly SortedDictionary<long, (int Streak, TimeSpan Until)> _jobs = [];

    public void Lost(Job job, TimeSpan elapsed)
    {
        var (streak, until) = _jobs.GetValueOrDefault(job.Serial);
        if (streak == 0 || elapsed >= until)
        {
            var wait = first * Math.Pow(2, Math.Min(streak, 20));
            _jobs[job.Serial] = (streak + 1, elapsed + (wait < longest ? wait : longest));
        }
    }

    /// <summary>A task of the job runs, or the job has ended.</summary>
    public void Forget(Job job) => _jobs.Remove(job.Serial);

    public bool IsHeldBack(Job job, TimeSpan elapsed) => _jobs.TryGetValue(job.Serial, out var held) && elapsed < held.Until;

    /// <summary>When the next job may launch again; null when none is held back.</summary>
    public TimeSpan? NextEnd(TimeSpan elapsed)
    {
        TimeSpan? next = null;
        foreach (var (_, until) in _jobs.Values)
        {
            if (until > elapsed && (next is null || until < next))
            {
                next = until;
            }
        }
        return next;
    }

    /// <summary>Waiting runs of jobs that are held back.</summary>
    public int WaitingRuns(BatchState state, TimeSpan elapsed)
    {
        var runs = 0;
        foreach (var (serial, (_, until)) in _jobs)
        {
            runs += until > elapsed ? state.Find(serial)?.Waiting ?? 0 : 0;
        }
        return runs;
    }
}
