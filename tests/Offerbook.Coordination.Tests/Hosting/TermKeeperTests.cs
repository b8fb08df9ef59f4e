using System.Threading.Channels;
using Offerbook.Coordination.Hosting;
using Offerbook.Storage;
using Offerbook.Storage.Formats;
using Offerbook.Testing.Time;

namespace Offerbook.Coordination.Tests.Hosting;

internal sealed class TermKeeperTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TermBackoff Backoff = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(60));

    private FakeTimeProvider _time = null!;
    private ScriptedCandidate _candidate = null!;
    private Channel<ScriptedTerm> _terms = null!;
    private Channel<TermNews> _news = null!;
    private TermKeeper _keeper = null!;

    [SetUp]
    public void SetUp()
    {
        (_time, _candidate) = (new FakeTimeProvider(), new ScriptedCandidate());
        (_terms, _news) = (Channel.CreateUnbounded<ScriptedTerm>(), Channel.CreateUnbounded<TermNews>());
        _keeper = new TermKeeper(_candidate, self =>
        {
            var term = new ScriptedTerm(self);
            _terms.Writer.TryWrite(term);
            return term;
        }, Backoff, _time, news => _news.Writer.TryWrite(news));
        _keeper.Start();
    }

    [TearDown]
    public async Task TearDown() => await _keeper.DisposeAsync();

    [Test]
    public async Task Candidate_ThatLeads_ServesUntilItIsDisposed()
    {
        _candidate.Lead("7");
        var term = await BegunAsync();
        await _keeper.FirstTerm.WaitAsync(Limit);

        await _keeper.DisposeAsync();

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.GivenUp));
        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "resign", "dispose" }), "the term ends before its successor is let in");
        Assert.That(_keeper.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public async Task Candidate_ThatFollows_BeginsNothing()
    {
        _candidate.Follow(ScriptedCandidate.Info("1"));

        await _keeper.DisposeAsync();

        Assert.That(_terms.Reader.TryRead(out _), Is.False);
        Assert.That(_keeper.FirstTerm.IsCanceled);
    }

    [Test]
    public async Task Leadership_OnlySuspended_GoesOn()
    {
        _candidate.Lead("7");
        var term = await BegunAsync();

        _candidate.Lead("7", isSuspended: true);
        _candidate.Lead("7");
        _candidate.Follow(null);

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Lost), "only the last of the three ended it");
        Assert.That(_candidate.Asked, Is.Empty, "what is lost need not be given up");
    }

    [Test]
    public async Task Leadership_LostWhileTheTermBegins_EndsIt()
    {
        _candidate.Lead("7");
        var term = await NextAsync();
        await term.Asked.WaitAsync(Limit);

        _candidate.Follow(null);

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Lost));
        Assert.That(await NewsAsync(), Is.InstanceOf<TermNews.Ended>());
        Assert.That(_keeper.FirstTerm.IsCompleted, Is.False);
    }

    [Test]
    public async Task Leadership_LostTwice_BeginsAThirdTerm()
    {
        foreach (var id in new[] { "7", "9" })
        {
            _candidate.Lead(id);
            var term = await BegunAsync();
            Assert.That(term.Self.Id, Is.EqualTo(id));
            _candidate.Follow(null);
            await term.Ended.WaitAsync(Limit);
        }
        _candidate.Lead("11");

        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("11"));
    }

    [Test]
    public async Task Leadership_LostAndWonAgainUnseen_IsAnotherTerm()
    {
        _candidate.Lead("7");
        var first = await BegunAsync();

        _candidate.Lead("8");

        Assert.That(await first.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Lost));
        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("8"));
    }

    [Test]
    public async Task NextTerm_WhileTheOneBeforeStillEnds_Waits()
    {
        _candidate.Lead("7");
        var (first, ends) = (await BegunAsync(), new TaskCompletionSource());
        first.EndsAfter = ends.Task;
        _candidate.Lead("8");
        _candidate.Lead("9");
        Assert.That(_terms.Reader.TryRead(out _), Is.False);

        ends.SetResult();

        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("9"));
        Assert.That(first.Ended.IsCompleted);
    }

    [Test]
    public async Task Term_FencedOff_RestsBehindTheOthersAndStandsAgain()
    {
        _candidate.Lead("7");
        var term = await BegunAsync();
        await NewsAsync();

        term.Die(new JournalFencedException("Another has taken it over."));

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Failed));
        Assert.That(await NewsAsync(), Is.InstanceOf<TermNews.Failed>().With.Property("RestsFor").EqualTo(TimeSpan.FromSeconds(3)));
        _candidate.Lead("8");
        await RestAsync(TimeSpan.FromSeconds(3));
        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("8"));
        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    [Test]
    public async Task Journal_OfANewerVersion_IsLeftToOthers()
    {
        _candidate.Lead("7");
        var failure = Assert.Throws<JournalTooNewException>(() => LogFormat.Of(
            new Recovery(null, [new JournalRecord("FormatRaised/1", "9 9.0.0"u8.ToArray())], 1), FormatSupport.OfThisBuild, "x"));
        (await NextAsync()).Die(failure!);

        Assert.That((await NewsAsync()).ToString(),
            Does.Contain("stands again in 3.0 s: The journal of x is at format level 9, to which version 9.0.0 raised it"));
        _candidate.Lead("8");
        await RestAsync(TimeSpan.FromSeconds(3));
        Assert.That((await BegunAsync()).Self.Id, Is.EqualTo("8"),
            "the process lives, hands requests on, and tries again when it is its turn");
        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "step down" }), "another may lead meanwhile");
    }

    [Test]
    public async Task Store_ThatStaysLost_IsTriedLessAndLessOften()
    {
        _candidate.OnStepDown = candidate => candidate.Lead("7" + candidate.Asked.Count);
        _candidate.Lead("7");
        var rests = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            (await NextAsync()).Die(new JournalUnavailableException("It does not answer."));
            var rest = ((TermNews.Failed)await NewsAsync()).RestsFor;
            rests.Add(rest.TotalSeconds);
            await RestAsync(rest);
        }

        Assert.That(rests, Is.EqualTo(new[] { 3.0, 6, 12, 12, 12 }));
        Assert.That(async () => await _keeper.FirstTerm, Throws.InstanceOf<JournalUnavailableException>(),
            "who stands alone hears of it at once");
    }

    [Test]
    public async Task Failures_BeforeALongTerm_AreForgotten()
    {
        _candidate.OnStepDown = candidate => candidate.Lead("7" + candidate.Asked.Count);
        _candidate.Lead("7");
        for (var i = 0; i < 2; i++)
        {
            (await NextAsync()).Die(new JournalUnavailableException("It does not answer."));
            await RestAsync(((TermNews.Failed)await NewsAsync()).RestsFor);
        }
        var term = await BegunAsync();
        await NewsAsync();
        _time.Advance(Backoff.Forgets);

        term.Die(new JournalUnavailableException("It does not answer."));

        Assert.That(((TermNews.Failed)await NewsAsync()).RestsFor, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public async Task Term_ThatDiesOfABug_TakesTheKeeperWithIt()
    {
        _candidate.Lead("7");
        var term = await BegunAsync();

        term.Die(new InvalidOperationException("A bug."));

        Assert.That(async () => await _keeper.Completion.WaitAsync(Limit), Throws.InvalidOperationException.With.Message.EqualTo("A bug."));
        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Failed));
    }

    [Test]
    public async Task FirstTerm_WithADamagedJournal_SaysSo()
    {
        _candidate.Lead("7");
        (await NextAsync()).Die(new JournalDamagedException("Event 3 is damaged."));

        Assert.That(async () => await _keeper.FirstTerm.WaitAsync(Limit), Throws.InstanceOf<JournalDamagedException>());
        Assert.That(async () => await _keeper.Completion.WaitAsync(Limit), Throws.InstanceOf<JournalDamagedException>());
    }

    [Test]
    public void Election_ThatRefusesTheCandidate_EndsTheKeeper()
    {
        _candidate.Stand(new Standing.Over("The password is wrong."));

        Assert.That(async () => await _keeper.Completion.WaitAsync(Limit),
            Throws.InstanceOf<ElectionOverException>().With.Message.EqualTo("The password is wrong."));
    }

    [Test]
    public async Task Election_ThatRefusesTheLeader_EndsTermAndKeeper()
    {
        _candidate.Lead("7");
        var term = await BegunAsync();

        _candidate.Stand(new Standing.Over("The password has changed."));

        Assert.That(await term.Ended.WaitAsync(Limit), Is.EqualTo(TermEnd.Lost));
        Assert.That(async () => await _keeper.Completion.WaitAsync(Limit), Throws.InstanceOf<ElectionOverException>());
    }

    [Test]
    public async Task StepDown_WhileServing_EndsTheTermFirst()
    {
        _candidate.Lead("7");
        var (term, ends) = (await BegunAsync(), new TaskCompletionSource());
        term.EndsAfter = ends.Task;

        var steppedDown = _keeper.StepDownAsync();
        Assert.That(_candidate.Asked, Is.Empty, "nobody else may lead while this term lasts");
        ends.SetResult();
        await steppedDown.WaitAsync(Limit);

        Assert.That(await term.Ended, Is.EqualTo(TermEnd.GivenUp));
        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    [Test]
    public async Task StepDown_WhileTheTermBegins_EndsIt()
    {
        _candidate.Lead("7");
        var term = await NextAsync();
        await term.Asked.WaitAsync(Limit);

        await _keeper.StepDownAsync().WaitAsync(Limit);

        Assert.That(await term.Ended, Is.EqualTo(TermEnd.GivenUp));
        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    [Test]
    public async Task StepDown_OfOneThatFollows_ReturnsAtOnce()
    {
        _candidate.Follow(ScriptedCandidate.Info("1"));

        await _keeper.StepDownAsync().WaitAsync(Limit);

        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    [Test]
    public async Task StepDown_AskedTwice_IsOne()
    {
        _candidate.Lead("7");
        await BegunAsync();

        await Task.WhenAll(_keeper.StepDownAsync(), _keeper.StepDownAsync()).WaitAsync(Limit);

        Assert.That(_candidate.Asked, Has.Count.EqualTo(1).Or.Count.EqualTo(2), "the second may have come after the term");
        Assert.That(_candidate.Standing, Is.InstanceOf<Standing.Follows>());
    }

    [Test]
    public async Task StepDown_OfOneThatStandsAlone_BeginsTheNextTerm()
    {
        await using var alone = new TermKeeper(new StandaloneCandidate(new Uri("http://127.0.0.1:1/"), ReadOnlyMemory<byte>.Empty), self =>
        {
            var term = new ScriptedTerm(self);
            term.Begin();
            _terms.Writer.TryWrite(term);
            return term;
        }, Backoff, _time, _ => { });
        alone.Start();
        var first = await NextAsync();
        await alone.FirstTerm.WaitAsync(Limit);

        await alone.StepDownAsync().WaitAsync(Limit);

        Assert.That(first.Ended.IsCompleted);
        Assert.That((await NextAsync()).Self.Id, Is.Not.EqualTo(first.Self.Id));
    }

    [Test]
    public async Task Dispose_WhileTheTermBegins_EndsIt()
    {
        _candidate.Lead("7");
        var term = await NextAsync();
        await term.Asked.WaitAsync(Limit);

        await _keeper.DisposeAsync().AsTask().WaitAsync(Limit);

        Assert.That(await term.Ended, Is.EqualTo(TermEnd.GivenUp));
        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "resign", "dispose" }));
    }

    [Test]
    public async Task Dispose_WhileItRests_ReturnsAtOnce()
    {
        _candidate.Lead("7");
        (await NextAsync()).Die(new JournalUnavailableException("It does not answer."));
        await NewsAsync();

        await _keeper.DisposeAsync().AsTask().WaitAsync(Limit);

        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "step down", "resign", "dispose" }));
    }

    [Test]
    public async Task Dispose_OfAFaultedKeeper_LeavesTheElection()
    {
        _candidate.Lead("7");
        (await NextAsync()).Die(new InvalidOperationException("A bug."));
        Assert.That(async () => await _keeper.Completion.WaitAsync(Limit), Throws.InvalidOperationException);

        await _keeper.DisposeAsync().AsTask().WaitAsync(Limit);

        Assert.That(_candidate.Asked, Is.EqualTo(new[] { "resign", "dispose" }));
    }

    [Test]
    public async Task StepDown_ThatTheElectionDoesNotHear_IsToldAndGoesOn()
    {
        _candidate.OnStepDown = _ => throw new TimeoutException("No answer.");
        _candidate.Lead("7");
        await BegunAsync();
        await NewsAsync();

        await _keeper.StepDownAsync().WaitAsync(Limit);

        Assert.That(await NewsAsync(), Is.InstanceOf<TermNews.Ended>());
        Assert.That(await NewsAsync(), Is.InstanceOf<TermNews.Unheard>());
        Assert.That((await NextAsync()).Self.Id, Is.EqualTo("7"), "it leads still, and serves");
    }

    [Test]
    public async Task Change_OfStandingOrServing_IsHeard()
    {
        var (standing, none) = (_keeper.Standing, CancellationToken.None);
        var led = _keeper.ChangedAsync(standing, false, none);
        _candidate.Lead("7");
        await led.WaitAsync(Limit);
        standing = _keeper.Standing;
        var served = _keeper.ChangedAsync(standing, false, none);
        Assert.That((standing, _keeper.Serves), Is.EqualTo((new Standing.Leads(ScriptedCandidate.Info("7"), false), false)));

        (await NextAsync()).Begin();
        await served.WaitAsync(Limit);

        Assert.That((_keeper.Standing, _keeper.Serves), Is.EqualTo((standing, true)));
        using var patience = new CancellationTokenSource();
        var waits = _keeper.ChangedAsync(standing, true, patience.Token);
        await patience.CancelAsync();
        Assert.That(async () => await waits.WaitAsync(Limit), Throws.InstanceOf<OperationCanceledException>());
    }

    private async Task<ScriptedTerm> NextAsync() => await _terms.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    private async Task<ScriptedTerm> BegunAsync()
    {
        var term = await NextAsync();
        term.Begin();
        await term.Asked.WaitAsync(Limit);
        return term;
    }

    private async Task<TermNews> NewsAsync() => await _news.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    /// <summary>Lets the time pass once the keeper waits for it.</summary>
    private async Task RestAsync(TimeSpan rest)
    {
        await _time.WaitForTimerAsync(rest).WaitAsync(Limit);
        _time.Advance(rest);
    }
}
