using Offerbook.Simulator.Seats;
using static Offerbook.Simulator.Scenarios.ElectedStory;

namespace Offerbook.Simulator.Scenarios;

/// <summary>
/// Leaders that end, are paused, or give their leadership up: told of three masters and two of each framework with sessions of 10 s.
/// </summary>
internal static class LeaderScenarios
{
    public static void Killed(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var old = story.Cluster.Master;
        // The machine lives, and closes the connections of what is killed on it.
        story.Cluster.Network.SilentDeathRate = 0;
        story.Cluster.Masters.LeadingProcess.Crash("kill -9");
        story.Until("another master serves", () => IsFollowed(story.Cluster.Masters, old), Session + 1);
        story.Until("every agent is back", () => story.Cluster.Machines.TrueForAll(machine => story.IsOffered(machine) == true), 10);
        story.Cluster.StartLater(story.Cluster.Masters.Processes.First(process => !process.IsUp), TimeSpan.FromSeconds(5));
        SameTasks(story, before);
    }

    public static void ToldToEnd(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        HandsOver(story, story.Cluster.Masters);
        HandsOver(story, story.Cluster.AppsRole);
        HandsOver(story, story.Cluster.BatchRole);
        SameTasks(story, before);
    }

    private static void HandsOver<TMessage>(Scenario story, SimRole<TMessage> role) where TMessage : class
    {
        var (old, process) = (role.Leader, role.LeadingProcess);
        ((ISeat)process).Terminate();
        story.Until($"another of {role.Name} serves", () => IsFollowed(role, old), 0.5);
        story.Until("the old one has ended", () => !process.IsUp, 5);
        process.Start();
        story.UntilLed();
    }

    public static void PausedPastSession(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        Pause(story, story.Cluster.Masters);
        SameTasks(story, before);
    }

    public static void AppsPausedPastSession(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var old = story.Cluster.AppsRole.LeadingProcess.Name;
        // It has something to write when it goes on.
        story.Cluster.World.Schedule(TimeSpan.FromSeconds(1), null, () => story.TryPutApp("/late", 1, to: old));
        Pause(story, story.Cluster.AppsRole);
        story.UntilConverged();
        story.Require(story.Running("/web").SequenceEqual(before), "every task runs where it ran");
    }

    private static void Pause<TMessage>(Scenario story, SimRole<TMessage> role) where TMessage : class
    {
        var (old, process) = (role.Leader, role.LeadingProcess);
        var effects = 0;
        process.Pause(TimeSpan.FromSeconds(25));
        old.Left += _ => effects++;
        story.Until($"another of {role.Name} serves", () => IsFollowed(role, old), Session + 2);
        story.Until("the old leader goes on", () => !process.IsPaused, 30);
        story.Until("it has noticed", () => !old.IsUp, 5);
        story.Require(process.IsUp, "it lives");
        story.Require(effects == 0, $"{effects} effects of the deposed leader got out");
        story.UntilLed();
    }

    public static void AppsAbdicates(Scenario story)
    {
        story.UntilLed();
        story.PutGroup(revision: 1, instances: 2, behaviour: "ready=5");
        for (var i = 0; i < 4; i++)
        {
            story.Seconds(3);
            var old = story.Cluster.Apps;
            story.Leader(story.Cluster.AppsRole).StepDown();
            story.Until("the other of Apps serves", () => IsFollowed(story.Cluster.AppsRole, old), 0.5);
        }
        story.UntilConverged();
        story.Require(story.Offers.Launches == 6, $"{story.Offers.Launches} tasks were launched for 6 instances");
    }

    public static void BatchKilled(Scenario story)
    {
        story.UntilLed();
        story.Jobs.Submit(new Workload.JobRequest("crunch", 3, 0, 0), life: 60);
        story.Until("its runs run", () => story.RunningTasks("crunch.") == 3);
        var dead = story.Cluster.BatchRole.LeadingProcess;
        dead.Crash("kill -9");
        story.Cluster.StartLater(dead, TimeSpan.FromSeconds(20));
        story.Until("the job has ended", () => story.JobsEnded == 1, 300);
        story.UntilConverged();
        story.Require(story.Offers.Launches == 3, $"{story.Offers.Launches} runs were launched for 3");
    }

    public static void EverythingKilled(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        story.Store.Stop();
        story.Coordinator.Stop();
        foreach (var process in story.Cluster.Processes)
        {
            process.Crash("kill -9 of everything");
        }
        story.Seconds(10);
        foreach (var process in story.Cluster.Processes)
        {
            process.Start();
        }
        story.Seconds(20);
        story.Store.Start();
        story.Coordinator.Start();
        story.UntilLed(120);
        SameTasks(story, before);
    }
}
