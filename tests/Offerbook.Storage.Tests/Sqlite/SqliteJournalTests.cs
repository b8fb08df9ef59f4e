using Microsoft.Data.Sqlite;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Tests.Sqlite;

[TestFixture]
internal sealed class SqliteJournalTests : JournalContract
{
    private string _directory = "";

    private string Db => Path.Combine(_directory, "data", "journal.db");

    private SqliteJournal Sqlite => (SqliteJournal)Journal;

    private static CancellationToken None => CancellationToken.None;

    [SetUp]
    public async Task SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-journal-").FullName;
        Journal = await SqliteJournal.OpenAsync(Db);
    }

    [TearDown]
    public async Task TearDown()
    {
        await Journal.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Somebody has removed the lock file, or the file system keeps no locks: nothing but the epochs is left.</summary>
    private protected override async Task<IJournal> OpenAnotherAsync()
    {
        File.Delete(Db + ".lock");
        return await SqliteJournal.OpenAsync(Db);
    }

    [Test]
    public void Open_CreatesDirectoryAndFilesForTheOwnerOnly()
    {
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.That(File.GetUnixFileMode(Path.GetDirectoryName(Db)!), Is.EqualTo(file | UnixFileMode.UserExecute));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(Db)!).Select(f => (Path.GetFileName(f), File.GetUnixFileMode(f))),
            Is.EquivalentTo(new[] { ("journal.db", file), ("journal.db-wal", file), ("journal.db-shm", file), ("journal.db.lock", file) }));
    }

    [Test]
    public async Task Reopen_AfterClosing_FindsEverything()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 5), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(2), None);
        await Reopen();

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Sequence, Is.EqualTo(2));
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(3, 3).Texts()));
        Assert.That(recovery.Epoch, Is.EqualTo(1));
        await Journal.AppendAsync("a", 6, Records.Events(6, 1), None);
    }

    [Test]
    public async Task Append_ABigBatch_IsOneTransaction()
    {
        var batch = Enumerable.Range(1, 10_000).Select(i => new JournalRecord("Big/1", new byte[100 + i % 400])).ToArray();
        await Journal.AppendAsync("a", 1, batch, None);
        await Journal.AppendAsync("a", 10_001, [new JournalRecord("Huge/1", new byte[8 << 20])], None);
        await Reopen();

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Events.Select(e => e.Payload.Length), Is.EqualTo(batch.Select(e => e.Payload.Length).Append(8 << 20)));
    }

    [Test]
    public void Open_ASecondTime_IsRefusedNamingThePath()
    {
        Assert.That(async () => await SqliteJournal.OpenAsync(Db),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains(Db).And.Message.Contains("in use"));
    }

    [Test]
    public async Task Open_AfterTheFirstWasClosed_Succeeds()
    {
        await Journal.DisposeAsync();
        await Journal.DisposeAsync();
        Journal = await SqliteJournal.OpenAsync(Db);
        Assert.That((await Journal.RecoverAsync("a", None)).LastSequence, Is.Zero);
    }

    [Test]
    public async Task Open_WhereAnotherProcessHoldsTheLock_IsRefused()
    {
        await Journal.DisposeAsync();
        using var holder = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("flock")
        {
            ArgumentList = { "--close", Db + ".lock", "sh", "-c", "echo held; read line" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.That(await holder.StandardOutput.ReadLineAsync(), Is.EqualTo("held"));
            Assert.That(async () => await SqliteJournal.OpenAsync(Db), Throws.TypeOf<JournalUnavailableException>());
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
            await holder.WaitForExitAsync();
        }
        Journal = await SqliteJournal.OpenAsync(Db);
        Assert.That(Sqlite.Path, Is.EqualTo(Db));
    }

    [Test]
    public void Open_WhereADirectoryCannotBeMade_SaysWhatToDo()
    {
        var blocked = Path.Combine(_directory, "file");
        File.WriteAllText(blocked, "");
        Assert.That(async () => await SqliteJournal.OpenAsync(Path.Combine(blocked, "data", "journal.db")),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains(blocked)
                .And.Message.Contains("choose another data directory"));
        Assert.That(async () => await SqliteJournal.OpenAsync("/proc/offerbook/journal.db"),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("/proc/offerbook"));
    }

    [Test]
    public void Open_WhatIsNoJournal_SaysSo()
    {
        var other = Path.Combine(_directory, "other.db");
        File.WriteAllText(other, new string('x', 10_000));
        Assert.That(async () => await SqliteJournal.OpenAsync(other),
            Throws.TypeOf<JournalDamagedException>().With.Message.Contains(other));
    }

    [Test]
    public async Task Open_ANewerSchema_IsRefused()
    {
        await Tamper("UPDATE schema_version SET version = 3");
        Assert.That(async () => await SqliteJournal.OpenAsync(Db),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("schema version 3"));
    }

    [TestCase("UPDATE events SET payload = x'00' WHERE sequence = 7", "Event 7 of 'a'")]
    [TestCase("UPDATE events SET manifest = 'Other/1' WHERE sequence = 7", "Event 7 of 'a'")]
    [TestCase("DELETE FROM events WHERE sequence = 7", "Event 7 of 'a'")]
    [TestCase("DELETE FROM events WHERE sequence = 10", "Event 10 of 'a'")]
    [TestCase("DELETE FROM events WHERE sequence = 1", "Event 1 of 'a'")]
    [TestCase("UPDATE events SET sequence = 99 WHERE sequence = 6; UPDATE events SET sequence = 6 WHERE sequence = 5; UPDATE events SET sequence = 5 WHERE sequence = 99", "Event 5 of 'a'")]
    public async Task Recover_DamageInTheMiddle_RefusesAndNamesThePlace(string damage, string place)
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        await Tamper(damage);
        Journal = await SqliteJournal.OpenAsync(Db);
        Assert.That(async () => await Journal.RecoverAsync("a", None),
            Throws.TypeOf<JournalDamagedException>().With.Message.Contains(place).And.Message.Contains(Db));
    }

    [Test]
    public async Task Recover_DamagedNewestSnapshot_FallsBackToTheOlderAndWarns()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        foreach (var sequence in new[] { 2, 4, 8 })
        {
            await Journal.SaveSnapshotAsync("a", Records.Snapshot(sequence), None);
        }
        await Tamper("UPDATE snapshots SET payload = x'00' WHERE sequence = 8");
        var warnings = new List<string>();
        Journal = await SqliteJournal.OpenAsync(Db, None, warnings.Add);

        var recovery = await Journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Sequence, Is.EqualTo(4));
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(5, 6).Texts()));
        Assert.That(warnings.Single(), Does.Contain("at 8").And.Contain("at 4"));
    }

    [Test]
    public async Task Recover_BothSnapshotsDamaged_Refuses()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(4), None);
        await Journal.SaveSnapshotAsync("a", Records.Snapshot(8), None);
        await Tamper("UPDATE snapshots SET payload = x'00'");
        Journal = await SqliteJournal.OpenAsync(Db);
        Assert.That(async () => await Journal.RecoverAsync("a", None),
            Throws.TypeOf<JournalDamagedException>().With.Message.Contains("snapshot"));
    }

    [Test]
    public async Task Recover_FlippedBytesInTheFile_NeverGivesOtherEvents()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 200), None);
        await Journal.DisposeAsync();
        var original = await File.ReadAllBytesAsync(Db);
        var expected = Records.Events(1, 200).Texts();
        var refused = 0;
        for (var at = 100; at < original.Length; at += original.Length / 150)
        {
            var flipped = (byte[])original.Clone();
            flipped[at] ^= 0x10;
            await File.WriteAllBytesAsync(Db, flipped);
            try
            {
                Journal = await SqliteJournal.OpenAsync(Db);
                // A flip in a page's unused space changes nothing; anything else is refused.
                Assert.That((await Journal.RecoverAsync("a", None)).Events.Texts(), Is.EqualTo(expected), $"byte {at}");
            }
            catch (Exception refusal) when (refusal is JournalDamagedException or JournalUnavailableException)
            {
                refused++;
            }
            await Journal.DisposeAsync();
        }
        Assert.That(refused, Is.GreaterThan(20));
        await File.WriteAllBytesAsync(Db, original);
    }

    [Test]
    public async Task Write_AfterAFailedWrite_IsRefused()
    {
        await Journal.AppendAsync("a", 1, Records.Events(1, 1), None);
        using (var other = new SqliteConnection($"Data Source={Db};Pooling=False"))
        {
            other.Open();
            using var drop = other.CreateCommand();
            drop.CommandText = "ALTER TABLE events RENAME TO gone";
            drop.ExecuteNonQuery();
        }
        Assert.That(async () => await Journal.AppendAsync("a", 2, Records.Events(2, 1), None),
            Throws.TypeOf<JournalUnavailableException>());
        Assert.That(async () => await Journal.AppendAsync("a", 2, Records.Events(2, 1), None),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("no more writes"));
    }

    [Test]
    public async Task Use_AfterClosing_Throws()
    {
        await Journal.DisposeAsync();
        Assert.That(async () => await Journal.AppendAsync("a", 1, Records.Events(1, 1), None), Throws.TypeOf<ObjectDisposedException>());
    }

    private async Task Reopen()
    {
        await Journal.DisposeAsync();
        Journal = await SqliteJournal.OpenAsync(Db);
    }

    /// <summary>Closes the journal and changes its file behind its back.</summary>
    private async Task Tamper(string sql)
    {
        await Journal.DisposeAsync();
        await using var connection = new SqliteConnection($"Data Source={Db};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.That(command.ExecuteNonQuery(), Is.Positive);
    }
}
