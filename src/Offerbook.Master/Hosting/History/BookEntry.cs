using Offerbook.Master.Offers;
using Offerbook.Resources;

namespace Offerbook.Master.Hosting.History;

/// <summary>What the writer of the offer book is asked to do.</summary>
internal abstract record BookEntry
{
    private BookEntry()
    {
    }

    public sealed record Over(OfferEnded Offer) : BookEntry;

    public sealed record Shares(DateTimeOffset Time, IReadOnlyList<RoleShare> Roles) : BookEntry;

    /// <summary>Somebody waits until all that came before has been written.</summary>
    public sealed record CaughtUp(TaskCompletionSource Reached) : BookEntry;
}

/// <summary>What a role had at one moment.</summary>
/// <param name="Share">Its dominant share, 0 to 1, offers included.</param>
/// <param name="Allocated">Offers included.</param>
/// <param name="Frameworks">Those that competed.</param>
internal sealed record RoleShare(string Role, double Share, ResourceQuantities Allocated, ResourceQuantities Offered, int Frameworks);
