using Offerbook.Storage.Postgres;
using Offerbook.Testing.Postgres;

namespace Offerbook.Storage.Tests.Postgres;

[TestFixture]
internal sealed class PostgresJournalTests : JournalContract
{
    private readonly List<string> _warnings = [];
    private PostgresServer _server = null!;
    private string _database = "";

    private static CancellationToken None => CancellationToken.None;

    private PostgresAddress Address => PostgresFixture.AddressOf(_server, _database);

    [SetUp]
    public async Task SetUp()
    {
        _server = await PostgresFixture.ServerAsync();
        _database = await PostgresFixture.CreateDatabaseAsync();
        _warnings.Clear();
        Journal = await PostgresJournal.OpenAsync(Address, None, _warnings.Add);
    }

    [TearDown]
    public async Task TearDown() => await Journal.DisposeAsync();

    private protected override async Task<IJournal> OpenAnotherAsync() => await PostgresJournal.OpenAsync(Address);

    [Test]
    public void Open_AServerThatMayLoseWhatItCommits_Warns() =>
        Assert.That(_warnings.Single(), Does.Contain("fsync = off").And.Contain("loss of power").And.Not.Contain(PostgresServer.Password));

    [Test]
    public async Task Reopen_AfterClosing_FindsEverything()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 5), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(2), None);
        await ReopenAsync();

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Sequence, Is.EqualTo(2));
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(3, 3).Texts()));
        await Journal.AppendAsync("a", 6, Records.Events(6, 1), None);
    }

    /// <summary>Larger than what goes into one statement, so that several make the transaction.</summary>
    [Test]
    public async Task Append_ABigBatch_IsOneTransaction()
    {
        await Journal.RecoverAsync("a", None);
        var batch = Enumerable.Range(1, 5_000).Select(i => new JournalRecord("Big/1", new byte[100 + i % 400])).ToArray();
        await Journal.AppendAsync("a", 1, batch, None);
        var huge = Enumerable.Range(1, 5).Select(i => new JournalRecord("Huge/1", new byte[(3 << 19) + i])).ToArray();
        await Journal.AppendAsync("a", 5_001, huge, None);
        Assert.That(async () => await Journal.AppendAsync("a", 7_000, huge, None), Throws.TypeOf<JournalConflictException>());

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Events.Select(e => e.Payload.Length), Is.EqualTo(batch.Concat(huge).Select(e => e.Payload.Length)));
    }

    [Test]
    public async Task Open_BySeveralAtOnce_MakesTheTablesOnce()
    {
        var database = PostgresFixture.AddressOf(_server, await PostgresFixture.CreateDatabaseAsync());
        var journals = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgresJournal.OpenAsync(database)));
        var epochs = new List<long>();
        foreach (var journal in journals)
        {
            epochs.Add((await journal.RecoverAsync("a", None)).Epoch);
            await journal.DisposeAsync();
        }
        Assert.That(epochs, Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public async Task Open_AnotherSchema_IsAnotherStore()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 1), None);
        await using var other =
            await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(_server, _database, options: "schema=Other%20one"));
        Assert.That((await other.RecoverAsync("a", None)).LastSequence, Is.Zero);
        Assert.That(await PostgresFixture.AskAsync(_server, _database, "SELECT count(*) FROM \"Other one\".streams"), Is.EqualTo(1));
    }

    [Test]
    public async Task Open_ANewerSchema_IsRefused()
    {
        await PostgresFixture.ExecuteAsync(_server, _database, "UPDATE schema_version SET version = 9");
        Assert.That(async () => await PostgresJournal.OpenAsync(Address),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("schema version 9").And.Message.Contains(_database));
    }

    [TestCase("UPDATE events SET payload = '\\x00' WHERE sequence = 7", "Event 7 of 'a'")]
    [TestCase("UPDATE events SET manifest = 'Other/1' WHERE sequence = 7", "Event 7 of 'a'")]
    [TestCase("DELETE FROM events WHERE sequence = 7", "Event 7 of 'a'")]
    [TestCase("DELETE FROM events WHERE sequence = 10", "Event 10 of 'a'")]
    [TestCase("DELETE FROM events WHERE sequence = 1", "Event 1 of 'a'")]
    public async Task Recover_DamageInTheMiddle_RefusesAndNamesThePlace(string damage, string place)
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        await PostgresFixture.ExecuteAsync(_server, _database, damage);
        Assert.That(async () => await Journal.RecoverAsync("a", None),
            Throws.TypeOf<JournalDamagedException>().With.Message.Contains(place).And.Message.Contains("/" + _database));
    }

    [Test]
    public async Task Recover_DamagedNewestSnapshot_FallsBackToTheOlderAndWarns()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        foreach (var sequence in new[] { 2, 4, 8 })
        {
            await Journal.SaveSnapshotAsync("a", Records.Snapshot(sequence), None);
        }
        await PostgresFixture.ExecuteAsync(_server, _database, "UPDATE snapshots SET payload = '\\x00' WHERE sequence = 8");
        _warnings.Clear();

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Sequence, Is.EqualTo(4));
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(5, 6).Texts()));
        Assert.That(_warnings.Single(), Does.Contain("at 8").And.Contain("at 4"));

        await PostgresFixture.ExecuteAsync(_server, _database, "UPDATE snapshots SET payload = '\\x00'");
        Assert.That(async () => await Journal.RecoverAsync("a", None),
            Throws.TypeOf<JournalDamagedException>().With.Message.Contains("snapshot"));
    }

    /// <summary>What a save leaves that was cut short before the snapshot counted.</summary>
    [Test]
    public async Task Snapshot_ThatWasNeverFinished_DoesNotCountAndIsReplaced()
    {
        await Journal.RecoverAsync("a", None);
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(4), None);
        await PostgresFixture.ExecuteAsync(_server, _database,
            "INSERT INTO snapshots SELECT stream, 8, epoch, false, manifest, 'half', checksum FROM snapshots; INSERT INTO snapshots SELECT stream, 9, epoch, false, manifest, 'half', checksum FROM snapshots WHERE sequence = 4");
        Assert.That((await Journal.RecoverAsync("a", None)).Snapshot!.Sequence, Is.EqualTo(4));

        await Journal.SaveSnapshotAsync("a", Records.Snapshot(8), None);
        Assert.That((await Journal.RecoverAsync("a", None)).Snapshot!.Record.Text(), Is.EqualTo("Whole/1:state 8"));
        Assert.That(await PostgresFixture.AskAsync(_server, _database, "SELECT count(*) FROM snapshots"), Is.EqualTo(2));
        Assert.That(await PostgresFixture.AskAsync(_server, _database, "SELECT min(sequence) FROM events"), Is.EqualTo(5));
    }

    /// <summary>Restored from a backup under a running holder, and recovered there as often as here: same epoch, same last event.</summary>
    [Test]
    public async Task Append_ToALogThatSomebodyElseWroteInTheSameEpoch_IsFenced()
    {
        await Journal.RecoverAsync("a", None);
        await Journal.AppendAsync("a", 1, Records.Events(1, 2), None);
        await PostgresFixture.ExecuteAsync(_server, _database, "UPDATE streams SET last_write = '6f666665-7262-6f6f-6b00-000000000000'");
        Assert.That(async () => await Journal.AppendAsync("a", 3, Records.Events(3, 1), None),
            Throws.TypeOf<JournalFencedException>().With.Message.Contains("somebody else"));
    }

    [Test]
    public async Task Use_AfterClosing_Throws()
    {
        await Journal.DisposeAsync();
        Assert.That(async () => await Journal.AppendAsync("a", 1, Records.Events(1, 1), None), Throws.TypeOf<ObjectDisposedException>());
    }

    private async Task ReopenAsync()
    {
        await Journal.DisposeAsync();
        Journal = await PostgresJournal.OpenAsync(Address);
    }
}
