using Microsoft.Data.Sqlite;
using Offerbook.Storage.Archive;
using Offerbook.Storage.Sqlite;
using Offerbook.Storage.Tests.Postgres;

namespace Offerbook.Storage.Tests.Archive;

/// <summary>Backup, restore and verify, by doing them: from and into either kind of store.</summary>
[TestFixture]
internal sealed class StoreArchiveTests
{
    private string _directory = "";

    private static CancellationToken None => CancellationToken.None;

    private string Backup => Path.Combine(_directory, "store.backup");

    [SetUp]
    public void SetUp() => _directory = Directory.CreateTempSubdirectory("offerbook-archive-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Backup_WhileTheHolderServes_IsOneInstant_AndComesBackInEitherKindOfStore([Values] bool fromDatabase,
        [Values] bool intoDatabase)
    {
        var (from, into) = (await NewStoreAsync(fromDatabase), await NewStoreAsync(intoDatabase));
        await using var holder = await FilledAsync(from);

        // The holder goes on meanwhile: the backup ends where one of its appends did.
        var stop = false;
        var serving = Task.Run(async () =>
        {
            for (var next = 31; !Volatile.Read(ref stop); next += 3)
            {
                await holder.AppendAsync("a", next, Records.Events(next, 3), None);
            }
        });
        var copied = StoreArchive.Backup(from, Backup);
        Volatile.Write(ref stop, true);
        await serving;
        var last = (int)copied.Logs.Single(log => log.PersistenceId == "a").LastSequence;
        Assert.That(copied.IsWhole, Is.True);
        Assert.That(last % 3, Is.Zero);
        Assert.That(StoreArchive.Verify(new StoreAddress.OfFile(Backup)).IsWhole, Is.True);
        Assert.That(File.GetUnixFileMode(Backup), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));

