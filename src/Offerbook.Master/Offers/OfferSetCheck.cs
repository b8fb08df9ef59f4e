using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>Whether the offers that one ACCEPT names may be used together. The texts are those of the reference.</summary>
internal static class OfferSetCheck
{
    /// <returns>What is wrong with the set, or null.</returns>
    public static string? Check(OfferBook offers, Framework framework, IReadOnlyCollection<OfferID> ids)
    {
        if (ids.Count == 0)
        {
            return "No offers specified";
        }
        var seen = new HashSet<string>();
        LiveOffer? first = null;
        foreach (var id in ids)
        {
            if (!seen.Add(id.Value))
            {
                return $"Duplicate offer {id.Value} in offer list";
            }
            if (offers.Find(OfferId.From(id)) is not { } offer)
            {
                return $"Offer {id.Value} is no longer valid";
            }
            if (offer.Framework != framework.Id)
            {
                return $"Offer {id.Value} has invalid framework {offer.Framework} while framework {framework.Id} is expected";
            }
            first ??= offer;
            if (offer.Role != first.Role)
            {
                return $"Aggregated offers must be allocated to the same role. Offer {id.Value} uses role '{offer.Role}' but another is using role '{first.Role}'";
            }
            if (offer.Agent != first.Agent)
            {
                return $"Aggregated offers must belong to one single agent. Offer {id.Value} uses agent {offer.Agent} and agent {first.Agent}";
            }
        }
        return null;
    }
}
