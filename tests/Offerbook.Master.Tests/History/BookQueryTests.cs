using Offerbook.Actors;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Offers;

namespace Offerbook.Master.Tests.History;

internal sealed class BookQueryTests
{
    private BookFixture _book = null!;

    [SetUp]
    public void SetUp() => _book = new BookFixture();

    [TearDown]
    public async Task TearDown() => await _book.DisposeAsync();

    [Test]
    public async Task Offer_IsReadAsItWasWritten()
    {
        var over = _book.Add(_book.Over(10, 12.5));
        await _book.Writer.CatchUpAsync();
        var row = BookReader.Offers(_book.Path, new OfferQuery(), 10).Single();
        Assert.That(row with { Position = 0 }, Is.EqualTo(new OfferRow(0, over.Offer.Id.Value, "f", "name of f", "a", "host of a", "r",
            BookFixture.Start.AddSeconds(10), BookFixture.Start.AddSeconds(12.5), TimeSpan.FromSeconds(2.5), OfferEnd.Declined,
            TimeSpan.FromSeconds(5),
            "cpus:2; mem:512; ports:[31000-31001]", """{"cpus":2,"mem":512}""", null, null, null)));
    }

    [Test]
    public async Task Held_IsJudgedByTheClockThatNeverGoesBack()
    {
        var over = _book.Over(0, 100);
        _book.Add(over with { At = new Now(over.At.Elapsed, BookFixture.Start.AddSeconds(-3600)) });
        await _book.Writer.CatchUpAsync();
        var row = BookReader.Offers(_book.Path, new OfferQuery(), 10).Single();
        Assert.That((row.Held, row.Ended), Is.EqualTo((TimeSpan.FromSeconds(100), BookFixture.Start.AddSeconds(-3600))));
    }

    [Test]
    public async Task Filters_AreAllApplied_NewestFirst()
    {
        var one = _book.Add(_book.Over(0, 1, agent: "a1", framework: "f1", role: "r1"));
        var two = _book.Add(_book.Over(0, 2, agent: "a1", framework: "f2", role: "r2", end: OfferEnd.Accepted));
        var three = _book.Add(_book.Over(0, 3, agent: "a2", framework: "f1", role: "r1", end: OfferEnd.AgentLost));
        await Expect(new OfferQuery(), three, two, one);
        await Expect(new OfferQuery { Agent = "a1" }, two, one);
        await Expect(new OfferQuery { Agent = "host of a1" }, two, one);
        await Expect(new OfferQuery { Framework = "f1" }, three, one);
        await Expect(new OfferQuery { Framework = "name of f1" }, three, one);
        await Expect(new OfferQuery { Role = "r2" }, two);
        await Expect(new OfferQuery { Agent = "a1", Framework = "f1" }, one);
        await Expect(new OfferQuery { Agent = "a1", Framework = "f1", Role = "r2" });
        await Expect(new OfferQuery { Outcome = OfferOutcome.Declined }, one);
        await Expect(new OfferQuery { Outcome = OfferOutcome.Rescinded }, three);
        await Expect(new OfferQuery { Agent = "a1", Outcome = OfferOutcome.Accepted }, two);
        await Expect(new OfferQuery { Agent = "nobody" });
    }

    [Test]
    public async Task Namesakes_AreFoundTogether_InOrder()
    {
        var offers = Enumerable.Range(0, 20).Select(i => _book.Over(0, i, framework: $"f{i % 3}")).ToList();
        foreach (var over in offers)
        {
            _book.Add(over with { Offer = over.Offer with { FrameworkName = "same" } });
        }
        offers.Reverse();
        await Expect(new OfferQuery { Framework = "same", Limit = 7 }, [.. offers.Take(7)]);
    }

    [Test]
    public async Task Time_FindsWhatWasOutInIt()
    {
        var before = _book.Add(_book.Over(0, 50));
        var into = _book.Add(_book.Over(60, 110));
        var within = _book.Add(_book.Over(120, 130));
        var outOf = _book.Add(_book.Over(150, 400));
        var after = _book.Add(_book.Over(210, 500));
        var around = _book.Add(_book.Over(90, 5000));
        await Expect(new OfferQuery { From = Time(100), Until = Time(200) }, around, outOf, within, into);
        await Expect(new OfferQuery { From = Time(450) }, around, after);
        await Expect(new OfferQuery { Until = Time(55) }, before);
        await Expect(new OfferQuery { From = Time(100), Until = Time(200), Limit = 2 }, around, outOf);
    }

    [Test]
    public async Task Pages_GiveEveryOfferOnce()
    {
        var offers = Enumerable.Range(0, 95).Select(i => _book.Add(_book.Over(i, i % 7 == 0 ? i + 2000 : i + 1, agent: $"a{i % 2}")))
            .ToList();
        foreach (var query in (OfferQuery[])[new(), new() { Agent = "a1" }, new() { Until = Time(60) }])
        {
            var seen = await PagesAsync(query with { Limit = 10 });
            var expected = await _book.FindAsync(query with { Limit = 1000 });
            Assert.That(seen, Is.EqualTo(expected));
            Assert.That(seen, Is.Unique.And.Not.Empty);
        }
        Assert.That(await PagesAsync(new OfferQuery { Limit = 10 }), Has.Count.EqualTo(offers.Count));
    }

    [Test]
    public void Cursor_ReadsBackAsItWasWritten()
    {
        foreach (var cursor in (ReadOnlySpan<OfferCursor>)[OfferCursor.Past(17), OfferCursor.Outstanding(BookFixture.Start, "x-O1.2")])
        {
            Assert.That(OfferCursor.Parse(cursor.ToString()), Is.EqualTo(cursor));
        }
        foreach (var bad in (ReadOnlySpan<string>)["", "p", "p-1", "px", "o", "o.", "o1", "o99999999999999999999.x", "17"])
        {
            Assert.That(OfferCursor.Parse(bad), Is.Null, bad);
        }
    }

    private async Task<List<string>> PagesAsync(OfferQuery query)
    {
        var seen = new List<string>();
        await _book.Writer.CatchUpAsync();
        while (true)
        {
            var page = BookReader.Offers(_book.Path, query, query.Limit);
            seen.AddRange(page.Select(row => row.Offer));
            if (page.Count < query.Limit)
            {
                return seen;
            }
            query = query with { Cursor = OfferCursor.Past(page[^1].Position) };
        }
    }

    private async Task Expect(OfferQuery query, params OfferEnded[] offers) =>
        Assert.That(await _book.FindAsync(query), Is.EqualTo(offers.Select(over => over.Offer.Id.Value)), query.ToString());

    private static DateTimeOffset Time(double seconds) => BookFixture.Start.AddSeconds(seconds);
}
