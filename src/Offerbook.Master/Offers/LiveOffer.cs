using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>An offer that is out: it ends exactly once, accepted, declined, rescinded or dropped with its framework.</summary>
/// <param name="Sent">As its framework got it.</param>
public sealed record LiveOffer(OfferMade Made, Mesos.V1.Offer Sent)
{
    public OfferId Id => Made.Id;

    public FrameworkId Framework => Made.Framework;

    public AgentId Agent => Made.Agent;

    public string Role => Made.Role;

    /// <summary>Allocated to <see cref="Role"/>.</summary>
    public ResourceBag Resources => Made.Resources;
}
