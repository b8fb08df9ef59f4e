using Offerbook.Actors;
using Offerbook.Batch.Jobs;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Core;

/// <summary>
/// Asks the master about tasks of which nothing has been heard since the subscription began or since their launch, with growing
/// pauses until every one is answered (a master that waits for its agents stays silent), and about all of them now and then.
/// </summary>
internal sealed class Reconciler(SubscriptionKeeper keeper, BatchSettings settings)
{
    private readonly SortedSet<(long Job, int Run)> _unheard = [];
    private TimeSpan _pause;
    private TimeSpan _nextQuestion = TimeSpan.MaxValue;
    private TimeSpan _nextRound;

    /// <summary>Runs with a launch or a question that nothing has answered yet.</summary>
    public int Unheard => _unheard.Count;

    /// <summary>Subscribed anew: whatever was known may have changed meanwhile.</summary>
    public void Restart(BatchState state, Now now, Effects effects)
    {
        _unheard.Clear();
        foreach (var job in state.Active.Values)
        {
            foreach (var run in job.ActiveRuns())
            {
                _unheard.Add((job.Serial, run));
            }
        }
        _pause = settings.ReconciliationRetry;
        _nextRound = now.Elapsed + settings.ReconciliationInterval;
        Ask(state, now, effects);
    }

    public void Launched(Job job, int run, Now now)
    {
        if (_unheard.Count == 0)
        {
            _pause = settings.ReconciliationRetry;
            _nextQuestion = now.Elapsed + _pause;
        }
        _unheard.Add((job.Serial, run));
    }

    public void Heard(long job, int run) => _unheard.Remove((job, run));

    public void Sweep(BatchState state, Now now, Effects effects)
    {
        if (!keeper.IsSubscribed)
        {
            return;
        }
        if (now.Elapsed >= _nextRound)
        {
            Restart(state, now, effects);
        }
        else if (now.Elapsed >= _nextQuestion)
        {
            Ask(state, now, effects);
        }
    }

    private void Ask(BatchState state, Now now, Effects effects)
    {
        var questions = new List<(TaskId, AgentId?)>(_unheard.Count);
        foreach (var (serial, number) in _unheard)
        {
            if (state.Find(serial) is { } job && job.Find(number) is { IsActive: true } run)
            {
                questions.Add(
                    (new TaskName(job.Spec.Id, serial, number, run.Attempt).ToTaskId(), run.Agent is null ? null : new AgentId(run.Agent)));
            }
        }
        keeper.Reconcile(questions, effects);
        _nextQuestion = now.Elapsed + _pause;
        _pause = _pause * 2 < settings.ReconciliationInterval ? _pause * 2 : settings.ReconciliationInterval;
    }
}
