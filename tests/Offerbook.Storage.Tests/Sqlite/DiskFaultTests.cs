using System.Diagnostics;
using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Tests.Sqlite;

/// <summary>Rows 25, 26 and 28 of the fault matrix, at the file: a full disk, a slow one, a sync that fails.</summary>
[TestFixture]
internal sealed class DiskFaultTests
{
    private string _directory = "";
    private FaultyDisk _disk = null!;

    private string Db => Path.Combine(_directory, "journal.db");

    private static CancellationToken None => CancellationToken.None;

    [SetUp]
    public void SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-faults-").FullName;
        _disk = new FaultyDisk(_directory);
    }

    [TearDown]
    public void TearDown()
    {
        _disk.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>
    /// Whichever write of an append finds no room: nothing of it is kept, the journal goes on, and the same append can be made later.
    /// </summary>
    [Test, Property("fault", 25)]
    public async Task FullDisk_AtAnyWriteOfAnAppend_RefusesItAndKeepsTheJournal()
    {
        await using var journal = await SqliteJournal.OpenAsync(Db);
        await journal.RecoverAsync("a", None);
        var last = 0;
        var refused = 0;
        for (var room = 0; ; room++)
        {
            var left = room;
            _disk.OnWrite = (_, _) => left-- > 0 ? 0 : FaultyDisk.Full;
            try
            {
                await journal.AppendAsync("a", last + 1, Records.Events(last + 1, 300), None);
                last += 300;
                if (refused > 0)
                {
                    break;
                }
            }
            catch (JournalUnavailableException full)
            {
                refused++;
                Assert.That(full.IsClean, Is.True);
                Assert.That(full.Message, Does.Contain("disk is full").And.Contain(Db));
                await journal.ConfirmAsync("a", None);
            }
        }
        _disk.OnWrite = null;
        Assert.That(refused, Is.GreaterThan(3));
        await journal.AppendAsync("a", last + 1, Records.Events(last + 1, 1), None);
        var recovery = await journal.RecoverAsync("a", None);
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(1, last + 1).Texts()));
    }

    /// <summary>What dies with the machine is not synced; whatever is synced takes along what was written before it.</summary>
    [Test]
    public async Task EventsThatDieWithTheMachine_AreNotSynced_UntilAnotherIs()
    {
        await using var journal = await SqliteJournal.OpenAsync(Db);
        await journal.RecoverAsync("a", None);
        await journal.AppendAsync("a", 1, Records.Events(1, 1), None);
        var synced = new List<string>();
        _disk.OnSync = file =>
        {
            synced.Add(Path.GetFileName(file));
            return 0;
        };

        await journal.AppendAsync("a", 2, Mortal(2, 3), None);
        Assert.That(synced, Is.Empty);
        Copy("killed");
        await journal.AppendAsync("a", 5, [.. Mortal(5, 1), .. Records.Events(6, 1)], None);
        Assert.That(synced, Is.EqualTo(new[] { "journal.db-wal" }), "one event of a batch is enough");
        await journal.AppendAsync("a", 7, Records.Events(7, 1), None);
        Assert.That(synced, Has.Count.EqualTo(2), "and the next append is as careful as ever");

        await using var copy = await SqliteJournal.OpenAsync(Path.Combine(_directory, "killed", "journal.db"));
        Assert.That((await copy.RecoverAsync("a", None)).Events.Texts(), Is.EqualTo(Records.Events(1, 4).Texts()),
            "the process may die");
    }

    /// <summary>An append that fails leaves the journal as careful as it was.</summary>
    [Test]
    public async Task EventsThatDieWithTheMachine_RefusedForWantOfRoom_ChangeNothingForTheNext()
    {
        await using var journal = await SqliteJournal.OpenAsync(Db);
        await journal.RecoverAsync("a", None);
        _disk.OnWrite = (_, _) => FaultyDisk.Full;
        Assert.That(async () => await journal.AppendAsync("a", 1, Mortal(1, 300), None),
            Throws.TypeOf<JournalUnavailableException>().With.Property("IsClean").True);
        _disk.OnWrite = null;
        var synced = 0;
        _disk.OnSync = _ => synced++ * 0;

        await journal.AppendAsync("a", 1, Records.Events(1, 1), None);

        Assert.That(synced, Is.EqualTo(1));
    }

    private static JournalRecord[] Mortal(int first, int count) =>
        [.. Records.Events(first, count).Select(record => record with { DiesWithMachine = true })];

    [Test, Property("fault", 25)]
    public async Task FullDisk_ThenKilled_RecoversWhatWasAcknowledged()
    {
        await using (var journal = await SqliteJournal.OpenAsync(Db))
        {
            await journal.RecoverAsync("a", None);
            await journal.AppendAsync("a", 1, Records.Events(1, 10), None);
            var left = 2;
            _disk.OnWrite = (_, _) => left-- > 0 ? 0 : FaultyDisk.Full;
            Assert.That(async () => await journal.AppendAsync("a", 11, Records.Events(11, 500), None),
                Throws.TypeOf<JournalUnavailableException>());
            Copy("killed");
            _disk.OnWrite = null;
        }
        await using var copy = await SqliteJournal.OpenAsync(Path.Combine(_directory, "killed", "journal.db"));
        Assert.That((await copy.RecoverAsync("a", None)).Events.Texts(), Is.EqualTo(Records.Events(1, 10).Texts()));
    }

    [Test, Property("fault", 25)]
    public async Task FullDisk_WhileASnapshotIsSaved_KeepsTheOneBeforeAndAllEvents()
    {
        await using var journal = await SqliteJournal.OpenAsync(Db);
        await journal.RecoverAsync("a", None);
        await journal.AppendAsync("a", 1, Records.Events(1, 10), None);
        await journal.SaveSnapshotAsync("a", Records.Snapshot(4), None);
        var left = 600;
        _disk.OnWrite = (_, _) => left-- > 0 ? 0 : FaultyDisk.Full;
        var large = new Snapshot(8, new JournalRecord("Whole/1", new byte[3 << 20]));
        Assert.That(async () => await journal.SaveSnapshotAsync("a", large, None),
            Throws.TypeOf<JournalUnavailableException>().With.Property(nameof(JournalUnavailableException.IsClean)).True);
        _disk.OnWrite = null;

        var recovery = await journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Sequence, Is.EqualTo(4));
        Assert.That(recovery.Events, Has.Count.EqualTo(6));
        await journal.SaveSnapshotAsync("a", large, None);
        Assert.That((await journal.RecoverAsync("a", None)).Snapshot!.Record.Payload.Length, Is.EqualTo(3 << 20));
    }

    /// <summary>The same with a file system that is full in earnest.</summary>
    [Test, Property("fault", 25)]
    public async Task FullFileSystem_RefusesAppends_AndTakesThemAgainWhenThereIsRoom()
    {
        var mount = Path.Combine(_directory, "small");
        Directory.CreateDirectory(mount);
        Assert.That(await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "tmpfs", mount), Is.True,
            "a small file system must be mounted: run this as root, or allow sudo without a password");
        try
        {
            await using var journal = await SqliteJournal.OpenAsync(Path.Combine(mount, "journal.db"));
            await journal.RecoverAsync("a", None);
            var ballast = Path.Combine(mount, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[400_000]);
            var last = 0;
            Assert.That(async () =>
            {
                while (true)
                {
                    await journal.AppendAsync("a", last + 1, [new JournalRecord("Big/1", new byte[20_000])], None);
                    last++;
                }
            }, Throws.TypeOf<JournalUnavailableException>().With.Property(nameof(JournalUnavailableException.IsClean)).True);
            Assert.That(last, Is.Positive);
            File.Delete(ballast);
            await journal.AppendAsync("a", last + 1, [new JournalRecord("Big/1", new byte[20_000])], None);
            Assert.That((await journal.RecoverAsync("a", None)).LastSequence, Is.EqualTo(last + 1));
        }
        finally
        {
            Assert.That(await RunAsync("umount", mount), Is.True);
        }
    }

    [Test, Property("fault", 28)]
    public async Task FailedSync_OfAnAppend_EndsTheJournal_AndNothingIsTriedAgain()
    {
        await using (var journal = await SqliteJournal.OpenAsync(Db))
        {
            await journal.RecoverAsync("a", None);
            await journal.AppendAsync("a", 1, Records.Events(1, 10), None);
            var syncs = 0;
            _disk.OnSync = _ => ++syncs == 1 ? FaultyDisk.SyncFailed : 0;
            Assert.That(async () => await journal.AppendAsync("a", 11, Records.Events(11, 5), None),
                Throws.TypeOf<JournalUnavailableException>().With.Property(nameof(JournalUnavailableException.IsClean)).False);
            foreach (var attempt in new Func<Task>[]
                     {
                         async () => await journal.AppendAsync("a", 11, Records.Events(11, 5), None),
                         async () => await journal.SaveSnapshotAsync("a", Records.Snapshot(3), None),
                         async () => await journal.ConfirmAsync("a", None),
                         async () => await journal.RecoverAsync("a", None),
                     })
            {
                Assert.That(async () => await attempt(),
                    Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("no more writes"));
            }
            Assert.That(syncs, Is.EqualTo(1));
            Copy("killed");
        }
        // Killed there: what was acknowledged is found, and of the rest all or nothing.
        await using var copy = await SqliteJournal.OpenAsync(Path.Combine(_directory, "killed", "journal.db"));
        var events = (await copy.RecoverAsync("a", None)).Events.Texts();
        Assert.That(events, Has.Length.AnyOf(10, 15));
        Assert.That(events, Is.EqualTo(Records.Events(1, events.Length).Texts()));
    }

    /// <summary>SQLite itself would say nothing of it.</summary>
    [Test, Property("fault", 28)]
    public async Task FailedSync_WhenTheLogIsFoldedIntoTheFile_EndsTheJournal()
    {
        await using var journal = await SqliteJournal.OpenAsync(Db);
        await journal.RecoverAsync("a", None);
        var failed = new TaskCompletionSource();
        _disk.OnSync = path =>
        {
            if (path != Db)
            {
                return 0;
            }
            failed.TrySetResult();
            return FaultyDisk.SyncFailed;
        };
        await journal.AppendAsync("a", 1, [new JournalRecord("Huge/1", new byte[5 << 20])], None);
        await failed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(async () => await journal.AppendAsync("a", 2, Records.Events(2, 1), None),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("no more writes"));
    }

    [Test, Property("fault", 26)]
    public async Task SlowSync_IsWaitedFor_AndNothingIsAcknowledgedBefore()
    {
        await using var journal = await SqliteJournal.OpenAsync(Db);
        await journal.RecoverAsync("a", None);
        var mayEnd = new TaskCompletionSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _disk.OnSync = _ =>
        {
            begun.TrySetResult();
            mayEnd.Task.Wait(TimeSpan.FromSeconds(20));
            return 0;
        };
        // Each blocks its caller.
        var first = Task.Run(async () => await journal.AppendAsync("a", 1, Records.Events(1, 3), None));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var second = Task.Run(async () => await journal.AppendAsync("a", 4, Records.Events(4, 1), None));
        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((false, false)));
        mayEnd.SetResult();
        await Task.WhenAll(first, second);
        Assert.That((await journal.RecoverAsync("a", None)).LastSequence, Is.EqualTo(4));
    }

    /// <summary>The files as a process killed now would leave them.</summary>
    private void Copy(string name)
    {
        var target = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        File.Copy(Db, Path.Combine(target, "journal.db"));
        File.Copy(Db + "-wal", Path.Combine(target, "journal.db-wal"));
    }

    private static async Task<bool> RunAsync(params string[] command)
    {
        string[] whole = Environment.UserName == "root" ? command : ["sudo", "-n", .. command];
        using var process = Process.Start(new ProcessStartInfo(whole[0], whole[1..]) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
