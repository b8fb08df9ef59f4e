using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Scenarios;

/// <summary>What becomes of those who share a store when it fails them.</summary>
internal static class StoreScenarios
{
    private static void Begin(Scenario story)
    {
        story.UntilLed();
        story.PutApp("/web", instances: 3);
        story.UntilConverged();
    }

    public static void Full(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        story.Store.IsFull = true;
        var answer = story.TryPutApp("/more", instances: 2);
        story.Seconds(60);
        story.Require(answer() is null or >= 500, $"a change that was not written down was answered {answer()}");
        story.Require(story.Running("/web").SequenceEqual(before), "what runs goes on");
        story.Store.IsFull = false;
        story.UntilLed();
        story.UntilConverged();
        story.Require(before.All(story.Running("/web").Contains), "what ran runs on");
    }

    public static void Slow(Scenario story)
    {
        Begin(story);
        var terms = story.Terms;
        story.Store.CommitMean = TimeSpan.FromSeconds(1);
        var answers = Enumerable.Range(1, 4).Select(i => story.TryPutApp("/slow-" + i, instances: 1)).ToList();
        story.Until("all are answered", () => answers.TrueForAll(answer => answer() is 200 or 201), 60);
        story.Store.CommitMean = SimStore.UsualCommitMean;
        story.UntilConverged();
        story.Require(story.Terms == terms, "nobody was deposed");
    }

    public static void Down(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var answer = (Func<int?>)(() => null);
        story.Store.Stop();
        answer = story.TryPutApp("/more", instances: 2);
        story.Seconds(60);
        story.Require(answer() is null or >= 500, $"a change that was not written down was answered {answer()}");
        story.Store.Start();
        story.UntilLed(120);
        story.UntilConverged();
        story.Require(before.All(story.Running("/web").Contains), "what ran runs on");
    }

    public static void ResetMidCommit(Scenario story)
    {
        Begin(story);
        story.Store.ResetRate = 0.4;
        var answers = Enumerable.Range(1, 6).Select(i => story.TryPutApp("/reset-" + i, instances: 1)).ToList();
        story.Until("all are answered", () => answers.TrueForAll(answer => answer() is not null), 120);
        story.Seconds(60);
        story.Store.ResetRate = 0;
        story.UntilLed();
        story.UntilConverged();
        story.Require(answers.Count(answer => answer() is 200 or 201) >= 4, "most were taken all the same");
    }

    /// <summary>What fenced the leader of seed 0x2da, though nobody had taken its place.</summary>
    public static void LateTakeover(Scenario story)
    {
        Begin(story);
        var (before, old) = (story.Running("/web"), story.Cluster.Masters.LeadingProcess);
        var others = story.Cluster.Masters.Processes.Where(process => process != old).ToList();
        foreach (var other in others)
        {
            Way(other).LeastDelay = TimeSpan.FromSeconds(4.5);
        }
        story.Coordinator.Expire(old.Name);
        story.Until("another is elected", () => others.Exists(other => ((ISeat)other).Leads), 10);
        var late = others.First(other => ((ISeat)other).Leads);
        story.Seconds(4);
        // What it has asked first arrives in time; the takeover itself, which it gives up after 5 s, does not.
        Way(late).LeastDelay = TimeSpan.FromSeconds(30);
        Way(others.First(other => other != late)).LeastDelay = TimeSpan.FromMicroseconds(100);
        story.Until("one of the others leads", () => story.Cluster.Master is { IsServing: true } leader && leader.Name != late.Name, 30);
        Way(late).LeastDelay = TimeSpan.FromMicroseconds(100);
        var (leader, life, epoch) = (story.Cluster.Master, story.Cluster.Master.Life, story.Store.Log("master").Epoch);
        story.Seconds(60);
        story.Require(story.Store.Log("master").Epoch == epoch, "what came late has changed nothing");
        story.Require(story.Cluster.Master == leader && leader.Life == life, "the leader goes on");
        story.UntilConverged();
        story.Require(before.SequenceEqual(story.Running("/web")), "every task runs where it ran");

        SimLink Way(SimProcess process) => story.Cluster.Network.Link(process.Name, SimStore.HostName);
    }

    public static void CutOff(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var old = story.Cluster.Apps;
        story.Cluster.Network.Cut(old.Name, SimStore.HostName, TimeSpan.FromMinutes(3));
        _ = story.TryPutApp("/more", instances: 2, to: old.Name);
        story.Until("the other of Apps serves", () => story.Cluster.Apps is { IsServing: true } leader && leader != old, 60);
        story.Require(story.Cluster.AppsRole.Processes.All(process => process.IsUp), "both live");
        story.Seconds(180);
        story.UntilLed();
        story.UntilConverged();
        story.Require(before.All(story.Running("/web").Contains), "what ran runs on");
    }
}
