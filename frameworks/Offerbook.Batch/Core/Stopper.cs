using Offerbook.Actors;
using Offerbook.Batch.Events;
using Offerbook.Batch.Jobs;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Core;

/// <summary>Kills the tasks of jobs that are to stop, again and again until they are seen dead: a KILL is not acknowledged.</summary>
internal sealed class Stopper(BatchSettings settings, Ledger ledger, SubscriptionKeeper keeper)
{
    /// <summary>When each stopping job's kills are sent again.</summary>
    private readonly SortedDictionary<long, TimeSpan> _nextKill = [];

    public void Stop(Job job, Now now, Effects effects)
    {
        if (!job.IsStopping)
        {
            ledger.Record(new BatchEvent.JobStopRequested(job.Serial, now.Wall), effects);
        }
        Kill(job, now, effects);
    }

    /// <summary>Subscribed anew: the kills sent before may never have arrived.</summary>
    public void KillAll(Now now, Effects effects)
    {
        foreach (var job in ledger.State.Active.Values.Where(job => job.IsStopping).ToList())
        {
            Kill(job, now, effects);
        }
    }

    /// <summary>
    /// Kills again where that is due. A job that has ended in this very turn is still noted here: it is forgotten at its end.
    /// </summary>
    public void Sweep(Now now, Effects effects)
    {
        foreach (var serial in _nextKill.Where(kill => now.Elapsed >= kill.Value).Select(kill => kill.Key).ToList())
        {
            if (ledger.State.Active.TryGetValue(serial, out var job))
            {
                Kill(job, now, effects);
            }
        }
    }

    public void Forget(Job job) => _nextKill.Remove(job.Serial);

    private void Kill(Job job, Now now, Effects effects)
    {
        foreach (var number in job.ActiveRuns())
        {
            var run = job.Find(number)!;
            keeper.Kill(new TaskName(job.Spec.Id, job.Serial, number, run.Attempt).ToTaskId(),
                run.Agent is null ? null : new AgentId(run.Agent), null, effects);
        }
        if (!job.HasEnded)
        {
            _nextKill[job.Serial] = now.Elapsed + settings.KillRetryInterval;
        }
    }
}
