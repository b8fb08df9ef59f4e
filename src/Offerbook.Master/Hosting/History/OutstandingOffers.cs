using Offerbook.Actors;
using Offerbook.Master.Offers;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Hosting.History;

/// <summary>
/// The offers that are out, as the core told of them; never more than the core itself has. Told by the task that performs effects,
/// read by requests, who copy what they need.
/// </summary>
internal sealed class OutstandingOffers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<OfferId, OfferMade> _offers = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _offers.Count;
            }
        }
    }

    public void Add(IReadOnlyList<OfferMade> made)
    {
        lock (_lock)
        {
            foreach (var offer in made)
            {
                _offers[offer.Id] = offer;
            }
        }
    }

    public void Remove(OfferId id)
    {
        lock (_lock)
        {
            _offers.Remove(id);
        }
    }

    public OfferMade[] ToArray()
    {
        lock (_lock)
        {
            return [.. _offers.Values];
        }
    }

    /// <summary>The page that the query asks for, newest first.</summary>
    public List<OfferRow> Find(OfferQuery query, Now now, int limit)
    {
        if (query.Outcome is not (null or OfferOutcome.Outstanding) || query.Cursor?.Position is not null)
        {
            return [];
        }
        return
        [
            .. ToArray().Where(query.Matches)
                .Where(offer => query.Cursor is not { } cursor || Compare(offer, cursor) > 0)
                .OrderByDescending(offer => BookTables.Microseconds(offer.At.Wall))
                .ThenByDescending(offer => offer.Id.Value, StringComparer.Ordinal)
                .Take(limit)
                .Select(offer => OfferRow.Outstanding(offer, now.Elapsed - offer.At.Elapsed)),
        ];
    }

    /// <returns>More than 0 when the offer comes after the cursor, where older ones are.</returns>
    private static int Compare(OfferMade offer, OfferCursor cursor)
    {
        var time = BookTables.Microseconds(cursor.Made).CompareTo(BookTables.Microseconds(offer.At.Wall));
        return time != 0 ? time : string.CompareOrdinal(cursor.Offer, offer.Id.Value);
    }

    public List<OfferHolder> Holders(Now now) =>
    [
        .. ToArray().GroupBy(offer => offer.Framework)
            .Select(group => new OfferHolder(group.Key, group.First().FrameworkName, group.Count(),
                now.Elapsed - group.Min(offer => offer.At.Elapsed), Sum(group)))
            .OrderByDescending(holder => holder.Offers).ThenBy(holder => holder.Framework.Value, StringComparer.Ordinal),
    ];

    public Dictionary<string, ResourceQuantities> ByRole() =>
        ToArray().GroupBy(offer => offer.Role).ToDictionary(group => group.Key, Sum, StringComparer.Ordinal);

    private static ResourceQuantities Sum(IEnumerable<OfferMade> offers)
    {
        var sum = ResourceQuantities.Empty;
        foreach (var offer in offers)
        {
            sum += offer.Resources.Quantities;
        }
        return sum;
    }
}

/// <summary>What one framework keeps from others by not answering its offers.</summary>
internal sealed record OfferHolder(FrameworkId Framework, string Name, int Offers, TimeSpan Oldest, ResourceQuantities Resources);
