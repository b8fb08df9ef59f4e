using Mesos.V1;
using Offerbook.Coordination;
using Offerbook.Master;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Seats;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using static Offerbook.Simulator.Scenarios.ElectedStory;

namespace Offerbook.Simulator.Scenarios;

/// <summary>Leaders whose sessions, connections or clocks fail them, told as <see cref="LeaderScenarios"/> are.</summary>
internal static class SessionScenarios
{
    public static void SessionExpires(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var lives = story.Cluster.Masters.Processes.Sum(process => process.Life);
        for (var i = 0; i < 5; i++)
        {
            var old = story.Cluster.Master;
            story.Coordinator.Expire(old.Name);
            story.Until("another master serves", () => IsFollowed(story.Cluster.Masters, old), 10);
            story.UntilLed();
        }
        story.Require(story.Cluster.Masters.Processes.Sum(process => process.Life) == lives, "no process ended");
        story.Require(story.Cluster.Masters.Seats.Sum(seat => seat.Terms) == 6, "each leadership was followed by one other");
        SameTasks(story, before);
    }

    /// <summary>The story behind Marathon's issues 1553 and 1652: what it remembers of its first term is not what is so.</summary>
    public static void RegainsLeadership(Scenario story)
    {
        Begin(story);
        var first = story.Cluster.Apps;
        story.Coordinator.Expire(first.Name);
        story.Until("the other of Apps serves", () => IsFollowed(story.Cluster.AppsRole, first), 10);
        var second = story.Cluster.Apps;
        story.UntilConverged();
        story.PutApp("/web", instances: 12, to: second.Name);
        story.UntilConverged();
        var before = story.Running("/web");
        story.Coordinator.Expire(second.Name);
        story.Until("the first leads again", () => story.Cluster.Apps == first && first.IsServing, 10);
        story.Seconds(60);
        SameTasks(story, before);
    }

    public static void ConnectionLost(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var terms = story.Terms;
        var rescinds = 0;
        foreach (var master in story.Cluster.Masters.Nodes)
        {
            master.Left += effect => rescinds += effect is MasterEffect.SendToScheduler { Event.Type: EventType.Rescind } ? 1 : 0;
        }
        for (var i = 0; i < 4; i++)
        {
            foreach (var seat in story.Cluster.Seats)
            {
                story.Coordinator.Disconnect(seat.Name);
                story.Cluster.Network.Cut(seat.Name, SimCoordinator.HostName, TimeSpan.FromSeconds(6));
            }
            story.Seconds(20);
        }
        story.Require(story.Terms == terms, "nobody else led for a moment");
        story.Require(rescinds == 0, $"{rescinds} offers were rescinded");
        SameTasks(story, before);
    }

    public static void EnsembleDown(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var (terms, apps) = (story.Terms, story.Cluster.AppsRole.LeadingProcess.Name);
        story.Coordinator.Stop();
        story.Seconds(60);
        var machine = story.MachineOf(before[0]);
        machine.Containers.End(machine.Containers.All.First(item => item.Task.Value == before[0]),
            new Agent.Containers.ContainerExit.Exited(1));
        story.Until("the framework hears of a task's end", () => story.StateOf(before[0]) == TaskState.TaskFailed, 30);
        var answer = story.TryPutApp("/more", 2, to: apps);
        story.Until("the leader takes a request", () => answer() is 200 or 201, 30);
        story.Until("its instances run", () => story.Running("/more").Count == 2 && story.Running("/web").Count == 6, 120);
        story.Seconds(600);
        story.Require(before.Skip(1).All(story.Running("/web").Contains), "what ran runs on");
        story.Require(story.Terms == terms, "nobody else has led");
        story.Coordinator.Start();
        story.UntilLed();
        story.UntilConverged();
        story.Require(story.Terms == terms, "nobody else leads afterwards");
    }

    public static void CutFromCoordinationOnly(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var (old, process) = (story.Cluster.Master, story.Cluster.Masters.LeadingProcess);
        story.Cluster.Network.Cut(old.Name, SimCoordinator.HostName, TimeSpan.FromSeconds(60));
        story.Until("it knows that it is cut off", () => ((ISeat)process).Standing is Standing.Leads { IsSuspended: true }, Session);
        story.Require(old.IsServing, "it goes on meanwhile");
        story.Until("another master serves", () => IsFollowed(story.Cluster.Masters, old), Session + 2);
        story.Until("the store has told the old one", () => !old.IsUp, 30);
        story.Require(process.IsUp, "it lives");
        story.Seconds(60);
        SameTasks(story, before);
    }

    public static void LostCreates(Scenario story)
    {
        Begin(story, instances: 2);
        story.Coordinator.LostAnswerRate = 0.5;
        for (var i = 0; i < 10; i++)
        {
            foreach (var seat in story.Cluster.Seats)
            {
                story.Coordinator.Expire(seat.Name);
            }
            story.Seconds(15);
        }
        story.Coordinator.LostAnswerRate = 0;
        story.UntilLed(120);
        story.UntilConverged();
    }

    public static void Clocks(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var terms = story.Terms;
        var (offset, drift) = (TimeSpan.FromHours(1), 0.005);
        foreach (var process in story.Cluster.Processes)
        {
            (process.Clock.WallOffset, process.Clock.Drift) = (offset, drift);
            (offset, drift) = (-offset, -drift);
        }
        story.Seconds(300);
        foreach (var process in story.Cluster.Processes)
        {
            process.Clock.WallOffset = -process.Clock.WallOffset;
        }
        story.Seconds(300);
        story.Require(story.Terms == terms, "nobody was deposed");
        SameTasks(story, before);
    }
}
