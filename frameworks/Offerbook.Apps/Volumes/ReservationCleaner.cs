using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Volumes;

/// <summary>
/// Undoes reservations that belong to no instance any more: those of instances that are gone, and those that an instance gave up
/// for another. What an offer shows is compared with what the instances hold, so none is forgotten, whatever was lost.
/// </summary>
internal static class ReservationCleaner
{
    /// <summary>What of an offer is to be given back; null when nothing is.</summary>
    public static (LaunchOrder.Release Order, OfferRemainder Left)? Of(AppsState state, OfferRemainder offer)
    {
        if ((offer.Resources.Traits & ResourceTraits.Reserved) == 0)
        {
            return null;
        }
        var framework = offer.Offer.FrameworkId.Value;
        var entries = new List<ResourceEntry>();
        foreach (var entry in offer.Resources)
        {
            if (ReservationLabels.Read(entry.Kind, framework) is { } owner && !Holds(state.Instances.Find(owner), offer, entry.Kind))
            {
                entries.Add(entry);
            }
        }
        return entries.Count == 0
            ? null
            : (ReservationBuilder.Release(offer, entries), offer.Without(ResourceBag.Of(entries.ToArray())));
    }

    /// <summary>Its agent may have another id by now: then its volumes are in the offer.</summary>
    private static bool Holds(Instance? instance, OfferRemainder offer, ResourceKind kind) =>
        instance?.Reservation is { } held
        && (held.Agent == AgentId.From(offer.Offer.AgentId) || ReturnedVolumes.Shows(offer, held))
        && (!kind.IsPersistentVolume || held.Volumes.Any(volume => volume.PersistenceId == kind.Disk!.PersistenceId));
}
