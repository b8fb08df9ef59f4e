using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Matching;

namespace Offerbook.Apps.Volumes;

/// <summary>
/// Waits for new reservations to come back in an offer. One that has not after <see cref="AppsSettings.ReservationTimeout"/> was
/// lost on its way: its instance is given up, another takes its place, and should the reservation turn up after all it is undone.
/// Memory only: after a restart the wait begins anew.
/// </summary>
internal sealed class ReservationWatch(AppsSettings settings)
{
    private readonly SortedDictionary<InstanceId, TimeSpan> _since = [];
    private readonly HashSet<InstanceId> _shown = [];

    public void Look(Turn turn, Instance instance)
    {
        if (instance is { Reservation: not null, Incarnation: 0, Condition: Condition.Scheduled })
        {
            if (!_shown.Contains(instance.Id))
            {
                _since.TryAdd(instance.Id, turn.Now.Elapsed);
            }
        }
        else
        {
            Forget(instance.Id);
        }
    }

    public void Forget(InstanceId instance)
    {
        _since.Remove(instance);
        _shown.Remove(instance);
    }

    /// <summary>What an offer shows need not be waited for.</summary>
    public void See(OfferRemainder offer)
    {
        if (_since.Count == 0)
        {
            return;
        }
        foreach (var entry in offer.Resources)
        {
            if (ReservationLabels.Read(entry.Kind, offer.Offer.FrameworkId.Value) is { } instance && _since.Remove(instance))
            {
                _shown.Add(instance);
            }
        }
    }

    public void Sweep(Turn turn)
    {
        foreach (var id in _since.Where(wait => turn.Now.Elapsed - wait.Value >= settings.ReservationTimeout).Select(wait => wait.Key).ToList())
        {
            turn.Apply(new Change.InstanceExpunged(id));
        }
    }
}
