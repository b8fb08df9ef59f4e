using Offerbook.Master.Offers;
using Offerbook.Resources;

namespace Offerbook.Master.Hosting.History;

/// <summary>One offer of the book, past or out, as it is shown.</summary>
/// <param name="Position">Of a past offer in the book, newest highest; 0 for one that is out.</param>
/// <param name="End">Null while it is out.</param>
/// <param name="Resources">Exactly, in the notation of the command line.</param>
/// <param name="Amounts">JSON: the scalars of all kinds added up.</param>
/// <param name="Used">JSON; null unless it was accepted.</param>
/// <param name="Operations">JSON; null unless it was accepted.</param>
internal sealed record OfferRow(
    long Position, string Offer, string Framework, string FrameworkName, string Agent, string Hostname, string Role,
    DateTimeOffset Made, DateTimeOffset? Ended, TimeSpan Held, OfferEnd? End, TimeSpan? Refuse,
    string Resources, string Amounts, string? Used, string? Operations, string? AcceptedWith)
{
    public static OfferRow Outstanding(OfferMade offer, TimeSpan held) => new(
        0, offer.Id.Value, offer.Framework.Value, offer.FrameworkName, offer.Agent.Value, offer.Hostname, offer.Role,
        offer.At.Wall, null, held, null, null, Text(offer.Resources), BookText.Amounts(offer.Resources.Quantities), null, null, null);

    public static string Text(ResourceBag resources) => resources.Unallocate().ToString();
}
