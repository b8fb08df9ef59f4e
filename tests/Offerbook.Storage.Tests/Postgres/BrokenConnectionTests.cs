using Offerbook.Storage.Postgres;
using Offerbook.Testing.Postgres;

namespace Offerbook.Storage.Tests.Postgres;

/// <summary>Row 29 of the fault matrix: a connection that breaks while an append is under way leaves nobody guessing.</summary>
[TestFixture]
internal sealed class BrokenConnectionTests
{
    private PostgresServer _server = null!;
    private CuttingProxy _proxy = null!;
    private string _database = "";
    private PostgresJournal _journal = null!;

    /// <summary>By a client that connects, prepares, and recovers a log: a few hundred bytes.</summary>
    private const int MostSaid = 10_000;

    private static CancellationToken None => CancellationToken.None;

    [SetUp]
    public async Task SetUp()
    {
        _server = await PostgresFixture.ServerAsync();
        _database = await PostgresFixture.CreateDatabaseAsync();
        _proxy = new CuttingProxy(_server.Port);
        _journal = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(_server, _database, _proxy.Port));
        await _journal.RecoverAsync("a", None);
        await _journal.AppendAsync("a", 1, Records.Events(1, 3), None);
    }

    [TearDown]
    public async Task TearDown()
    {
        _proxy.Release();
        await _journal.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [TestCase(Fate.Lost)]
    [TestCase(Fate.Done)]
    [TestCase(Fate.Half)]
    [Property("fault", 29)]
    public async Task Append_WhoseConnectionBreaks_IsDoneOnce(Fate fate)
    {
        for (var next = 4; next < 20; next += 2)
        {
            _proxy.Strike(fate);
            await _journal.AppendAsync("a", next, Records.Events(next, 2), None);
            await _proxy.Struck.Task;
        }
        await ExpectAsync(19);
    }

    /// <summary>The old connection's request reaches the server after the same append has been made over a new one.</summary>
    [Test, Property("fault", 29)]
    public async Task Append_WhoseRequestArrivesLate_IsDoneOnce()
    {
        _proxy.Strike(Fate.Delayed);
        await _journal.AppendAsync("a", 4, Records.Events(4, 2), None);
        _proxy.Release();
        await _proxy.Arrived.Task;
        await _journal.AppendAsync("a", 6, Records.Events(6, 1), None);
        await ExpectAsync(6);
    }

    /// <summary>The network holds up some part of a takeover until another leads; the other must not be fenced by it.</summary>
    [Test, Property("fault", 29)]
    public async Task Recover_WhoseRequestArrivesAfterATakeOver_ChangesNothing()
    {
        for (var after = 0; after < MostSaid; after += 50)
        {
            await using var proxy = new CuttingProxy(_server.Port);
            await using var late = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(_server, _database, proxy.Port));
            await using var leader = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(_server, _database));
            proxy.Strike(Fate.Delayed, after);
            var recovery = late.RecoverAsync("b", None).AsTask();
            if (await Task.WhenAny(proxy.Struck.Task, recovery) == recovery)
            {
                // All that it says is less than that.
                await recovery;
                return;
            }
            proxy.Refuses = true;
            await leader.RecoverAsync("b", None);
            proxy.Release();
            await proxy.Arrived.Task;
            Assert.That(async () => await leader.ConfirmAsync("b", None), Throws.Nothing,
                $"the request after {after} bytes fences the leader");
        }
        Assert.Fail($"a takeover says more than {MostSaid} bytes");
    }

    /// <summary>The next leader has the log, and then the request arrives.</summary>
    [Test, Property("fault", 29)]
    public async Task Append_WhoseRequestArrivesAfterATakeOver_IsFencedOff()
    {
        await using var other = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(_server, _database));
        _proxy.Refuses = true;
        _proxy.Strike(Fate.Delayed);
        var append = _journal.AppendAsync("a", 4, Records.Events(4, 2), None).AsTask();
        await _proxy.Struck.Task;
        await other.RecoverAsync("a", None);
        await other.AppendAsync("a", 4, [Records.Event(40)], None);
        _proxy.Release();
        await _proxy.Arrived.Task;
        _proxy.Refuses = false;
        Assert.That(async () => await append, Throws.TypeOf<JournalFencedException>());
        Assert.That((await other.RecoverAsync("a", None)).Events.Texts(),
            Is.EqualTo(Records.Events(1, 3).Append(Records.Event(40)).Texts()));
    }

    /// <summary>
    /// Committed, not acknowledged, and taken over before the holder could look: the holder is told of the fence, and the new leader has
    /// the events.
    /// </summary>
    [Test, Property("fault", 29)]
    public async Task Append_WhoseAnswerIsLostAndThenTakenOver_IsFencedAndInTheLog()
    {
        _proxy.Refuses = true;
        _proxy.Strike(Fate.Done);
        var append = _journal.AppendAsync("a", 4, Records.Events(4, 2), None).AsTask();
        await _proxy.Struck.Task;
        await using var other = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(_server, _database));
        var recovery = await other.RecoverAsync("a", None);
        _proxy.Refuses = false;
        Assert.That(async () => await append, Throws.TypeOf<JournalFencedException>());
        Assert.That(recovery.Events.Texts(), Is.EqualTo(Records.Events(1, (int)recovery.LastSequence).Texts()));
        Assert.That(recovery.LastSequence, Is.AnyOf(3, 5));
        Assert.That((await other.RecoverAsync("a", None)).LastSequence, Is.EqualTo(recovery.LastSequence));
    }

    /// <summary>
    /// Several statements make this append, and the server waits for the next of them, the log's row locked, over a connection that is dead
    /// here.
    /// </summary>
    [Test, Property("fault", 29)]
    public async Task Append_CutInTheMiddleOfItsTransaction_EndsItsOwnLeftoverAndIsDone()
    {
        var huge = Enumerable.Range(1, 5).Select(i => new JournalRecord("Huge/1", new byte[(3 << 19) + i])).ToArray();
        // Behind the first statement, whose 3 MB have taken the lock.
        _proxy.Strike(Fate.Half, after: 4 << 20);
        await _journal.AppendAsync("a", 4, huge, None);
        await _proxy.Struck.Task;
        Assert.That((await _journal.RecoverAsync("a", None)).Events.Skip(3).Select(e => e.Payload.Length),
            Is.EqualTo(huge.Select(e => e.Payload.Length)));
    }

    /// <summary>A leader stopped in the middle of a transaction must not keep the next one waiting.</summary>
    [Test, Property("fault", 3)]
    public async Task TakeOver_OfALogWhoseRowIsLockedByADeadConnection_EndsThatConnection()
    {
        await using var stopped = await PostgresFixture.ConnectAsync(_server, _database);
        await using var transaction = await stopped.BeginTransactionAsync();
        await using (var update = stopped.CreateCommand())
        {
            update.CommandText = "UPDATE streams SET last_sequence = 77";
            await update.ExecuteNonQueryAsync();
        }
        await using var other = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(_server, _database));
        Assert.That((await other.RecoverAsync("a", None)).LastSequence, Is.EqualTo(3));
        Assert.That(async () => await transaction.CommitAsync(), Throws.InstanceOf<Npgsql.NpgsqlException>());
        await other.AppendAsync("a", 4, Records.Events(4, 1), None);
    }

    [Test, Property("fault", 29)]
    public async Task TakeOverReadAndSnapshot_WhoseConnectionsBreak_AreDone()
    {
        for (var round = 0; round < 3; round++)
        {
            _proxy.Strike((Fate)(1 + round % 2));
            await _journal.RecoverAsync("a", None);
            await _proxy.Struck.Task;
            _proxy.Strike((Fate)(1 + round % 2), after: 300);
            await _journal.RecoverAsync("a", None);
            await _proxy.Struck.Task;
            _proxy.Strike((Fate)(1 + round % 2), after: 200 * round);
            await _journal.SaveSnapshotAsync("a", Records.Snapshot(round + 1), None);
        }
        var recovery = await _journal.RecoverAsync("a", None);
        Assert.That(recovery.Snapshot!.Record.Text(), Is.EqualTo("Whole/1:state 3"));
        Assert.That(recovery.LastSequence, Is.EqualTo(3));
    }

    [Test, Property("fault", 29)]
    public async Task DatabaseOutOfReach_ForLongerThanPatience_IsToldAsThatAndNotAsAFence()
    {
        await _journal.DisposeAsync();
        _journal = await PostgresJournal.OpenAsync(PostgresFixture.AddressOf(_server, _database, _proxy.Port, "patience=0"));
        await _journal.RecoverAsync("a", None);
        await _journal.ConfirmAsync("a", None);
        _proxy.Refuses = true;
        _proxy.Strike(Fate.Lost);
        Assert.That(async () => await _journal.AppendAsync("a", 4, Records.Events(4, 1), None),
            Throws.TypeOf<JournalUnavailableException>().With.Message.Contains("cannot be reached")
                .And.Message.Not.Contains(PostgresServer.Password));
        _proxy.Strike(Fate.Lost);
        Assert.That(async () => await _journal.ConfirmAsync("a", None), Throws.TypeOf<JournalUnavailableException>());
        _proxy.Refuses = false;
        await _journal.ConfirmAsync("a", None);
        await _journal.AppendAsync("a", 4, Records.Events(4, 1), None);
        await ExpectAsync(4);
    }

    private async Task ExpectAsync(int last) =>
        Assert.That((await _journal.RecoverAsync("a", None)).Events.Texts(), Is.EqualTo(Records.Events(1, last).Texts()));
}
