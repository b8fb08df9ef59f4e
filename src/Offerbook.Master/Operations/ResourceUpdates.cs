using Offerbook.Master.Agents;
using Offerbook.Master.Offers;
using Offerbook.Resources;
using Report = Offerbook.Wire.AgentProtocol.Call.Types.ResourcesUpdate;

namespace Offerbook.Master.Operations;

/// <summary>
/// UPDATE_RESOURCES. A new resource version says that an operation failed on which the master had counted: the agent's word on its
/// total holds, and everything that was sent on the old version the agent drops. On the same version only the revocable part is
/// news: operations may be under way that the agent did not know of when it spoke.
/// </summary>
internal sealed class ResourceUpdates(ClusterState cluster, OfferBook offers)
{
    public void Update(in Turn turn, Agent agent, Report report)
    {
        cluster.Counters.Increment("messages_update_slave");
        var reported = AgentTotals.Of(agent.Info, report.CheckpointedResources, report.OversubscribedResources);
        if (!reported.IsApplied)
        {
            return;
        }
        var total = report.ResourceVersion > agent.ResourceVersion
            ? reported.Bag
            : agent.Total.NonRevocable() + reported.Bag.Revocable();
        agent.ResourceVersion = Math.Max(agent.ResourceVersion, report.ResourceVersion);
        if (total == agent.Total)
        {
            return;
        }
        var onlyRevocable = total.NonRevocable() == agent.Total.NonRevocable();
        foreach (var offer in agent.Offers.Where(offer => !onlyRevocable || !offer.Resources.Revocable().IsEmpty).ToList())
        {
            offers.Rescind(turn, offer, OfferEnd.AgentChanged);
        }
        agent.Total = total;
        cluster.Allocator.UpdateAgentTotal(agent.Id, total);
    }
}
