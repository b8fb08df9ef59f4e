using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>
/// Whether the offers that one ACCEPT names may be used together. Each rule is asked of all offers before the next one is, which
/// decides the text when several are broken; the texts are those of the reference, unbalanced quotes with them.
/// </summary>
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
        if (ids.FirstOrDefault(id => !seen.Add(id.Value)) is { } duplicate)
        {
            return $"Duplicate offer {duplicate.Value} in offer list";
        }
        var live = new List<LiveOffer>(ids.Count);
        foreach (var id in ids)
        {
            if (offers.Find(OfferId.From(id)) is not { } offer)
            {
                return $"Offer {id.Value} is no longer valid";
            }
            live.Add(offer);
        }
        if (live.Find(offer => offer.Framework != framework.Id) is { } alien)
        {
            return $"Offer {alien.Id} has invalid framework {alien.Framework} while framework {framework.Id} is expected";
        }
        var first = live[0];
        if (live.Find(offer => offer.Role != first.Role) is { } otherRole)
        {
            return $"Aggregated offers must be allocated to the same role. Offer {otherRole.Id} uses role '{otherRole.Role} but another is using role '{first.Role}";
        }
        return live.Find(offer => offer.Agent != first.Agent) is { } otherAgent
            ? $"Aggregated offers must belong to one single agent. Offer {otherAgent.Id} uses agent {otherAgent.Agent} and agent {first.Agent}"
            : null;
    }
}
