using Offerbook.Actors.Hosting;
using Offerbook.Storage;
using Offerbook.Testing.Time;

namespace Offerbook.Actors.Tests.Hosting;

[TestFixture]
internal sealed class CoreRunnerTests
{
    private readonly FakeTimeProvider _time = new();
    private Listener _listener = null!;
    private GatedJournal _journal = null!;
    private ScriptedCore _core = null!;
    private CoreRunner<Do> _runner = null!;

    [SetUp]
    public Task SetUp() => Start();

    [TearDown]
    public async Task TearDown()
    {
        _journal.Permits.Release(1_000_000);
        await _runner.DisposeAsync();
        await _journal.DisposeAsync();
    }

    [Test]
    public async Task Effects_AfterAnEvent_WaitForItsFlush_AndTurnsDoNot()
    {
        Post(e => e.Add(new Said("before")), e => { e.Add(ScriptedCore.Persist("1")); e.Add(new Said("after")); },
            e => e.Add(new Said("later turn")));
        Assert.That(await _listener.NextAsync(), Is.EqualTo("before"));
        await Turned();
        Assert.That(_listener.HasHeardMore, Is.False);

        _journal.Permits.Release();
        Assert.That(await _listener.NextAsync(), Is.EqualTo("after"));
        Assert.That(await _listener.NextAsync(), Is.EqualTo("later turn"));
    }

