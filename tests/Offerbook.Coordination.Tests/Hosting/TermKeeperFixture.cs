using System.Threading.Channels;
using Offerbook.Coordination.Hosting;
using Offerbook.Testing.Time;

namespace Offerbook.Coordination.Tests.Hosting;

/// <summary>A keeper whose election, terms and time are scripted; what it does is awaited.</summary>
internal abstract class TermKeeperFixture
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    protected static readonly TermBackoff Backoff = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(60));

    protected FakeTimeProvider Time { get; private set; } = null!;
    protected ScriptedCandidate Candidate { get; private set; } = null!;
    protected Channel<ScriptedTerm> Terms { get; private set; } = null!;
    protected Channel<TermNews> News { get; private set; } = null!;
    protected TermKeeper Keeper { get; private set; } = null!;

    [SetUp]
    public void SetUp()
    {
        (Time, Candidate) = (new FakeTimeProvider(), new ScriptedCandidate());
        (Terms, News) = (Channel.CreateUnbounded<ScriptedTerm>(), Channel.CreateUnbounded<TermNews>());
        Keeper = new TermKeeper(Candidate, self =>
        {
            var term = new ScriptedTerm(self);
            Terms.Writer.TryWrite(term);
            return term;
        }, Backoff, Time, news => News.Writer.TryWrite(news));
        Keeper.Start();
    }

    [TearDown]
    public async Task TearDown() => await Keeper.DisposeAsync();

    protected async Task<ScriptedTerm> NextAsync() => await Terms.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    protected async Task<ScriptedTerm> BegunAsync()
    {
        var term = await NextAsync();
        term.Begin();
        await term.Asked.WaitAsync(Limit);
        return term;
    }

    protected async Task<TermNews> NewsAsync() => await News.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    /// <summary>Lets the time pass once the keeper waits for it.</summary>
    protected async Task RestAsync(TimeSpan rest)
    {
        await Time.WaitForTimerAsync(rest).WaitAsync(Limit);
        Time.Advance(rest);
    }
}
