using Offerbook.Coordination.Hosting;
using Offerbook.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Coordination.Tests.Hosting;

/// <summary>When terms begin and end, and what becomes of those that fail.</summary>
internal sealed class TermKeeperTests : TermKeeperFixture
{


    [Test]
    public async Task Candidate_ThatLeads_ServesUntilItIsDisposed()
    {
        Candidate.Lead("7");
        var term = await BegunAsync();
        await Keeper.FirstTerm.WaitAsync(Limit);

        await Keeper.DisposeAsync();

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.GivenUp));
        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "resign", "dispose" }), "the term ends before its successor is let in");
        Assert.That(Keeper.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public async Task Candidate_ThatFollows_BeginsNothing()
    {
        Candidate.Follow(ScriptedCandidate.Info("1"));

        await Keeper.DisposeAsync();

        Assert.That(Terms.Reader.TryRead(out _), Is.False);
        Assert.That(Keeper.FirstTerm.IsCanceled);
    }

    [Test]
    public async Task Leadership_OnlySuspended_GoesOn()
    {
        Candidate.Lead("7");
        var term = await BegunAsync();

        Candidate.Lead("7", isSuspended: true);
        Candidate.Lead("7");
        Candidate.Follow(null);

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Lost), "only the last of the three ended it");
        Assert.That(Candidate.Asked, Is.Empty, "what is lost need not be given up");
    }

    [Test]
    public async Task Leadership_LostWhileTheTermBegins_EndsIt()
    {
        Candidate.Lead("7");
        var term = await NextAsync();
        await term.Asked.WaitAsync(Limit);

        Candidate.Follow(null);

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Lost));
        Assert.That(await NewsAsync(), Is.InstanceOf<TermNews.Ended>());
        Assert.That(Keeper.FirstTerm.IsCompleted, Is.False);
    }

    [Test]
    public async Task Leadership_LostTwice_BeginsAThirdTerm()
    {
        foreach (var id in new[] { "7", "9" })
        {
            Candidate.Lead(id);
            var term = await BegunAsync();
            Assert.That(term.Self.Id, Is.EqualTo(id));
            Candidate.Follow(null);
            await term.Ended.WaitAsync(Limit);
        }
        Candidate.Lead("11");

        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("11"));
    }

    [Test]
    public async Task Leadership_LostAndWonAgainUnseen_IsAnotherTerm()
    {
        Candidate.Lead("7");
        var first = await BegunAsync();

        Candidate.Lead("8");

        Assert.That(await first.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Lost));
        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("8"));
    }

    [Test]
    public async Task NextTerm_WhileTheOneBeforeStillEnds_Waits()
    {
        Candidate.Lead("7");
        var (first, ends) = (await BegunAsync(), new TaskCompletionSource());
        first.EndsAfter = ends.Task;
        Candidate.Lead("8");
        Candidate.Lead("9");
        Assert.That(Terms.Reader.TryRead(out _), Is.False);

        ends.SetResult();

        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("9"));
        Assert.That(first.Ended.IsCompleted);
    }

    [Test]
    public async Task Term_FencedOff_RestsBehindTheOthersAndStandsAgain()
    {
        Candidate.Lead("7");
        var term = await BegunAsync();
        await NewsAsync();

        term.Die(new JournalFencedException("Another has taken it over."));

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Failed));
        Assert.That(await NewsAsync(), Is.InstanceOf<TermNews.Failed>().With.Property("RestsFor").EqualTo(TimeSpan.FromSeconds(3)));
        Candidate.Lead("8");
        await RestAsync(TimeSpan.FromSeconds(3));
        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("8"));
        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    /// <summary>Seed 0x7a3b2 of the simulator: the word of a candidate whose session had ended fenced another's leader off.</summary>
    [Test]
    public async Task Rest_InWhichTheProcessStoodStill_EndsBehindTheOthers()
    {
        Candidate.Lead("7");
        (await NextAsync()).Die(new JournalUnavailableException("It does not answer."));
        var rest = ((TermNews.Failed)await NewsAsync()).RestsFor;
        Candidate.Lead("8");
        Candidate.OnStepDown = candidate => candidate.Lead("9");

        await Time.WaitForTimerAsync(rest).WaitAsync(Limit);
        Time.Advance(rest + TimeSpan.FromSeconds(30));

        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("9"), "what the candidate said before is not counted on");
        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "step down", "step down" }));
    }

    [Test]
    public async Task Leader_ThatIsSuspendedBeforeItsTerm_BeginsWhenTheElectionIsCertainAgain()
    {
        Candidate.Lead("7");
        (await NextAsync()).Die(new JournalUnavailableException("It does not answer."));
        await NewsAsync();
        Candidate.Lead("8", isSuspended: true);
        await RestAsync(Backoff.First);
        var begins = BegunAsync();
        Assert.That(begins.IsCompleted, Is.False);
        Candidate.Lead("9", isSuspended: true);
        Candidate.Lead("10");

        Assert.That((await begins).Self.Id, Is.EqualTo("10"));
    }

    [Test]
    public async Task Journal_OfANewerVersion_IsLeftToOthers()
    {
        Candidate.Lead("7");
        var failure = Assert.Throws<JournalTooNewException>(() => LogFormat.Of(
            new Recovery(null, [new JournalRecord("FormatRaised/1", "9 9.0.0"u8.ToArray())], 1), FormatSupport.OfThisBuild, "x"));
        (await NextAsync()).Die(failure!);

        Assert.That((await NewsAsync()).ToString(),
            Does.Contain("stands again in 3.0 s: The journal of x is at format level 9, to which version 9.0.0 raised it"));
        Candidate.Lead("8");
        await RestAsync(TimeSpan.FromSeconds(3));
        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("8"),
            "the process lives, hands requests on, and tries again when it is its turn");
        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "step down" }), "another may lead meanwhile");
    }

    [Test]
    public async Task Store_ThatStaysLost_IsTriedLessAndLessOften()
    {
        Candidate.OnStepDown = candidate => candidate.Lead("7" + candidate.Asked.Count);
        Candidate.Lead("7");
        var rests = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            (await NextAsync()).Die(new JournalUnavailableException("It does not answer."));
            var rest = ((TermNews.Failed)await NewsAsync()).RestsFor;
            rests.Add(rest.TotalSeconds);
            await RestAsync(rest);
        }

        Assert.That(rests, Is.EqualTo(new[] { 3.0, 6, 12, 12, 12 }));
        Assert.That(async () => await Keeper.FirstTerm, Throws.InstanceOf<JournalUnavailableException>(),
            "who stands alone hears of it at once");
    }

    [Test]
    public async Task Failures_BeforeALongTerm_AreForgotten()
    {
        Candidate.OnStepDown = candidate => candidate.Lead("7" + candidate.Asked.Count);
        Candidate.Lead("7");
        for (var i = 0; i < 2; i++)
        {
            (await NextAsync()).Die(new JournalUnavailableException("It does not answer."));
            await RestAsync(((TermNews.Failed)await NewsAsync()).RestsFor);
        }
        var term = await BegunAsync();
        await NewsAsync();
        Time.Advance(Backoff.Forgets);

        term.Die(new JournalUnavailableException("It does not answer."));

        Assert.That(((TermNews.Failed)await NewsAsync()).RestsFor, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public async Task Term_ThatDiesOfABug_TakesTheKeeperWithIt()
    {
        Candidate.Lead("7");
        var term = await BegunAsync();

        term.Die(new InvalidOperationException("A bug."));

        Assert.That(async () => await Keeper.Completion.WaitAsync(Limit), Throws.InvalidOperationException.With.Message.EqualTo("A bug."));
        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Failed));
    }

    [Test]
    public async Task FirstTerm_WithADamagedJournal_SaysSo()
    {
        Candidate.Lead("7");
        (await NextAsync()).Die(new JournalDamagedException("Event 3 is damaged."));

        Assert.That(async () => await Keeper.FirstTerm.WaitAsync(Limit), Throws.InstanceOf<JournalDamagedException>());
        Assert.That(async () => await Keeper.Completion.WaitAsync(Limit), Throws.InstanceOf<JournalDamagedException>());
    }

    [Test]
    public void Election_ThatRefusesTheCandidate_EndsTheKeeper()
    {
        Candidate.Stand(new Standing.Over("The password is wrong."));

        Assert.That(async () => await Keeper.Completion.WaitAsync(Limit),
            Throws.InstanceOf<ElectionOverException>().With.Message.EqualTo("The password is wrong."));
    }

    [Test]
    public async Task Election_ThatRefusesTheLeader_EndsTermAndKeeper()
    {
        Candidate.Lead("7");
        var term = await BegunAsync();

        Candidate.Stand(new Standing.Over("The password has changed."));

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Lost));
        Assert.That(async () => await Keeper.Completion.WaitAsync(Limit), Throws.InstanceOf<ElectionOverException>());
    }

    [Test]
    public async Task Change_OfStandingOrServing_IsHeard()
    {
        var (standing, none) = (Keeper.Standing, CancellationToken.None);
        var led = Keeper.ChangedAsync(standing, false, none);
        Candidate.Lead("7");
        await led.WaitAsync(Limit);
        standing = Keeper.Standing;
        var served = Keeper.ChangedAsync(standing, false, none);
        Assert.That((standing, Keeper.Serves), Is.EqualTo((new Standing.Leads(ScriptedCandidate.Info("7"), false), false)));

        (await NextAsync()).Begin();
        await served.WaitAsync(Limit);

        Assert.That((Keeper.Standing, Keeper.Serves), Is.EqualTo((standing, true)));
        using var patience = new CancellationTokenSource();
        var waits = Keeper.ChangedAsync(standing, true, patience.Token);
        await patience.CancelAsync();
        Assert.That(async () => await waits.WaitAsync(Limit), Throws.InstanceOf<OperationCanceledException>());
    }
}
