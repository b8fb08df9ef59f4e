using Offerbook.Actors;
using Offerbook.Agent.Tests.Support;
using Offerbook.Storage.Formats;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Recovery;

/// <summary>The format level of the agent's journal: it follows that of the masters, as far as the agent knows how.</summary>
public sealed class FormatLevelTests
{
    private static readonly AgentSettings Older = Make.Settings() with { Format = new FormatSupport(1, "0.8.0") };
    private static readonly AgentSettings Newer = Make.Settings() with { Format = new FormatSupport(2, "0.9.0") };

    [Test]
    public void Agent_OfAClusterThatIsNotRaised_WritesAsBefore_AndCanGoBack()
    {
        var bench = new Bench(Newer).Register(Subscribed(1));
        bench.Run(Make.Task());
        Assert.That(bench.Journal.Select(record => record.Manifest), Has.None.StartsWith("Format"));
        Assert.That(new Bench(Older, bench.Journal, bench.Now).Core.View().Frameworks.Single().Tasks, Has.Count.EqualTo(1));
    }

    [Test]
    public void Agent_OfAClusterThatIsRaised_Follows_AndCannotGoBack()
    {
        var bench = new Bench(Newer).Register(Subscribed(2));
        Assert.That(bench.Journal.Count(LogFormat.IsOwn), Is.EqualTo(1));
        Assert.That(() => new Bench(Older, bench.Journal, bench.Now),
            Throws.TypeOf<JournalTooNewException>()
                .With.Message.Contains("The journal of the agent is at format level 2, to which version 0.9.0 raised it"));

        var again = bench.Restart().Register(Subscribed(2));
        Assert.That(again.Journal.Count(record => record.Manifest.StartsWith("FormatRaised", StringComparison.Ordinal)), Is.EqualTo(1),
            "once is enough");
    }

    [TestCase(9u, 2)]
    [TestCase(0u, 1)]
    public void Agent_WithAMasterOfAnotherVersion_FollowsAsFarAsItKnowsHow(uint told, int level)
    {
        var bench = new Bench(Newer).Register(Subscribed(told));
        Assert.That(LogFormat.Of(new Storage.Recovery(null, bench.Journal, bench.Journal.Count), Newer.Format, "x").Level,
            Is.EqualTo(level));
    }

    [Test]
    public void Snapshot_OfARaisedJournal_StopsAnOlderAgent()
    {
        var bench = new Bench(Newer with { SnapshotEvery = 1 }).Register(Subscribed(2));
        bench.Run(Make.Task());
        var snapshot = bench.Effects<SaveSnapshot>().Last().State;
        Assert.That(() => new Bench(Older, bench.Journal, bench.Now, snapshot), Throws.TypeOf<JournalTooNewException>());
        Assert.That(new Bench(Newer, bench.Journal, bench.Now, snapshot).Core.CaptureState(), Is.EqualTo(bench.Core.CaptureState()));
    }

    private static Event Subscribed(uint level)
    {
        var subscribed = Make.Subscribed();
        subscribed.Subscribed.FormatLevel = level;
        return subscribed;
    }
}
