using Microsoft.Data.Sqlite;
using Offerbook.Storage.Sqlite;
using SQLitePCL;

namespace Offerbook.Storage.Tests.Sqlite;

/// <summary>What one slice takes on, and so how long an append waits for it.</summary>
internal sealed class SnapshotWriterTests
{
    private string _directory = "";
    private SqliteConnection _connection = null!;
    private JournalWriter _log = null!;
    private SnapshotWriter _snapshots = null!;
    private JournalStream _stream = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-slices-").FullName;
        var path = Path.Combine(_directory, "journal.db");
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        JournalSchema.Prepare(_connection, path, _ => { });
        _log = new JournalWriter(_connection, path);
        _snapshots = new SnapshotWriter(_connection, _log);
        _stream = _log.Find("a");
    }

    [TearDown]
    public void TearDown()
    {
        _log.Dispose();
        _connection.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Counted in steps of SQLite's machine: a slice that tries all events to drop some makes dropping quadratic.</summary>
    [Test]
    public void DropEvents_OfMany_LooksOnlyAtThoseOfTheSlice()
    {
        _log.Append(_stream, 1, Records.Events(1, 20_000));
        Snapshots(19_999, 20_000);
        var steps = 0;
        raw.sqlite3_progress_handler(_connection.Handle, 100, _ =>
        {
            steps += 100;
            return 0;
        }, null);
        var slices = new List<int>();
        bool isMore;
        do
        {
            steps = 0;
            isMore = _snapshots.DropEvents(_stream);
            slices.Add(steps);
        }
        while (isMore);
        Assert.That(slices, Has.Count.EqualTo(8));
        Assert.That(slices.Max(), Is.LessThan(slices[^1] * 3 / 2), string.Join(' ', slices));
        Assert.That(Left(), Is.EqualTo((1, 20_000)));
    }

    [Test]
    public void DropEvents_OfLargeOnes_DropsFewAtATime()
    {
        var large = new JournalRecord("Large/1", new byte[300 << 10]);
        _log.Append(_stream, 1, [new JournalRecord("Huge/1", new byte[5 << 20]), .. Enumerable.Repeat(large, 20)]);
        Snapshots(20, 21);

        Assert.That(_snapshots.DropEvents(_stream), Is.True);
        Assert.That(Left(), Is.EqualTo((20, 2)));
        Assert.That(_snapshots.DropEvents(_stream), Is.True);
        Assert.That(Left(), Is.EqualTo((14, 8)));
        Assert.That(_snapshots.DropEvents(_stream), Is.True);
        Assert.That(_snapshots.DropEvents(_stream), Is.True);
        Assert.That(_snapshots.DropEvents(_stream), Is.False);
        Assert.That(Left(), Is.EqualTo((1, 21)));
        Assert.That(_snapshots.DropEvents(_stream), Is.False);
        Assert.That(Left(), Is.EqualTo((1, 21)));
    }

    [Test]
    public void DropEvents_WithOneSnapshot_DropsNone()
    {
        _log.Append(_stream, 1, Records.Events(1, 10));
        Snapshots(10);

        Assert.That(_snapshots.DropEvents(_stream), Is.False);
        Assert.That(Left(), Is.EqualTo((10, 1)));
    }

    private void Snapshots(params ReadOnlySpan<int> sequences)
    {
        foreach (var sequence in sequences)
        {
            _snapshots.Finish(_stream, Records.Snapshot(sequence), checksum: 0);
        }
    }

    /// <summary>How many events there are, and the first.</summary>
    private (long Count, long First) Left() =>
        ((long)_connection.Scalar("SELECT count(*) FROM events")!, (long)_connection.Scalar("SELECT min(sequence) FROM events")!);
}
