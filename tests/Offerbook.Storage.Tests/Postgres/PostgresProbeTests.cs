using System.Diagnostics;
using Offerbook.Testing.Postgres;

namespace Offerbook.Storage.Tests.Postgres;

/// <summary>What a durable write takes, measured beside the journals.</summary>
internal sealed class PostgresProbeTests
{
    [Test]
    public async Task Probe_OfAnOrdinaryUser_MakesDurableWritesAndLeavesNothing()
    {
        var server = await PostgresFixture.ServerAsync();
        var database = await PostgresFixture.CreateDatabaseAsync();
        await PostgresFixture.ExecuteAsync(server, database, "DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN PASSWORD 'plain'");
        await using var probe = JournalStore.Probe(StoreAddress.Parse($"postgres://plain:plain@127.0.0.1:{server.Port}/{database}"))!;
        await probe.MeasureAsync();
        var before = await FlushedAsync(server, database);

        var took = await probe.MeasureAsync();

        Assert.That(took, Is.Not.Null.And.GreaterThan(TimeSpan.Zero).And.LessThan(IStoreProbe.Patience));
        Assert.That(await FlushedAsync(server, database), Is.GreaterThan(before), "the server's log on the disk has grown");
        Assert.That(
            await PostgresFixture.AskAsync(server, database,
                "SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\\_%' OR nspname = 'information_schema')"), Is.EqualTo(0L));
    }

    [Test]
    public async Task Probe_DatabaseOutOfReach_CountsAsLongAsItWasTried()
    {
        var server = await PostgresFixture.ServerAsync();
        await using var proxy = new CuttingProxy(server.Port) { Refuses = true };
        await using var probe = JournalStore.Probe(StoreAddress.Parse(server.Address("postgres", proxy.Port)))!;

        Assert.That(await probe.MeasureAsync(), Is.GreaterThanOrEqualTo(IStoreProbe.Patience));
        proxy.Refuses = false;
        Assert.That(await probe.MeasureAsync(), Is.LessThan(IStoreProbe.Patience));
    }

    [Test]
    public async Task Probe_DatabaseThatIsNot_MeasuresNothing()
    {
        var server = await PostgresFixture.ServerAsync();
        await using var probe = JournalStore.Probe(StoreAddress.Parse(server.Address("nowhere")))!;

        Assert.That(await probe.MeasureAsync(), Is.Null);
    }

    [Test]
    public async Task Probe_DisposedWhileItTries_EndsAtOnce()
    {
        var server = await PostgresFixture.ServerAsync();
        await using var proxy = new CuttingProxy(server.Port) { Refuses = true };
        var probe = JournalStore.Probe(StoreAddress.Parse(server.Address("postgres", proxy.Port)))!;
        var measuring = probe.MeasureAsync();
        var since = Stopwatch.GetTimestamp();

        await probe.DisposeAsync();
        await measuring;

        Assert.That(Stopwatch.GetElapsedTime(since), Is.LessThan(IStoreProbe.Patience));
    }

    [Test]
    public void Probe_OfAFile_IsNone() => Assert.That(JournalStore.Probe(StoreAddress.Parse("sqlite:/tmp/journal.db")), Is.Null);

    private static async Task<decimal> FlushedAsync(PostgresServer server, string database) =>
        (decimal)(await PostgresFixture.AskAsync(server, database, "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')"))!;
}
