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
        if (instance is { Reservation: { } held, Condition: Condition.Scheduled } && (!held.IsUsed || instance.Incarnation == 0))
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

    /// <summary>
    /// What an offer shows need not be waited for: all of it. Each operation of an ACCEPT may be lost by itself, so there may be what was
    /// reserved, and none of the volumes or only some.
    /// </summary>
    public void See(Turn turn, OfferRemainder offer)
    {
        if (_since.Count == 0)
        {
            return;
        }
        var volumes = offer.Resources.Where(entry => entry.Kind.IsPersistentVolume).Select(entry => entry.Kind.Disk!.PersistenceId)
            .ToHashSet();
        foreach (var entry in offer.Resources)
        {
            if (ReservationLabels.Read(entry.Kind, offer.Offer.FrameworkId.Value) is { } id && _since.ContainsKey(id)
                && turn.State.Instances.Find(id)?.Reservation is { } held
                && held.Volumes.All(volume => volumes.Contains(volume.PersistenceId)))
            {
                _since.Remove(id);
                _shown.Add(id);
            }
        }
    }

    public void Sweep(Turn turn)
    {
        foreach (var id in _since.Where(wait => turn.Now.Elapsed - wait.Value >= settings.ReservationTimeout)
            .Select(wait => wait.Key).ToList())
        {
            turn.Apply(new Change.InstanceExpunged(id));
        }
    }
}
