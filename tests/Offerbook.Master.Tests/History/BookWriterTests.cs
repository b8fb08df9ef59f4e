using Microsoft.Data.Sqlite;
using Offerbook.Master.Hosting.History;
using Offerbook.Resources;

namespace Offerbook.Master.Tests.History;

internal sealed class BookWriterTests
{
    [Test]
    public async Task Rows_BeyondTheBound_GoOldestFirst()
    {
        await using var book = new BookFixture(BookFixture.Forever with { MaxOffers = 100 });
        var last = "";
        for (var i = 0; i < 1_000; i++)
        {
            last = book.Add(book.Over(i, i + 1)).Offer.Id.Value;
        }
        var kept = await book.FindAsync(new OfferQuery { Limit = 1_000 });
        Assert.That(kept, Has.Count.EqualTo(100));
        Assert.That(kept[0], Is.EqualTo(last));
        Assert.That(book.Writer.Rows, Is.EqualTo(100));
    }

    [Test]
    public async Task Files_AreTheOwnersAlone()
    {
        await using var book = new BookFixture();
        book.Add(book.Over(0, 1));
        await book.Writer.CatchUpAsync();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(book.Path)!))
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }

    [Test]
    public async Task Rows_BeyondTheAge_Go()
    {
        await using var book = new BookFixture(new OfferBookOptions { MaxAge = TimeSpan.FromDays(1) });
        var old = book.Over(0, 1);
        book.Add(old with { At = old.At with { Wall = DateTimeOffset.UnixEpoch.AddDays(1) } });
        book.Add(book.Over(0, 1));
        Assert.That(await book.FindAsync(new OfferQuery()), Has.Count.EqualTo(1),
            "that of 1970 went in the batch that brought it, or the next");
    }

    [Test]
    public async Task Names_ThatNoRowUses_Go()
    {
        await using var book = new BookFixture(BookFixture.Forever with { MaxOffers = 10 });
        for (var i = 0; i < 2_000; i++)
        {
            book.Add(book.Over(i, i + 1, agent: $"a{i}"));
            if (i % 100 == 0)
            {
                await book.Writer.CatchUpAsync();
            }
        }
        await book.Writer.CatchUpAsync();
        for (var i = 0; i < 40; i++)
        {
            book.Add(book.Over(3000 + i, 3001 + i, agent: "the same"));
            await book.Writer.CatchUpAsync();
        }
        using var file = BookFile.OpenReader(book.Path);
        Assert.That(file.Number("SELECT count(*) FROM names"), Is.LessThan(1_000));
        Assert.That(await book.FindAsync(new OfferQuery { Agent = "the same" }), Has.Count.EqualTo(10));
    }

    [Test]
    public async Task Restart_GoesOnWhereItStopped()
    {
        var book = new BookFixture();
        var first = book.Add(book.Over(0, 10)).Offer.Id.Value;
        await book.DisposeAsync();
        await using var again = new BookFixture(path: book.Path);
        // Its clock is behind: what comes later must still count as newer.
        var second = again.Add(again.Over(0, 5) with { Offer = again.Over(0, 5).Offer with { Id = new Wire.Identity.OfferId("later") } })
            .Offer.Id.Value;
        Assert.That(await again.FindAsync(new OfferQuery()), Is.EqualTo(new[] { second, first }));
        Assert.That(again.Warnings, Is.Empty);
    }

    [TestCase("not a database at all, but long enough to be taken for one by its size alone")]
    [TestCase("")]
    public async Task File_ThatIsDamaged_IsPutAsideAndBegunAnew(string content)
    {
        var directory = TestDirectories.New();
        var path = Path.Combine(directory, "offers.db");
        await File.WriteAllTextAsync(path, content);
        await using var book = new BookFixture(path: path);
        var offer = book.Add(book.Over(0, 1)).Offer.Id.Value;
        Assert.That(await book.FindAsync(new OfferQuery()), Is.EqualTo(new[] { offer }));
        if (content.Length > 0)
        {
            Assert.That(await File.ReadAllTextAsync(path + ".damaged"), Is.EqualTo(content));
            Assert.That(book.Warnings.Single(), Does.Contain(path).And.Contain("damaged").And.Contain("begun anew"));
        }
    }

    [Test]
    public async Task File_DamagedInItsPages_IsPutAsideWhenItIsFound()
    {
        var book = new BookFixture();
        for (var i = 0; i < 5_000; i++)
        {
            book.Add(book.Over(i, i + 1));
        }
        await book.DisposeAsync();
        await using (var file = File.OpenWrite(book.Path))
        {
            file.Position = 8192;
            await file.WriteAsync(new byte[file.Length - 8192]);
        }
        await using var again = new BookFixture(path: book.Path);
        for (var i = 0; i < 20 && !File.Exists(book.Path + ".damaged"); i++)
        {
            again.Add(again.Over(i, i + 1));
            await again.Writer.CatchUpAsync();
        }
        var offer = again.Add(again.Over(100, 101)).Offer.Id.Value;
        Assert.That(await again.FindAsync(new OfferQuery { Limit = 1 }), Is.EqualTo(new[] { offer }));
        Assert.That(again.Warnings, Has.Count.EqualTo(1));
        Assert.That(again.Warnings[0], Does.Contain("damaged"));
    }

    [Test]
    public async Task File_OfAnotherVersion_IsPutAside()
    {
        var path = Path.Combine(TestDirectories.New(), "offers.db");
        using (var other = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            other.Open();
            other.Run("CREATE TABLE something (x); PRAGMA user_version=99;");
        }
        await using var book = new BookFixture(path: path);
        Assert.That(await book.FindAsync(new OfferQuery()), Is.Empty);
        Assert.That(book.Warnings.Single(), Does.Contain("version"));
        Assert.That(File.Exists(path + ".damaged"));
    }

    [Test]
    public async Task Queue_ThatIsFull_DropsAndCounts()
    {
        await using var book = new BookFixture(BookFixture.Forever with { MaxQueued = 10 });
        var over = book.Over(0, 1);
        for (var i = 0; i < 100_000; i++)
        {
            book.Add(over);
        }
        await book.Writer.CatchUpAsync();
        Assert.That(book.Writer.Dropped, Is.Positive);
    }

    [Test]
    public async Task Shares_AreReadOnePerStep()
    {
        await using var book = new BookFixture();
        for (var i = 0; i <= 60; i++)
        {
            book.Writer.Add(new BookEntry.Shares(BookFixture.Start.AddSeconds(i),
                [Share("a", i / 100.0), Share("b", 0.5)]));
        }
        await book.Writer.CatchUpAsync();
        var rows = ShareReader.Read(book.Path, BookFixture.Start, BookFixture.Start.AddSeconds(60), TimeSpan.FromSeconds(20), "a");
        Assert.That(rows.Select(row => (row.Time - BookFixture.Start).TotalSeconds), Is.EqualTo(new[] { 0.0, 20, 40, 60 }));
        Assert.That(rows.Select(row => row.Share), Is.EqualTo(new[] { 0, 0.2, 0.4, 0.6 }));
        Assert.That(rows[0].Allocated, Is.EqualTo("""{"cpus":1}"""));
        var both = ShareReader.Read(book.Path, BookFixture.Start, BookFixture.Start.AddSeconds(60), TimeSpan.FromSeconds(30), null);
        Assert.That(both.Select(row => row.Role), Is.EqualTo(new[] { "a", "a", "a", "b", "b", "b" }));
    }

    [Test]
    public async Task Shares_BeyondTheBound_GoOldestFirst()
    {
        await using var book = new BookFixture(BookFixture.Forever with { MaxShares = 10 });
        for (var i = 0; i < 100; i++)
        {
            book.Writer.Add(new BookEntry.Shares(BookFixture.Start.AddSeconds(i), [Share("a", 0.1)]));
        }
        await book.Writer.CatchUpAsync();
        var rows = ShareReader.Read(book.Path, BookFixture.Start, BookFixture.Start.AddSeconds(200), TimeSpan.FromSeconds(1), null);
        Assert.That(rows.Select(row => row.Time), Is.EqualTo(Enumerable.Range(90, 10).Select(i => BookFixture.Start.AddSeconds(i))));
    }

    private static RoleShare Share(string role, double share) =>
        new(role, share, ResourceQuantities.Of(("cpus", 1)), ResourceQuantities.Empty, 1);
}
