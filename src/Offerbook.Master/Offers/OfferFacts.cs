using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>What the offer book is told when an offer goes out. Immutable; costs the core one small object an offer.</summary>
/// <param name="FrameworkName">As the framework calls itself at that moment.</param>
/// <param name="Hostname">Of the agent.</param>
public sealed record OfferMade(
    OfferId Id, FrameworkId Framework, string FrameworkName, AgentId Agent, string Hostname, string Role, ResourceBag Resources, Now At);

/// <summary>What the offer book is told when an offer ends: exactly once for each that was made.</summary>
/// <param name="Refuse">How long the framework does not want what it gave back; null when it asked for no filter.</param>
/// <param name="Operations">Of the ACCEPT, never changed any more; empty unless <paramref name="End"/> is accepted.</param>
/// <param name="Used">What the ACCEPT took out of its offers. Offers accepted together tell it once, at the first one.</param>
/// <param name="AcceptedWith">The first of the offers that were accepted together, unless this is it.</param>
public sealed record OfferEnded(
    OfferMade Offer, OfferEnd End, Now At, TimeSpan? Refuse, IReadOnlyList<Operation> Operations, ResourceQuantities Used,
    OfferId? AcceptedWith);
