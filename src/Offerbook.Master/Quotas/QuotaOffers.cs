using Offerbook.Master.Allocation;
using Offerbook.Master.Offers;
using Offerbook.Resources;

namespace Offerbook.Master.Quotas;

/// <summary>
/// Rescinds offers that stand in the way of a new quota: the role's own as long as they take it over its limits, then those of
/// others until the guarantee could be met from what came back. Free resources count as nothing here, because they may be on
/// their way to somebody, so that rather too much than too little is rescinded.
/// </summary>
internal sealed class QuotaOffers(ClusterState cluster, OfferBook offers)
{
    /// <summary>
    /// What a top-level role takes of its quota without what it is merely offered: its reservations, and what else it uses.
    /// </summary>
    public ResourceQuantities Consumed(string role)
    {
        var offered = ResourceQuantities.Empty;
        foreach (var offer in offers.All)
        {
            if (RoleName.IsSameOrAncestor(role, offer.Role))
            {
                offered += Counted(offer);
            }
        }
        return cluster.Allocator.ConsumedQuota(role) - offered;
    }

    public void MakeRoom(in Turn turn, string role, RoleQuota quota)
    {
        KeepLimits(turn, role, quota);
        KeepGuarantee(turn, role, quota, cluster.Allocator.ConsumedQuota(role));
    }

    private void KeepLimits(in Turn turn, string role, RoleQuota quota)
    {
        if (quota.Limits.Admit(cluster.Allocator.ConsumedQuota(role)))
        {
            return;
        }
        foreach (var offer in offers.All.Where(offer => RoleName.IsSameOrAncestor(role, offer.Role)).ToList())
        {
            offers.Rescind(turn, offer, OfferEnd.QuotaChanged);
            if (quota.Limits.Admit(cluster.Allocator.ConsumedQuota(role)))
            {
                return;
            }
        }
    }

    private void KeepGuarantee(in Turn turn, string role, RoleQuota quota, ResourceQuantities held)
    {
        if (held.Contains(quota.Guarantees))
        {
            return;
        }
        // One agent at least for each framework of the role, or one of them could get all of it.
        var agentsWanted = cluster.Frameworks.Count(framework => framework.Connected
            && framework.Roles.Any(own => RoleName.IsSameOrAncestor(role, own)));
        foreach (var agent in cluster.Agents)
        {
            if (agentsWanted <= 0 && held.Contains(quota.Guarantees))
            {
                return;
            }
            var others = agent.Offers.Where(offer => !RoleName.IsSameOrAncestor(role, offer.Role)).ToList();
            foreach (var offer in others)
            {
                held += Counted(offer);
                offers.Rescind(turn, offer, OfferEnd.QuotaChanged);
            }
            agentsWanted -= others.Count > 0 ? 1 : 0;
        }
    }

    private static ResourceQuantities Counted(LiveOffer offer) => offer.Resources.Unreserved().NonRevocable().Quantities;
}
