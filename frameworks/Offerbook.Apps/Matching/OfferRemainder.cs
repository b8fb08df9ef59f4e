using Mesos.V1;
using Offerbook.Resources;

namespace Offerbook.Apps.Matching;

/// <summary>An offer and what of it is still to be had: launches on one offer are matched one after the other, each on the rest.</summary>
public sealed record OfferRemainder(Offer Offer, AgentLocation Location, ResourceBag Resources)
{
    /// <summary>A whole offer. Resources that cannot be read are left out; the master sends none.</summary>
    public static OfferRemainder Of(Offer offer) => new(offer, AgentLocation.Of(offer), ResourceReader.Read(offer.Resources).Bag);

    /// <summary>Resources are given back in the form in which they were offered.</summary>
    public ResourceFormat Format { get; } =
        Offer.Resources.Any(resource => resource.HasRole) ? ResourceFormat.PreRefinement : ResourceFormat.PostRefinement;

    /// <summary>The role to which the offer was made; null from a master that knows only one role per framework.</summary>
    public string? Role => Offer.AllocationInfo is { HasRole: true } allocation ? allocation.Role : null;

    public OfferRemainder Without(ResourceBag used) => this with { Resources = Resources - used };
}
