using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Master;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Scenarios;

internal static class MasterScenarios
{
    /// <summary>Row 30. The lock itself is the operating system's; that nothing is done without it is ours.</summary>
    public static void SecondOnOneFile(Scenario story)
    {
        story.PutApp("/web", instances: 3);
        story.UntilConverged();
        var (before, first) = (story.Running("/web"), story.Cluster.Master);
        var effects = 0;
        var second = new SimNode<MasterMessage>("second master", story.Cluster.World,
            random => story.Cluster.NewMaster("second master", random), _ => effects++, first.Journal);
        for (var i = 0; i < 20; i++)
        {
            var (flushed, appended) = (first.Journal!.LastDurable, first.Journal.LastAppended);
            second.Start();
            story.Require(!second.IsUp && second.Core is null, "it does not start");
            story.Require(second.Refusal?.Contains("is in use by another process", StringComparison.Ordinal) == true, "it says why");
            story.Require((flushed, appended) == (first.Journal.LastDurable, first.Journal.LastAppended), "nothing was written");
            story.Seconds(3);
        }
        story.PutApp("/more", instances: 2);
        story.UntilConverged();
        story.Require(effects == 0 && first.Life == 1, "the first does not notice");
        first.Crash("kill -9");
        second.Start();
        story.Require(second.IsUp, "the lock goes with its process");
        first.Start();
        story.Require(!first.IsUp && first.Refusal is not null, "and is the other's then");
        second.Crash("kill -9");
        first.Start();
        story.UntilConverged();
        story.Require(before.All(story.Running("/web").Contains), "what ran runs on");
    }

    public static void Restarted(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var before = story.Running("/web");
        story.Cluster.Master.Crash("kill -9");
        story.Seconds(5);
        story.Cluster.Master.Start();
        story.Seconds(120);
        story.UntilConverged();
        story.Require(story.Running("/web").SequenceEqual(before), "every task runs where it ran");
        story.Require(story.Offers.Launches == 6, "nothing was launched again");
        story.PutApp("/web", instances: 8);
        story.UntilConverged();
        story.Require(story.Offers.Launches == 8, "the new master launches what is new");
    }

    public static void DownWhileTaskEnds(Scenario story)
    {
        story.PutApp("/web", instances: 3);
        story.UntilConverged();
        var task = story.Running("/web")[0];
        var machine = story.MachineOf(task);
        story.Cluster.Master.Crash("kill -9");
        story.Seconds(1);
        machine.Containers.End(machine.Containers.All.First(item => item.Task.Value == task), new ContainerExit.Exited(1));
        story.Seconds(10);
        story.Cluster.Master.Start();
        story.Until("the framework hears of it", () => story.StateOf(task) == TaskState.TaskFailed);
        story.UntilConverged();
        story.Require(story.Offers.Launches == 4, "exactly the ended task was replaced");
    }

    public static void WholeClusterKilled(Scenario story)
    {
        story.PutGroup(revision: 1, instances: 2);
        story.UntilConverged();
        var launches = story.Offers.Launches;
        foreach (var process in story.Cluster.Processes)
        {
            process.Crash("kill -9 of everything");
        }
        story.Seconds(10);
        foreach (var process in story.Cluster.Processes)
        {
            process.Start();
        }
        story.Seconds(300);
        story.UntilConverged();
        story.Require(story.Offers.Launches == launches, "nothing was launched twice");
    }

    public static void ClockStepped(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        foreach (var process in story.Cluster.Processes)
        {
            process.Clock.WallOffset = TimeSpan.FromHours(1);
        }
        story.Seconds(200);
        foreach (var process in story.Cluster.Processes)
        {
            process.Clock.WallOffset = TimeSpan.FromHours(-1);
        }
        story.Seconds(200);
        story.UntilConverged();
        story.Require(story.Offers.Launches == 6, "no timeout is judged by a wall clock");
    }
}
