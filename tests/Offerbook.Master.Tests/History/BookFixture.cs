using Offerbook.Actors;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Offers;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.History;

/// <summary>An offer book in a directory of its own, and offers to put into it.</summary>
internal sealed class BookFixture : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private long _next;

    public BookFixture(OfferBookOptions? options = null, string? path = null)
    {
        Path = path ?? System.IO.Path.Combine(TestDirectories.New(), "offers.db");
        Writer = BookWriter.Open(Path, options ?? Forever, TimeProvider.System, Warnings.Add);
    }

    /// <summary>Offers of these tests are of 2030.</summary>
    public static OfferBookOptions Forever => new() { MaxAge = TimeSpan.FromDays(100_000) };

    public string Path { get; }

    public BookWriter Writer { get; }

    public List<string> Warnings { get; } = [];

    /// <param name="made">Seconds after <see cref="Start"/>.</param>
    public OfferEnded Over(double made, double ended, string agent = "a", string framework = "f", string role = "r",
        OfferEnd end = OfferEnd.Declined)
    {
        var offer = new OfferMade(new OfferId($"O{_next++}"), new FrameworkId(framework), "name of " + framework, new AgentId(agent),
            "host of " + agent, role,
            ResourceBag.Parse("cpus:2;mem:512;ports:[31000-31001]").Allocate(role), At(made));
        return new OfferEnded(offer, end, At(ended), end == OfferEnd.Declined ? TimeSpan.FromSeconds(5) : null, [],
            ResourceQuantities.Empty, null);
    }

    public OfferEnded Add(OfferEnded over)
    {
        Writer.Add(new BookEntry.Over(over));
        return over;
    }

    public async Task<List<string>> FindAsync(OfferQuery query)
    {
        await Writer.CatchUpAsync();
        return [.. BookReader.Offers(Path, query, query.Limit).Select(row => row.Offer)];
    }

    public static Now At(double seconds) => new(TimeSpan.FromSeconds(1_000_000 + seconds), Start.AddSeconds(seconds));

    public ValueTask DisposeAsync() => Writer.DisposeAsync();
}