        var restored = StoreArchive.Restore(Backup, into, force: false);
        Assert.That(restored.Logs.Select(log => (log.PersistenceId, log.Epoch)),
            Is.EqualTo(new[] { ("a", Later(1)), ("b", Later(1)), ("empty", Later(1)) }));
        Assert.That(StoreArchive.Verify(into),
            Is.EqualTo(restored).Using<StoreReport>((one, other) => one.Logs.Select(Numbers).SequenceEqual(other.Logs.Select(Numbers))));
        await using var journal = await JournalStore.OpenAsync(into);
        var recovery = await journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Sequence, Is.EqualTo(20));
        Assert.That(recovery.Snapshot.Record.Payload.Length, Is.EqualTo(2_500_000));
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(21, last - 20).Texts()));
        Assert.That((await journal.RecoverAsync("b", None)).Events.Texts(), Is.EqualTo(Records.Events(1, 2).Texts()));
        await journal.AppendAsync("a", last + 1, Records.Events(last + 1, 1), None);
    }

    [Test]
    public async Task Restore_OverWhatIsThere_WantsForce_AndFencesWhoeverHeldIt([Values] bool database)
    {
        var store = await NewStoreAsync(database);
        var holder = await FilledAsync(store);
        Assert.That(StoreArchive.Backup(store, Backup).IsWhole, Is.True);
        await holder.RecoverAsync("a", None);
        await holder.AppendAsync("a", 31, Records.Events(31, 5), None);
        if (!database)
        {
            Assert.That(() => StoreArchive.Restore(Backup, store, force: true),
                Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("in use"));
            await holder.DisposeAsync();
        }
        Assert.That(() => StoreArchive.Restore(Backup, store, force: false),
            Throws.TypeOf<StoreNotEmptyException>().With.Message.Contains("'a' up to event 35"));
        Assert.That(StoreArchive.Verify(store).Logs[0].LastSequence, Is.EqualTo(35));

        var restored = StoreArchive.Restore(Backup, store, force: true);
        Assert.That((restored.Logs[0].LastSequence, restored.Logs[0].Epoch), Is.EqualTo((30, Later(2))));
        if (database)
        {
            Assert.That(async () => await holder.AppendAsync("a", 36, Records.Events(36, 1), None),
                Throws.TypeOf<JournalFencedException>());
            await holder.DisposeAsync();
        }
        else
        {
            var before = ((StoreAddress.OfFile)store).Path + ".before-restore";
            Assert.That(StoreArchive.Verify(new StoreAddress.OfFile(before)).Logs[0].LastSequence, Is.EqualTo(35));
        }
        await using var journal = await JournalStore.OpenAsync(store);
        var recovery = await journal.RecoverAsync("a", None);
        Assert.That((recovery.LastSequence, recovery.Epoch), Is.EqualTo((30, Later(3))));
    }

    [TestCase("UPDATE events SET payload = 'x' WHERE sequence = 25", "event 25 is damaged")]
    [TestCase("DELETE FROM events WHERE sequence IN (25, 26)", "events 25 to 26 are missing")]
    [TestCase("DELETE FROM events WHERE sequence >= 29", "events 29 to 30 are missing")]
    [TestCase("UPDATE snapshots SET manifest = 'x' WHERE sequence = 20", "the snapshot at 20 is damaged")]
    [TestCase("DELETE FROM events", "events 21 to 30 are missing")]
    public async Task Damage_IsFoundAndNeitherBackedUpNorRestored(string damage, string problem)
    {
        foreach (var database in new[] { false, true })
        {
            var store = await NewStoreAsync(database);
            await (await FilledAsync(store)).DisposeAsync();
            var whole = Path.Combine(_directory, $"whole{database}");
            Assert.That(StoreArchive.Backup(store, whole).IsWhole, Is.True);
            await TamperAsync(store, damage);

            var report = StoreArchive.Verify(store);
            Assert.That(report.IsWhole, Is.False);
            Assert.That(report.Logs.Single(log => log.PersistenceId == "a").Problems, Has.Some.Contains(problem));
            Assert.That(StoreArchive.Backup(store, Backup).IsWhole, Is.False);
            Assert.That(Directory.GetFiles(_directory, "store.backup*"), Is.Empty);

            // A backup that was damaged on its shelf changes nothing in the store.
            await TamperAsync(new StoreAddress.OfFile(whole), damage);
            var target = await NewStoreAsync(database);
            Assert.That(StoreArchive.Restore(whole, target, force: true).IsWhole, Is.False);
            await using var untouched = await JournalStore.OpenAsync(target);
            Assert.That((await untouched.RecoverAsync("a", None)).LastSequence, Is.Zero);
        }
    }

    [Test]
    public async Task Backup_DoesNotReplaceAFile_AndWhatIsNoJournalIsTold()
    {
        var store = await NewStoreAsync(database: false);
        await (await FilledAsync(store)).DisposeAsync();
        await File.WriteAllTextAsync(Backup, "something else entirely, and longer than a header of a database would be");
        Assert.That(() => StoreArchive.Backup(store, Backup), Throws.TypeOf<StoreNotEmptyException>());
        Assert.That(() => StoreArchive.Verify(new StoreAddress.OfFile(Backup)), Throws.TypeOf<JournalDamagedException>());
        Assert.That(() => StoreArchive.Restore(Backup, store, force: true), Throws.TypeOf<JournalDamagedException>());
        Assert.That(() => StoreArchive.Verify(new StoreAddress.OfFile(Path.Combine(_directory, "nothing"))),
            Throws.TypeOf<JournalUnavailableException>());
        Assert.That(() => StoreArchive.Backup(store, Path.Combine(_directory, "no", "such", "directory")),
            Throws.TypeOf<JournalUnavailableException>());
        Assert.That(File.Exists(Path.Combine(_directory, "nothing")), Is.False);
        Assert.That(StoreArchive.Verify(store).IsWhole, Is.True);
    }

    private static long Later(long epoch) => epoch + StoreArchive.EpochsLeftOut;

    private static (string, long, long, long, long) Numbers(LogReport log) =>
        (log.PersistenceId, log.Epoch, log.LastSequence, log.Events, log.Bytes);

    /// <summary>Three logs: one with two snapshots, one without, one with nothing.</summary>
    private static async Task<IJournal> FilledAsync(StoreAddress store)
    {
        var journal = await JournalStore.OpenAsync(store);
        foreach (var log in new[] { "a", "b", "empty" })
        {
            await journal.RecoverAsync(log, None);
        }
        await journal.AppendAsync("a", 1, Records.Events(1, 30), None);
        await journal.AppendAsync("b", 1, Records.Events(1, 2), None);
        await journal.SaveSnapshotAsync("a", Records.Snapshot(10), None);
        await journal.SaveSnapshotAsync("a", new Snapshot(20, new JournalRecord("Whole/1", new byte[2_500_000])), None);
        return journal;
    }

    private async Task<StoreAddress> NewStoreAsync(bool database) => database
        ? new StoreAddress.InPostgres(
            PostgresFixture.AddressOf(await PostgresFixture.ServerAsync(), await PostgresFixture.CreateDatabaseAsync()))
        : new StoreAddress.OfFile(Path.Combine(_directory, Path.GetRandomFileName(), "journal.db"));

    private static async Task TamperAsync(StoreAddress store, string sql)
    {
        if (store is StoreAddress.InPostgres database)
        {
            Assert.That(await PostgresFixture.ExecuteAsync(await PostgresFixture.ServerAsync(), database.Database.Database, sql),
                Is.Positive);
            return;
        }
        await using var connection = new SqliteConnection($"Data Source={((StoreAddress.OfFile)store).Path};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.That(command.ExecuteNonQuery(), Is.Positive);
    }
}
