using Offerbook.Storage.Sqlite;

namespace Offerbook.Storage.Tests.Sqlite;

/// <summary>
/// What a crash leaves behind: the files as they are at some instant, with the last writes cut short. Whole batches up to some
/// point must come back, at least those whose append had completed before the cut, and never part of a batch.
/// </summary>
[TestFixture]
internal sealed class TornWriteTests
{
    private const int BatchSize = 7;
    private const int Batches = 12;

    private string _directory = "";

    [SetUp]
    public void SetUp() => _directory = Directory.CreateTempSubdirectory("offerbook-torn-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Log_CutAtAnyPoint_KeepsWholeBatchesInOrder()
    {
        var (db, wal, sizes) = await WriteBatches();
        var seen = new SortedSet<long>();
        foreach (var cut in Enumerable.Range(0, wal.Length / 509 + 1).Select(i => i * 509L).Concat(sizes))
        {
            var last = await RecoverCopy(db, wal[..(int)cut]);
            seen.Add(last);
            Assert.That(last % BatchSize, Is.Zero, $"cut at {cut}");
            var durable = sizes.Count(size => size <= cut);
            Assert.That(last, Is.EqualTo(durable * BatchSize), $"cut at {cut}");
        }
        Assert.That(seen, Has.Count.EqualTo(Batches + 1));
    }

    [Test]
    public async Task Log_WithATornLastWrite_LosesOnlyThatBatch()
    {
        var (db, wal, sizes) = await WriteBatches();
        for (var at = sizes[^2]; at < wal.Length; at += 300)
        {
            var torn = (byte[])wal.Clone();
            Array.Clear(torn, (int)at, Math.Min(512, torn.Length - (int)at));
            var last = await RecoverCopy(db, torn);
            Assert.That(last, Is.AnyOf((Batches - 1) * BatchSize, Batches * BatchSize), $"torn at {at}");
            Assert.That(last, Is.GreaterThanOrEqualTo((Batches - 1) * BatchSize));
        }
    }

    /// <summary>Writes batches and keeps the files as a process killed at that instant would leave them.</summary>
    private async Task<(byte[] Db, byte[] Wal, List<long> WalSizes)> WriteBatches()
    {
        var path = Path.Combine(_directory, "journal.db");
        await using var journal = await SqliteJournal.OpenAsync(path);
        await journal.RecoverAsync("a", CancellationToken.None);
        // Everything so far goes to the database file, so that the log holds the batches only.
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            await using var checkpoint = connection.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            checkpoint.ExecuteNonQuery();
        }
        var sizes = new List<long>();
        for (var batch = 0; batch < Batches; batch++)
        {
            await journal.AppendAsync("a", batch * BatchSize + 1, Records.Events(batch * BatchSize + 1, BatchSize), CancellationToken.None);
            sizes.Add(new FileInfo(path + "-wal").Length);
        }
        return (await File.ReadAllBytesAsync(path), await File.ReadAllBytesAsync(path + "-wal"), sizes);
    }

    private async Task<long> RecoverCopy(byte[] db, byte[] wal)
    {
        var copy = Path.Combine(_directory, "copy", "journal.db");
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        await File.WriteAllBytesAsync(copy, db);
        await File.WriteAllBytesAsync(copy + "-wal", wal);
        File.Delete(copy + "-shm");
        await using var journal = await SqliteJournal.OpenAsync(copy);
        var recovery = await journal.RecoverAsync("a", CancellationToken.None);
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(1, (int)recovery.LastSequence).Texts()));
        // A recovered journal goes on where it stopped.
        await journal.AppendAsync("a", recovery.LastSequence + 1, Records.Events(0, 1), CancellationToken.None);
        return recovery.LastSequence;
    }
}
