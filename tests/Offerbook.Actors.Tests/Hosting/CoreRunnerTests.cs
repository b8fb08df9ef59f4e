using Offerbook.Actors.Hosting;
using Offerbook.Storage;
using Offerbook.Testing.Time;

namespace Offerbook.Actors.Tests.Hosting;

[TestFixture]
internal sealed class CoreRunnerTests : CoreRunnerFixture
{
    [Test]
    public async Task Effects_AfterAnEvent_WaitForItsFlush_AndTurnsDoNot()
    {
        Post(e => e.Add(new Said("before")), e => { e.Add(ScriptedCore.Persist("1")); e.Add(new Said("after")); },
            e => e.Add(new Said("later turn")));
        Assert.That(await Listener.NextAsync(), Is.EqualTo("before"));
        await Turned();
        Assert.That(Listener.HasHeardMore, Is.False);

        Journal.Permits.Release();
        Assert.That(await Listener.NextAsync(), Is.EqualTo("after"));
        Assert.That(await Listener.NextAsync(), Is.EqualTo("later turn"));
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
        Journal.Permits.Release(2);
        for (var i = 1; i <= 10; i++)
        {
            Assert.That(await Listener.NextAsync(), Is.EqualTo(i.ToString()));
        }
        // The first append may already have taken some of the others along; never more than two appends are needed.
        Assert.That(Journal.BatchSizes.Sum(), Is.EqualTo(10));
        Assert.That(Journal.BatchSizes, Has.Count.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task Event_ThatCanWait_GoesWithTheNextThatCannot()
    {
        Post(e => { e.Add(ScriptedCore.Persist("1") with { CanWait = true }); e.Add(new Said("1")); });
        await Turned();
        Post(e => { e.Add(ScriptedCore.Persist("2")); e.Add(new Said("2")); });
        Journal.Permits.Release();

        Assert.That(await Listener.NextAsync(), Is.EqualTo("1"));
        Assert.That(await Listener.NextAsync(), Is.EqualTo("2"));
        Assert.That(Journal.BatchSizes, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public async Task Events_ThatCanWait_GoTogetherAFewMillisecondsAfterTheFirst()
    {
        Journal.Permits.Release();
        Post(e => { e.Add(ScriptedCore.Persist("1") with { CanWait = true }); e.Add(new Said("1")); });
        await Turned();
        Time.Advance(TimeSpan.FromMilliseconds(4));
        Post(e => { e.Add(ScriptedCore.Persist("2") with { CanWait = true }); e.Add(new Said("2")); });
        await Turned();
        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.That(await Listener.NextAsync(), Is.EqualTo("1"));
        Assert.That(await Listener.NextAsync(), Is.EqualTo("2"));
        Assert.That(Journal.BatchSizes, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public async Task Dispose_DoesNotWaitForEventsThatCan()
    {
        Post(e => { e.Add(ScriptedCore.Persist("1") with { CanWait = true }); e.Add(new Said("1")); });
        Journal.Permits.Release();

        await Runner.DisposeAsync();

        Assert.That(await Listener.NextAsync(), Is.EqualTo("1"));
        Assert.That((await Journal.RecoverAsync("scripted", CancellationToken.None)).LastSequence, Is.EqualTo(1));
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
        Time.Advance(TimeSpan.FromSeconds(1.999));
        await Turned();
        Assert.That(Listener.HasHeardMore, Is.False);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(await Listener.NextAsync(), Is.EqualTo("b"));
        await Turned();
        Assert.That(Listener.HasHeardMore, Is.False);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await Listener.NextAsync(), Is.EqualTo("a"));
    }

    [Test]
    public async Task Timer_OfHalfAYear_IsWaitedFor()
    {
        Post(e => e.Add(new StartTimer("a", TimeSpan.FromDays(180), Say("at last"))));
        for (var day = 0; day < 180; day++)
        {
            await Turned();
            Assert.That(Listener.HasHeardMore, Is.False);
            Time.Advance(TimeSpan.FromDays(1));
        }
        Assert.That(await Listener.NextAsync(), Is.EqualTo("at last"));
    }

    [Test]
    public async Task Timer_ThatStartsItselfAnewAtOnce_DoesNotStarveMessages()
    {
        void Again(Effects e) => e.Add(new StartTimer("again", TimeSpan.Zero, new Do((next, _) => Again(next))));
        Post(Again);
        for (var i = 0; i < 20; i++)
        {
            Post(e => e.Add(new Said("heard")));
            Assert.That(await Listener.NextAsync(), Is.EqualTo("heard"));
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
        while (Runner.TryPost(new Do((_, _) => { })))
        {
            taken++;
        }
        Assert.That(taken, Is.EqualTo(8));
        Assert.That(Runner.QueueDepth, Is.EqualTo(8));
        var waiting = Runner.PostAsync(Say("waited"));
        Assert.That(waiting.IsCompleted, Is.False);
        leave.Release();
        await waiting;
        Assert.That(await Listener.NextAsync(), Is.EqualTo("waited"));
    }

    [Test]
    public async Task Crowd_LetsOthersGoFirst_AndIsNotStarved()
    {
        using var entered = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        Post(_ => { entered.Release(); leave.Wait(); });
        await entered.WaitAsync();
        await Runner.PostOfCrowdAsync(Say("crowd 1"));
        await Runner.PostOfCrowdAsync(Say("crowd 2"));
        for (var i = 1; i <= 8; i++)
        {
            Assert.That(Runner.TryPost(Say(i.ToString())));
        }
        Assert.That(Runner.QueueDepth, Is.EqualTo(10));
        leave.Release();
        var heard = new List<string>();
        while (heard.Count < 10)
        {
            heard.Add(await Listener.NextAsync());
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
        while (Runner.TryPost(Say("y")))
        {
            await Task.Yield();
        }
        Assert.That(Runner.QueueDepth, Is.EqualTo(8));
        Journal.Permits.Release();
        for (var i = 0; i < 70_000; i++)
        {
            Assert.That(await Listener.NextAsync(), Is.EqualTo("x"));
        }
        Assert.That(await Listener.NextAsync(), Is.EqualTo("y"));
    }

    [Test]
    public async Task Core_ThatThrows_FaultsTheRunnerAndTakesNoMore()
    {
        Post(e => { e.Add(new Said("never")); throw new InvalidTimeZoneException("bug"); });
        await Task.WhenAny(Runner.Completion);
        Assert.That(Runner.Completion.Exception!.InnerExceptions, Has.All.TypeOf<InvalidTimeZoneException>());
        Assert.That(Runner.TryPost(Say("x")), Is.False);
        Assert.That(async () => await Runner.PostAsync(Say("x")), Throws.InstanceOf<System.Threading.Channels.ChannelClosedException>());
        Assert.That(Listener.HasHeardMore, Is.False);
    }

    [Test]
    public async Task Journal_ThatFails_FaultsTheRunner_AndNothingItHeldBackLeaves()
    {
        Journal.Failure = new JournalConflictException("another leader");
        Post(e => { e.Add(ScriptedCore.Persist("1")); e.Add(new Said("acknowledged")); });
        Journal.Permits.Release();
        await Task.WhenAny(Runner.Completion);
        Assert.That(Runner.Completion.Exception!.InnerExceptions, Has.All.TypeOf<JournalConflictException>());
        await Runner.DisposeAsync();
        Assert.That(Listener.HasHeardMore, Is.False);
    }

    [Test]
    public async Task Handler_ThatThrows_FaultsTheRunner()
    {
        Listener.OnSaid = _ => throw new InvalidTimeZoneException("handler");
        Post(e => e.Add(new Said("x")));
        await Task.WhenAny(Runner.Completion);
        Assert.That(Runner.Completion.Exception!.InnerExceptions, Has.All.TypeOf<InvalidTimeZoneException>());
    }

    [Test]
    public async Task Dispose_FinishesWhatWasQueuedAndLetsItsEffectsOut()
    {
        using var entered = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        Post(_ => { entered.Release(); leave.Wait(); });
        await entered.WaitAsync();
        Post(e => { e.Add(ScriptedCore.Persist("1")); e.Add(new Said("last")); });
        var disposing = Runner.DisposeAsync();
        Assert.That(Runner.TryPost(Say("too late")), Is.False);
        leave.Release();
        Journal.Permits.Release();
        await disposing;
        Assert.That(await Listener.NextAsync(), Is.EqualTo("last"));
        Assert.That(Listener.HasHeardMore, Is.False);
        Assert.That(Runner.Completion.IsCompletedSuccessfully);
        await Runner.DisposeAsync();
    }

    /// <summary>Every producer's messages come in its order, every event is durable before its effect, and none is lost.</summary>
    [Test]
    public async Task ManyProducers_UnderALiveJournal_KeepOrderAndDurability()
    {
        const int producers = 4, each = 2_000;
        Journal.Permits.Release(100_000);
        var next = new int[producers];
        var wrong = 0;
        Listener.OnSaid = what =>
        {
            var parts = what.Split(':');
            wrong += next[int.Parse(parts[0])]++ == int.Parse(parts[1]) ? 0 : 1;
        };
        await Task.WhenAll(Enumerable.Range(0, producers).Select(p => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                var text = $"{p}:{i}";
                await Runner.PostAsync(new Do((e, _) => { e.Add(ScriptedCore.Persist(text)); e.Add(new Said(text)); }));
            }
        })));
        await Runner.DisposeAsync();
        Assert.That(wrong, Is.Zero);
        Assert.That(next, Is.All.EqualTo(each));
        Assert.That((await Journal.RecoverAsync("scripted", CancellationToken.None)).LastSequence, Is.EqualTo(producers * each));
    }
    private static Do Say(string what) => new((e, _) => e.Add(new Said(what)));
}
