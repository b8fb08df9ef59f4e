namespace Offerbook.Master.Hosting.History;

/// <summary>How much of the past the offer book keeps, and where.</summary>
public sealed record OfferBookOptions
{
    /// <summary>False: nothing is written, and the endpoints under /offerbook/v1/ that need the past answer 503.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Offers that have ended, oldest deleted first. At about 300 bytes each, indexes included, a million take 300 MB.</summary>
    public long MaxOffers { get; init; } = 1_000_000;

    /// <summary>Offers and shares older than this are deleted.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How often the shares of the roles are noted down.</summary>
    public TimeSpan ShareInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Rows of shares, one a role and sample, oldest deleted first: with 10 roles and a sample every 15 s a week.</summary>
    public long MaxShares { get; init; } = 500_000;

    /// <summary>
    /// Offers that may wait to be written; beyond that they are dropped and counted. At 20,000 offers a second a disk may stall
    /// for three seconds before one is lost.
    /// </summary>
    public int MaxQueued { get; init; } = 65_536;
}
