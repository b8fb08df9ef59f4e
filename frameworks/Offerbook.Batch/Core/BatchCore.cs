using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Batch.Events;
using Offerbook.Batch.Jobs;
using Offerbook.Client.Scheduling;
using Offerbook.Storage;
using Offerbook.Wire.Identity;
using MesosTaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Batch.Core;

/// <summary>
/// The batch scheduler: jobs in, tasks out, each run carried to its end once.
///
/// <code>
/// ApiCalled ──────▶ JobRequests ──┐
/// MasterSignalled ▶ keeper ─▶ OFFERS ─▶ Launcher ─▶ RunsLaunched, then ACCEPT
///                          └▶ UPDATE ─▶ StatusJudge ─▶ RunStarted, AttemptEnded …, then ACKNOWLEDGE
/// SweepDue ───────▶ Reconciler, kills again, runs unreachable for too long
/// every turn ends: answer those who wait for a job, REVIVE or SUPPRESS, snapshot
/// </code>
///
/// Nothing is launched twice and nothing is forgotten: the intent to launch is durable before the master hears of it, the task's
/// id follows from it, and after every subscription the master is asked about each such task until it answers.
/// </summary>
public sealed class BatchCore : IDurableCore<BatchMessage>
{
    private readonly BatchSettings _settings;
    private readonly Ledger _ledger;
    private readonly SubscriptionKeeper _keeper;
    private readonly Reconciler _reconciler;
    private readonly LossBackoff _backoff;
    private readonly Launcher _launcher;
    private readonly Stopper _stopper;
    private readonly JobRequests _requests;
    private readonly UnreachableRuns _unreachable;
    private bool _sweeping;

    public BatchCore(BatchSettings settings, SeededRandom random)
    {
        _settings = settings;
        _ledger = new Ledger(settings.EventsPerSnapshot, settings.Format);
        _keeper = new SubscriptionKeeper(FrameworkDescription.Of(settings), settings.Subscription, random,
            timer => new BatchMessage.SubscriptionTimedOut(timer));
        _reconciler = new Reconciler(_keeper, settings);
        _backoff = new LossBackoff(settings.FirstLossBackoff, settings.MaxLossBackoff);
        _launcher = new Launcher(settings, _ledger, _keeper, _reconciler, _backoff);
        _stopper = new Stopper(settings, _ledger, _keeper);
        _requests = new JobRequests(settings, _ledger, _keeper, _stopper);
        _unreachable = new UnreachableRuns(settings.UnreachablePatience);
    }

    public string PersistenceId => "batch";

    /// <summary>The state as it is; for invariants and tests. Not to be changed.</summary>
    public BatchState State => _ledger.State;

    public void Recover(Recovery recovery, Now now, Effects effects)
    {
        _ledger.Recover(recovery, effects);
        _keeper.Restore(State.FrameworkId is { } id ? new FrameworkId(id) : null);
        _unreachable.Restore(State, now);
        if (State.WaitingRuns == 0)
        {
            _keeper.Suppress(effects);
        }
        _keeper.Start(now, effects);
        Settle(now, effects);
    }

    public void Handle(BatchMessage message, Now now, Effects effects)
    {
        switch (message)
        {
            case BatchMessage.MasterSignalled signalled:
                Hear(_keeper.Receive(signalled.Signal, now, effects), now, effects);
                break;
            case BatchMessage.SubscriptionTimedOut timedOut:
                Hear(_keeper.Elapse(timedOut.Timer, now, effects), now, effects);
                break;
            case BatchMessage.ApiCalled called:
                _requests.Handle(called, now, effects);
                break;
            case BatchMessage.ConnectionClosed closed:
                _requests.Waiters.Forget(closed.Connection, effects);
                break;
            case BatchMessage.WaitElapsed elapsed:
                _requests.Waiters.Answer(elapsed.Connection, effects);
                break;
            case BatchMessage.SweepDue:
                Sweep(now, effects);
                break;
            case BatchMessage.LossBackoffEnded:
                break;
            default:
                Invariant.Fail("an unknown message: " + message.GetType());
                break;
        }
        Settle(now, effects);
    }

