using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Batch.Events;
using Offerbook.Batch.Matching;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Core;

/// <summary>
/// Uses offers, and tells the master whether any are wanted. Offers are never held: each is used or declined in the turn in which it comes.
/// </summary>
internal sealed class Launcher(BatchSettings settings, Ledger ledger, SubscriptionKeeper keeper, Reconciler reconciler, LossBackoff backoff)
{
    private bool _declinedSinceRevive;
    private int _waitingAtRevive;
    private TimeSpan? _wakingAt;

    public void Use(IReadOnlyList<Offer> offers, Now now, Effects effects)
    {
        var unused = new List<OfferId>();
        foreach (var offer in offers)
        {
            var room = Math.Min(settings.MaxTasksPerOffer, settings.MaxLaunchesInFlight - reconciler.Unheard);
            var placements = room <= 0
                ? []
                : FirstFit.Pack(ledger.State.WithWaiting.Values.Where(job => !backoff.IsHeldBack(job, now.Elapsed)),
                    new OfferCapacity(offer), room);
            if (placements.Count == 0)
            {
                unused.Add(OfferId.From(offer.Id));
            }
            else
            {
                Launch(offer, placements, now, effects);
            }
        }
        if (unused.Count > 0)
        {
            var busy = reconciler.Unheard >= settings.MaxLaunchesInFlight;
            _declinedSinceRevive = true;
            keeper.Decline(unused, busy ? settings.BusyDeclineDuration : settings.DeclineDuration, effects);
        }
    }

    /// <summary>
    /// Suppresses when nothing waits, revives when something does again. A run that comes to wait later than the last REVIVE may
    /// fit on an offer that was declined since, so that calls for another one.
    /// </summary>
    public void SayWhatIsWanted(Now now, Effects effects)
    {
        var wanted = ledger.State.WaitingRuns - backoff.WaitingRuns(ledger.State, now.Elapsed);
        if (wanted == 0)
        {
            if (keeper.SuppressedRoles.Count == 0)
            {
                keeper.Suppress(effects);
            }
        }
        else if (keeper.SuppressedRoles.Count > 0 || (_declinedSinceRevive && wanted > _waitingAtRevive))
        {
            keeper.Revive(effects);
            _declinedSinceRevive = false;
        }
        _waitingAtRevive = wanted;
        WakeWhenBackoffEnds(now, effects);
    }

    private void Launch(Offer offer, List<Placement> placements, Now now, Effects effects)
    {
        var tasks = new List<TaskInfo>();
        foreach (var placement in placements)
        {
            var numbers = placement.Runs.Select(run => run.Number).ToList();
            ledger.Record(new BatchEvent.RunsLaunched(placement.Job.Serial, offer.AgentId.Value, offer.Hostname, numbers, now.Wall),
                effects);
            foreach (var run in placement.Runs)
            {
                reconciler.Launched(placement.Job, run.Number, now);
                tasks.Add(TaskInfos.Create(placement.Job, run, offer.AgentId));
            }
        }
        // What is left is wanted back at once as long as something waits that may have been left out by a bound.
        keeper.Launch([OfferId.From(offer.Id)], tasks, tasks.Count >= settings.MaxTasksPerOffer ? TimeSpan.Zero : null, effects);
    }

    private void WakeWhenBackoffEnds(Now now, Effects effects)
    {
        var next = backoff.NextEnd(now.Elapsed);
        if (next is { } at && at != _wakingAt)
        {
            effects.Add(new StartTimer("loss-backoff", at - now.Elapsed, BatchMessage.LossBackoffEnded.Instance));
        }
        _wakingAt = next;
    }
}
