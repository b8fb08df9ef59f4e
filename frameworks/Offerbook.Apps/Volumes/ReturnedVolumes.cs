using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Volumes;

/// <summary>
/// An agent that comes back under another id (its machine was taken down for maintenance, or is another one since its last start) keeps
/// what is reserved there and the volumes. Instances follow their volumes: a persistence id is given once, so what an offer shows under
/// it is the same volume, whatever the agent is called.
/// </summary>
internal static class ReturnedVolumes
{
    public static void Follow(Turn turn, OfferRemainder offer)
    {
        if ((offer.Resources.Traits & ResourceTraits.Reserved) == 0)
        {
            return;
        }
        var agent = AgentId.From(offer.Offer.AgentId);
        foreach (var entry in offer.Resources)
        {
            // While there is, or may be, a task of it elsewhere, it is not yet known that nobody uses them there.
            if (entry.Kind.IsPersistentVolume && ReservationLabels.Read(entry.Kind, offer.Offer.FrameworkId.Value) is { } id
                && turn.State.Instances.Find(id) is { IsActive: false, Reservation: { } held } instance && held.Agent != agent
                && Shows(offer, held))
            {
                turn.Store(instance, instance with { Reservation = held with { Agent = agent, Location = offer.Location } });
            }
        }
    }

    /// <summary>Whether all its volumes are there.</summary>
    public static bool Shows(OfferRemainder offer, Reservation held)
    {
        foreach (var volume in held.Volumes)
        {
            var isShown = false;
            foreach (var entry in offer.Resources)
            {
                isShown |= entry.Kind.Disk?.PersistenceId == volume.PersistenceId;
            }
            if (!isShown)
            {
                return false;
            }
        }
        return held.Volumes.Count > 0;
    }
}
