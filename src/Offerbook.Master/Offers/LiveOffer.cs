using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>An offer that is out: it ends exactly once, accepted, declined, rescinded or dropped with its framework.</summary>
/// <param name="Resources">Allocated to <paramref name="Role"/>.</param>
internal sealed record LiveOffer(OfferId Id, FrameworkId Framework, AgentId Agent, string Role, ResourceBag Resources, Mesos.V1.Offer Sent);