    private void Hear(SubscriptionNews? news, Now now, Effects effects)
    {
        switch (news)
        {
            case SubscriptionNews.Subscribed subscribed:
                Subscribed(subscribed, now, effects);
                break;
            case SubscriptionNews.EventArrived { Event.Type: Event.Types.Type.Offers } arrived:
                _launcher.Use(arrived.Event.Offers.Offers_, now, effects);
                break;
            case SubscriptionNews.EventArrived { Event.Type: Event.Types.Type.Update } arrived:
                Update(arrived.Event.Update.Status, now, effects);
                break;
            case SubscriptionNews.Disconnected disconnected:
                effects.Add(new Note(true, "Disconnected from the master: " + disconnected.Reason));
                break;
            case SubscriptionNews.Refused refused:
                effects.Add(new Note(true, $"The master refuses the framework: {refused.Message}"));
                break;
            case SubscriptionNews.CallRefused refused:
                effects.Add(new Note(true, $"The master refused {refused.Call.Type} with {refused.Status}: {refused.Reason}"));
                break;
        }
    }

    private void Subscribed(SubscriptionNews.Subscribed subscribed, Now now, Effects effects)
    {
        if (subscribed.IsNew)
        {
            // A framework that was removed was removed with its tasks.
            foreach (var job in State.Active.Values.ToList())
            {
                foreach (var run in job.ActiveRuns().ToList())
                {
                    End(job, new BatchEvent.AttemptEnded(job.Serial, run, AttemptEnd.Lost, "The framework was removed by the master",
                        now.Wall), now, effects);
                }
            }
            _ledger.Record(new BatchEvent.FrameworkRegistered(subscribed.Id.Value), effects);
        }
        effects.Add(new Note(false, $"Subscribed as {subscribed.Id}"));
        _reconciler.Restart(State, now, effects);
        _stopper.KillAll(now, effects);
    }

    private void Update(MesosTaskStatus status, Now now, Effects effects)
    {
        if (TaskName.TryParse(status.TaskId.Value, out var name) && State.Find(name.Serial) is { } job
            && job.Find(name.Run) is { IsActive: true } run && run.Attempt == name.Attempt)
        {
            _reconciler.Heard(name.Serial, name.Run);
            if (StatusJudge.Judge(job, name.Run, run, status, now) is { } @event)
            {
                Record(job, name.Run, @event, now, effects);
            }
        }
        else if (!StatusJudge.IsTerminal(status.State))
        {
            // An attempt that was given up as lost and has been replaced: only the newest may run.
            _keeper.Kill(TaskId.From(status.TaskId), status.AgentId is null ? null : AgentId.From(status.AgentId), null, effects);
        }
        _keeper.Acknowledge(status, effects);
    }

    private void Record(Job job, int run, BatchEvent @event, Now now, Effects effects)
    {
        switch (@event)
        {
            case BatchEvent.AttemptEnded ended:
                End(job, ended, now, effects);
                return;
            case BatchEvent.RunUnreachable:
                _unreachable.Add(job, run, now);
                break;
            default:
                _unreachable.Remove(job, run);
                _backoff.Forget(job);
                break;
        }
        _ledger.Record(@event, effects);
    }

    private void End(Job job, BatchEvent.AttemptEnded ended, Now now, Effects effects)
    {
        _unreachable.Remove(job, ended.Run);
        _reconciler.Heard(job.Serial, ended.Run);
        _ledger.Record(ended, effects);
        if (ended.End == AttemptEnd.Lost && !job.HasEnded)
        {
            _backoff.Lost(job, now.Elapsed);
        }
    }

    private void Sweep(Now now, Effects effects)
    {
        _sweeping = false;
        foreach (var (job, run) in _unreachable.Overdue(State, now))
        {
            var cause = $"Its agent was unreachable for {_settings.UnreachablePatience.TotalMinutes:0} minutes";
            End(job, new BatchEvent.AttemptEnded(job.Serial, run, AttemptEnd.Lost, cause, now.Wall), now, effects);
        }
        _stopper.Sweep(now, effects);
        _reconciler.Sweep(State, now, effects);
    }

    /// <summary>What every turn ends with.</summary>
    private void Settle(Now now, Effects effects)
    {
        foreach (var job in _ledger.TakeEnded())
        {
            _backoff.Forget(job);
            _stopper.Forget(job);
            _requests.Waiters.JobEnded(job, effects);
        }
        _launcher.SayWhatIsWanted(now, effects);
        if (!_sweeping && State.Active.Count > 0)
        {
            _sweeping = true;
            effects.Add(new StartTimer("sweep", _settings.SweepInterval, BatchMessage.SweepDue.Instance));
        }
        _ledger.SnapshotIfDue(effects);
    }
}
