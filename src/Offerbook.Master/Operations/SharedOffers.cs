using Offerbook.Master.Agents;
using Offerbook.Master.Offers;
using Offerbook.Resources;

namespace Offerbook.Master.Operations;

/// <summary>A shared volume is offered to several at once. Before it goes, every offer that holds a copy ends.</summary>
internal static class SharedOffers
{
    public static void Rescind(in Turn turn, OfferBook offers, Agent agent, Operation operation)
    {
        if (operation.Type != OperationType.Destroy)
        {
            return;
        }
        foreach (var volume in OperationConversions.VolumesOf(operation).Where(volume => volume.Kind.IsShared))
        {
            var bare = volume with { Kind = volume.Kind.AllocatedTo(null) };
            foreach (var offer in agent.Offers.Where(offer => offer.Resources.Unallocate().Contains(bare)).ToList())
            {
                offers.Rescind(turn, offer, OfferEnd.AgentChanged);
            }
        }
    }
}
