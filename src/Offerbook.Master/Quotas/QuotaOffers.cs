using Offerbook.Master.Offers;
using Offerbook.Resources;

namespace Offerbook.Master.Quotas;

/// <summary>
/// Rescinds offers that stand in the way of a new quota: the role's own as long as they would take it over its limits, then those
/// of others until the guarantee could be met from what came back. Free resources count as nothing here, because they may be on
/// their way to somebody, so that rather too much than too little is rescinded.
/// </summary>
internal sealed class QuotaOffers(ClusterState cluster, OfferBook offers)
{
    public void MakeRoom(in Turn turn, string role, Quota quota)
    {
        if (quota.Limits.Count == 0 && quota.Guarantees.IsEmpty)
        {
            return;
        }
        var (consumed, offered) = RoleConsumption.Of(cluster, role);
        var held = consumed + offered;
        held = KeepLimits(turn, role, quota, held);
        KeepGuarantee(turn, role, quota, held);
    }

    private ResourceQuantities KeepLimits(in Turn turn, string role, Quota quota, ResourceQuantities held)
    {
        if (quota.Allows(held))
        {
            return held;
        }
        foreach (var offer in offers.All.Where(offer => RoleName.IsSameOrAncestor(role, offer.Role)).ToList())
        {
            held -= offer.Resources.NonRevocable().Quantities;
            offers.Rescind(turn, offer);
            if (quota.Allows(held))
            {
                break;
            }
        }
        return held;
    }

    private void KeepGuarantee(in Turn turn, string role, Quota quota, ResourceQuantities held)
    {
        if (held.Contains(quota.Guarantees))
        {
            return;
        }
        // One agent at least for each framework of the role, or one of them could get all of it.
        var agentsWanted = cluster.Frameworks.Count(framework => framework.Connected && framework.Roles.Any(own => RoleName.IsSameOrAncestor(role, own)));
        foreach (var agent in cluster.Agents)
        {
            if (agentsWanted <= 0 && held.Contains(quota.Guarantees))
            {
                return;
            }
            var others = agent.Offers.Where(offer => !RoleName.IsSameOrAncestor(role, offer.Role)).ToList();
            foreach (var offer in others)
            {
                held += offer.Resources.NonRevocable().Quantities;
                offers.Rescind(turn, offer);
            }
            agentsWanted -= others.Count > 0 ? 1 : 0;
        }
    }
}
