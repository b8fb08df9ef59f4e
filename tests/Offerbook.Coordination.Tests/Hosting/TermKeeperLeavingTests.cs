using Offerbook.Coordination.Hosting;
using Offerbook.Storage;

namespace Offerbook.Coordination.Tests.Hosting;

/// <summary>A keeper that is asked to step down, or to leave for good.</summary>
internal sealed class TermKeeperLeavingTests : TermKeeperFixture
{
    [Test]
    public async Task StepDown_WhileServing_EndsTheTermFirst()
    {
        Candidate.Lead("7");
        var (term, ends) = (await BegunAsync(), new TaskCompletionSource());
        term.EndsAfter = ends.Task;

        var steppedDown = Keeper.StepDownAsync();
        Assert.That(Candidate.Asked, Is.Empty, "nobody else may lead while this term lasts");
        ends.SetResult();
        await steppedDown.WaitAsync(Limit);

        Assert.That(await term.Ended, Is.EqualTo(TermEnd.GivenUp));
        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    [Test]
    public async Task StepDown_WhileTheTermBegins_EndsIt()
    {
        Candidate.Lead("7");
        var term = await NextAsync();
        await term.Asked.WaitAsync(Limit);

        await Keeper.StepDownAsync().WaitAsync(Limit);

        Assert.That(await term.Ended, Is.EqualTo(TermEnd.GivenUp));
        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    [Test]
    public async Task StepDown_OfOneThatFollows_ReturnsAtOnce()
    {
        Candidate.Follow(ScriptedCandidate.Info("1"));

        await Keeper.StepDownAsync().WaitAsync(Limit);

        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    [Test]
    public async Task StepDown_AskedTwice_IsOne()
    {
        Candidate.Lead("7");
        await BegunAsync();

        await Task.WhenAll(Keeper.StepDownAsync(), Keeper.StepDownAsync()).WaitAsync(Limit);

        Assert.That(Candidate.Asked, Has.Count.EqualTo(1).Or.Count.EqualTo(2), "the second may have come after the term");
        Assert.That(Candidate.Standing, Is.InstanceOf<Standing.Follows>());
    }

    [Test]
    public async Task StepDown_OfOneThatStandsAlone_BeginsTheNextTerm()
    {
        await using var alone = new TermKeeper(new StandaloneCandidate(new Uri("http://127.0.0.1:1/"), ReadOnlyMemory<byte>.Empty), self =>
        {
            var term = new ScriptedTerm(self);
            term.Begin();
            Terms.Writer.TryWrite(term);
            return term;
        }, Backoff, Time, _ => { });
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
        Candidate.Lead("7");
        var term = await NextAsync();
        await term.Asked.WaitAsync(Limit);

        await Keeper.DisposeAsync().AsTask().WaitAsync(Limit);

        Assert.That(await term.Ended, Is.EqualTo(TermEnd.GivenUp));
        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "resign", "dispose" }));
    }

    [Test]
    public async Task Dispose_WhileItRests_ReturnsAtOnce()
    {
        Candidate.Lead("7");
        (await NextAsync()).Die(new JournalUnavailableException("It does not answer."));
        await NewsAsync();

        await Keeper.DisposeAsync().AsTask().WaitAsync(Limit);

        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "step down", "resign", "dispose" }));
    }

    [Test]
    public async Task Dispose_OfAFaultedKeeper_LeavesTheElection()
    {
        Candidate.Lead("7");
        (await NextAsync()).Die(new InvalidOperationException("A bug."));
        Assert.That(async () => await Keeper.Completion.WaitAsync(Limit), Throws.InvalidOperationException);

        await Keeper.DisposeAsync().AsTask().WaitAsync(Limit);

        Assert.That(Candidate.Asked, Is.EqualTo(new[] { "resign", "dispose" }));
    }

    [Test]
    public async Task StepDown_ThatTheElectionDoesNotHear_IsToldAndGoesOn()
    {
        Candidate.OnStepDown = _ => throw new TimeoutException("No answer.");
        Candidate.Lead("7");
        await BegunAsync();
        await NewsAsync();

        await Keeper.StepDownAsync().WaitAsync(Limit);

        Assert.That(await NewsAsync(), Is.InstanceOf<TermNews.Ended>());
        Assert.That(await NewsAsync(), Is.InstanceOf<TermNews.Unheard>());
        Assert.That((await NextAsync()).Self.Id, Is.EqualTo("7"), "it leads still, and serves");
    }
}
