using Offerbook.Simulator.Storage;
using static Offerbook.Simulator.Scenarios.ElectedStory;

namespace Offerbook.Simulator.Scenarios;

/// <summary>What a slow store makes leaders do, told as <see cref="LeaderScenarios"/> are.</summary>
internal static class HandOverScenarios
{
    /// <summary>Longer than a leader keeps its leadership whatever its store does.</summary>
    private const double PastTenure = 330;

    /// <summary>What a commit takes at least over a way that is slow.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public static void SlowForTheLeader(Scenario story)
    {
        Begin(story);
        story.Seconds(PastTenure);
        var (before, old, terms) = (story.Running("/web"), story.Cluster.Master, story.Terms);
        var way = story.Cluster.Network.Link(old.Name, SimStore.HostName);
        way.LeastDelay += Slow;
        story.Until("a master whose way to the store is well serves", () => IsFollowed(story.Cluster.Masters, old), 60);
        story.Require(story.Cluster.Masters.Processes.All(process => process.IsUp), "the old one lives");
        story.Require(story.Cluster.Seats.Sum(seat => seat.HandOvers) == 1, "it handed its leadership over by itself");
        story.Seconds(PastTenure);
        story.Require(story.Terms == terms + 1, "nobody else was deposed, nor the old one elected again");
        way.LeastDelay -= Slow;
        SameTasks(story, before);
    }

    public static void SlowForAll(Scenario story)
    {
        Begin(story);
        story.Seconds(PastTenure);
        var (before, terms) = (story.Running("/web"), story.Terms);
        story.Store.CommitLeast = 2 * Slow;
        story.Seconds(2 * PastTenure);
        story.Require(story.Terms == terms, "nobody was deposed for what is no better elsewhere");
        story.Store.CommitLeast = TimeSpan.Zero;
        SameTasks(story, before);
    }

    public static void NextInLineIsSlowToo(Scenario story)
    {
        Begin(story);
        story.Seconds(PastTenure);
        var (before, old) = (story.Running("/web"), story.Cluster.Master);
        var others = story.Cluster.Masters.Processes.Where(process => process.Name != old.Name).Select(process => process.Name).ToList();
        var well = others[0];
        foreach (var slow in new[] { old.Name, others[1] })
        {
            story.Cluster.Network.Link(slow, SimStore.HostName).LeastDelay += Slow;
        }
        story.Until("the one whose way to the store is well serves", () => story.Cluster.Master is { IsServing: true } leader
            && leader.Name == well, 120);
        story.Seconds(PastTenure);
        story.Require(story.Cluster.Master.Name == well, "it goes on");
        foreach (var slow in new[] { old.Name, others[1] })
        {
            story.Cluster.Network.Link(slow, SimStore.HostName).LeastDelay -= Slow;
        }
        SameTasks(story, before);
    }
}