    [Test]
    public async Task Events_ThatComeDuringAFlush_GoTogetherInTheNext()
    {
        Post(e => { e.Add(ScriptedCore.Persist("1")); e.Add(new Said("1")); });
        await Turned();
        for (var i = 2; i <= 10; i++)
        {
            var text = i.ToString();
            Post(e => { e.Add(ScriptedCore.Persist(text)); e.Add(new Said(text)); });
        }
        await Turned();
        _journal.Permits.Release(2);
        for (var i = 1; i <= 10; i++)
        {
            Assert.That(await _listener.NextAsync(), Is.EqualTo(i.ToString()));
        }
        // The first append may already have taken some of the others along; never more than two appends are needed.
        Assert.That(_journal.BatchSizes.Sum(), Is.EqualTo(10));
        Assert.That(_journal.BatchSizes, Has.Count.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task Event_ThatCanWait_GoesWithTheNextThatCannot()
    {
        Post(e => { e.Add(ScriptedCore.Persist("1") with { CanWait = true }); e.Add(new Said("1")); });
        await Turned();
        Post(e => { e.Add(ScriptedCore.Persist("2")); e.Add(new Said("2")); });
        _journal.Permits.Release();

        Assert.That(await _listener.NextAsync(), Is.EqualTo("1"));
        Assert.That(await _listener.NextAsync(), Is.EqualTo("2"));
        Assert.That(_journal.BatchSizes, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public async Task Events_ThatCanWait_GoTogetherAFewMillisecondsAfterTheFirst()
    {
        _journal.Permits.Release();
        Post(e => { e.Add(ScriptedCore.Persist("1") with { CanWait = true }); e.Add(new Said("1")); });
        await Turned();
        _time.Advance(TimeSpan.FromMilliseconds(4));
        Post(e => { e.Add(ScriptedCore.Persist("2") with { CanWait = true }); e.Add(new Said("2")); });
        await Turned();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.That(await _listener.NextAsync(), Is.EqualTo("1"));
        Assert.That(await _listener.NextAsync(), Is.EqualTo("2"));
        Assert.That(_journal.BatchSizes, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public async Task Dispose_DoesNotWaitForEventsThatCan()
    {
        Post(e => { e.Add(ScriptedCore.Persist("1") with { CanWait = true }); e.Add(new Said("1")); });
        _journal.Permits.Release();

        await _runner.DisposeAsync();

        Assert.That(await _listener.NextAsync(), Is.EqualTo("1"));
        Assert.That((await _journal.RecoverAsync("scripted", CancellationToken.None)).LastSequence, Is.EqualTo(1));
    }

    [Test]
    public async Task Recover_ReplaysWhatWasPersisted_AndItsEffectsLeave()
    {
        Post(e => e.Add(ScriptedCore.Persist("a")), e => { e.Add(ScriptedCore.Persist("b")); e.Add(new Said("done")); });
        _journal.Permits.Release(2);
        Assert.That(await _listener.NextAsync(), Is.EqualTo("done"));
        await _runner.DisposeAsync();

        await Start(_journal, e => e.Add(new Said("recovered")));
        Assert.That(await _listener.NextAsync(), Is.EqualTo("recovered"));
        Assert.That(_core.Replayed, Is.EqualTo(new[] { "a", "b" }));
        Post(e => { e.Add(ScriptedCore.Persist("c")); e.Add(new Said("goes on")); });
        _journal.Permits.Release();
        Assert.That(await _listener.NextAsync(), Is.EqualTo("goes on"));
    }

    [Test]
    public async Task Snapshot_IsSavedAfterTheEventsThatItHolds()
    {
        var state = new JournalRecord("S/1", new byte[1]);
        Post(e =>
        {
            e.Add(ScriptedCore.Persist("1"));
            e.Add(new SaveSnapshot(state));
            e.Add(ScriptedCore.Persist("2"));
            e.Add(new Said("2 is safe"));
        });
        _journal.Permits.Release(2);
        Assert.That(await _listener.NextAsync(), Is.EqualTo("2 is safe"));
        await _runner.DisposeAsync();
        Assert.That(_journal.Snapshots, Is.EqualTo(new long[] { 1 }));
        Assert.That((await _journal.RecoverAsync("scripted", CancellationToken.None)).LastSequence, Is.EqualTo(2));
    }

    [Test]
    public async Task Snapshot_ThatIsMadeBesideTheLoop_LetsTurnsGoOn_AndIsSavedAfterTheEventsThatItHolds()
    {
        using var mayPack = new SemaphoreSlim(0);
        Post(e =>
            {
                e.Add(ScriptedCore.Persist("1"));
                e.Add(new SaveSnapshotOf(() =>
                {
                    mayPack.Wait(TimeSpan.FromSeconds(20));
                    return new JournalRecord("S/1", new byte[1]);
                }));
            },
            e =>
            {
                e.Add(ScriptedCore.Persist("2"));
                e.Add(new Said("2 is safe"));
            });
        _journal.Permits.Release(2);
        Assert.That(await _listener.NextAsync(), Is.EqualTo("2 is safe"));
        Assert.That(_journal.Snapshots, Is.Empty);
        mayPack.Release();
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (_journal.Snapshots.Count == 0 && DateTime.UtcNow < deadline)
        {
            await Turned();
        }
        Assert.That(_journal.Snapshots, Is.EqualTo(new long[] { 1 }));
    }

    [Test]
    public async Task Snapshot_ThatTakesTheDiskLong_DelaysNoAnswer_AndTheNewestOfThoseWaitingIsSavedNext()
    {
        _journal.SavePermits = new SemaphoreSlim(0);
        foreach (var number in new[] { "1", "2", "3" })
        {
            Post(e =>
            {
                e.Add(ScriptedCore.Persist(number));
                e.Add(new SaveSnapshot(new JournalRecord("S/1", new byte[1])));
                e.Add(new Said(number));
            });
            _journal.Permits.Release();
            Assert.That(await _listener.NextAsync(), Is.EqualTo(number));
        }
        Assert.That(_journal.Snapshots, Is.Empty);
        _journal.SavePermits.Release(2);
        await _runner.DisposeAsync();
        Assert.That(_journal.Snapshots, Is.EqualTo(new long[] { 1, 3 }));
    }

    [Test]
    public void Snapshot_ThatCannotBeSaved_EndsTheRunner()
    {
        _journal.SaveFailure = new JournalFencedException("another leader");
        Post(e => e.Add(new SaveSnapshot(new JournalRecord("S/1", new byte[1]))));
        Assert.That(async () => await _runner.Completion.WaitAsync(TimeSpan.FromSeconds(10)), Throws.TypeOf<JournalFencedException>());
    }

    [Test]
    public async Task Timer_RunsOutWhenItsTimeHasCome_AndReplacedOnesDoNot()
    {
        Post(e =>
        {
            e.Add(new StartTimer("a", TimeSpan.FromSeconds(1), Say("a too early")));
            e.Add(new StartTimer("b", TimeSpan.FromSeconds(2), Say("b")));
            e.Add(new StartTimer("c", TimeSpan.FromSeconds(2), Say("c cancelled")));
            e.Add(new StartTimer("a", TimeSpan.FromSeconds(3), Say("a")));
            e.Add(new CancelTimer("c"));
            e.Add(new CancelTimer("unknown"));
        });
        await Turned();
        _time.Advance(TimeSpan.FromSeconds(1.999));
        await Turned();
        Assert.That(_listener.HasHeardMore, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(await _listener.NextAsync(), Is.EqualTo("b"));
        await Turned();
        Assert.That(_listener.HasHeardMore, Is.False);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await _listener.NextAsync(), Is.EqualTo("a"));
    }

    [Test]
    public async Task Timer_OfHalfAYear_IsWaitedFor()
    {
        Post(e => e.Add(new StartTimer("a", TimeSpan.FromDays(180), Say("at last"))));
        for (var day = 0; day < 180; day++)
        {
            await Turned();
            Assert.That(_listener.HasHeardMore, Is.False);
            _time.Advance(TimeSpan.FromDays(1));
        }
        Assert.That(await _listener.NextAsync(), Is.EqualTo("at last"));
    }

    [Test]
    public async Task Timer_ThatStartsItselfAnewAtOnce_DoesNotStarveMessages()
    {
        void Again(Effects e) => e.Add(new StartTimer("again", TimeSpan.Zero, new Do((next, _) => Again(next))));
        Post(Again);
        for (var i = 0; i < 20; i++)
        {
            Post(e => e.Add(new Said("heard")));
            Assert.That(await _listener.NextAsync(), Is.EqualTo("heard"));
        }
        Post(e => e.Add(new CancelTimer("again")));
        await Turned();
    }

    [Test]
    public async Task Mailbox_WhenFull_RefusesAndThenTakesAgain()
    {
        using var entered = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        Post(_ => { entered.Release(); leave.Wait(); });
        await entered.WaitAsync();
        var taken = 0;
        while (_runner.TryPost(new Do((_, _) => { })))
        {
            taken++;
        }
        Assert.That(taken, Is.EqualTo(8));
        Assert.That(_runner.QueueDepth, Is.EqualTo(8));
        var waiting = _runner.PostAsync(Say("waited"));
        Assert.That(waiting.IsCompleted, Is.False);
        leave.Release();
        await waiting;
        Assert.That(await _listener.NextAsync(), Is.EqualTo("waited"));
    }

    [Test]
    public async Task Crowd_LetsOthersGoFirst_AndIsNotStarved()
    {
        using var entered = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        Post(_ => { entered.Release(); leave.Wait(); });
        await entered.WaitAsync();
        await _runner.PostOfCrowdAsync(Say("crowd 1"));
        await _runner.PostOfCrowdAsync(Say("crowd 2"));
        for (var i = 1; i <= 8; i++)
        {
            Assert.That(_runner.TryPost(Say(i.ToString())));
        }
        Assert.That(_runner.QueueDepth, Is.EqualTo(10));
        leave.Release();
        var heard = new List<string>();
        while (heard.Count < 10)
        {
            heard.Add(await _listener.NextAsync());
        }
        // The turn that blocked is one of the eight.
        Assert.That(heard, Is.EqualTo(new[] { "1", "2", "3", "4", "5", "6", "7", "crowd 1", "8", "crowd 2" }));
    }

    [Test]
    public async Task Effects_ThatPileUpBehindTheJournal_MakeTurnsWait()
    {
        Post(e =>
        {
            e.Add(ScriptedCore.Persist("1"));
            for (var i = 0; i < 70_000; i++)
            {
                e.Add(new Said("x"));
            }
        });
        // The next turn is in the same burst; after it, the mailbox is no longer emptied.
        while (_runner.TryPost(Say("y")))
        {
            await Task.Yield();
        }
        Assert.That(_runner.QueueDepth, Is.EqualTo(8));
        _journal.Permits.Release();
        for (var i = 0; i < 70_000; i++)
        {
            Assert.That(await _listener.NextAsync(), Is.EqualTo("x"));
        }
        Assert.That(await _listener.NextAsync(), Is.EqualTo("y"));
    }

    [Test]
    public async Task Core_ThatThrows_FaultsTheRunnerAndTakesNoMore()
    {
        Post(e => { e.Add(new Said("never")); throw new InvalidTimeZoneException("bug"); });
        await Task.WhenAny(_runner.Completion);
        Assert.That(_runner.Completion.Exception!.InnerExceptions, Has.All.TypeOf<InvalidTimeZoneException>());
        Assert.That(_runner.TryPost(Say("x")), Is.False);
        Assert.That(async () => await _runner.PostAsync(Say("x")), Throws.InstanceOf<System.Threading.Channels.ChannelClosedException>());
        Assert.That(_listener.HasHeardMore, Is.False);
    }

    [Test]
    public async Task Journal_ThatFails_FaultsTheRunner_AndNothingItHeldBackLeaves()
    {
        _journal.Failure = new JournalConflictException("another leader");
        Post(e => { e.Add(ScriptedCore.Persist("1")); e.Add(new Said("acknowledged")); });
        _journal.Permits.Release();
        await Task.WhenAny(_runner.Completion);
        Assert.That(_runner.Completion.Exception!.InnerExceptions, Has.All.TypeOf<JournalConflictException>());
        await _runner.DisposeAsync();
        Assert.That(_listener.HasHeardMore, Is.False);
    }

    [Test]
    public async Task Handler_ThatThrows_FaultsTheRunner()
    {
        _listener.OnSaid = _ => throw new InvalidTimeZoneException("handler");
        Post(e => e.Add(new Said("x")));
        await Task.WhenAny(_runner.Completion);
        Assert.That(_runner.Completion.Exception!.InnerExceptions, Has.All.TypeOf<InvalidTimeZoneException>());
    }

    [Test]
    public async Task Dispose_FinishesWhatWasQueuedAndLetsItsEffectsOut()
    {
        using var entered = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        Post(_ => { entered.Release(); leave.Wait(); });
        await entered.WaitAsync();
        Post(e => { e.Add(ScriptedCore.Persist("1")); e.Add(new Said("last")); });
        var disposing = _runner.DisposeAsync();
        Assert.That(_runner.TryPost(Say("too late")), Is.False);
        leave.Release();
        _journal.Permits.Release();
        await disposing;
        Assert.That(await _listener.NextAsync(), Is.EqualTo("last"));
        Assert.That(_listener.HasHeardMore, Is.False);
        Assert.That(_runner.Completion.IsCompletedSuccessfully);
        await _runner.DisposeAsync();
    }

    /// <summary>Every producer's messages come in its order, every event is durable before its effect, and none is lost.</summary>
    [Test]
    public async Task ManyProducers_UnderALiveJournal_KeepOrderAndDurability()
    {
        const int producers = 4, each = 2_000;
        _journal.Permits.Release(100_000);
        var next = new int[producers];
        var wrong = 0;
        _listener.OnSaid = what =>
        {
            var parts = what.Split(':');
            wrong += next[int.Parse(parts[0])]++ == int.Parse(parts[1]) ? 0 : 1;
        };
        await Task.WhenAll(Enumerable.Range(0, producers).Select(p => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                var text = $"{p}:{i}";
                await _runner.PostAsync(new Do((e, _) => { e.Add(ScriptedCore.Persist(text)); e.Add(new Said(text)); }));
            }
        })));
        await _runner.DisposeAsync();
        Assert.That(wrong, Is.Zero);
        Assert.That(next, Is.All.EqualTo(each));
        Assert.That((await _journal.RecoverAsync("scripted", CancellationToken.None)).LastSequence, Is.EqualTo(producers * each));
    }

    private static Do Say(string what) => new((e, _) => e.Add(new Said(what)));

    private Task Start(GatedJournal? journal = null, Action<Effects>? onRecover = null)
    {
        _listener = new Listener();
        _journal = journal ?? new GatedJournal();
        _core = new ScriptedCore { OnRecover = onRecover ?? (_ => { }) };
        _runner = new CoreRunner<Do>(_core, _listener, _journal, _time, mailboxCapacity: 8);
        return _runner.StartAsync(CancellationToken.None);
    }

    private void Post(params Action<Effects>[] turns)
    {
        foreach (var turn in turns)
        {
            while (!_runner.TryPost(new Do((e, _) => turn(e))))
            {
                Thread.Yield();
            }
        }
    }

    /// <summary>Waits until everything posted so far has had its turn, and the alarm has been set after it.</summary>
    private async Task Turned()
    {
        for (var i = 0; i < 2; i++)
        {
            var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Post(_ => turned.SetResult());
            await turned.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }
}
