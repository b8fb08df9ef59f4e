using Offerbook.Agent.Containers;
using Offerbook.Client.Scheduling;

namespace Offerbook.Simulator.Scenarios;

internal static class AppsScenarios
{
    public static void DependenciesFirst(Scenario story)
    {
        story.PutGroup(revision: 1, instances: 3, behaviour: "ready=5");
        story.Until("the first tier starts", () => story.Running("/shop/store").Count > 0);
        story.Until("the second tier starts", () => story.Running("/shop/api").Count > 0);
        story.Require(story.Healthy("/shop/store") == 3, "the whole first tier is healthy before the second starts");
        story.Until("the third tier starts", () => story.Running("/shop/front").Count > 0);
        story.Require(story.Healthy("/shop/api") == 3, "the whole second tier is healthy before the third starts");
        story.UntilConverged();
    }

    /// <summary>Every offer was declined for minutes: without a look around nothing would be known of any agent.</summary>
    public static void LookAround(Scenario story)
    {
        story.PutApp("/web", instances: 2);
        story.UntilConverged();
        story.Seconds(120);
        var launches = story.Offers.Launches;
        var verdicts = new List<Offerbook.Apps.Previews.FitVerdict>();
        story.Cluster.AppsPort.Looks.Judged += (_, verdict) => verdicts.Add(verdict);
        var asked = story.Cluster.World.Elapsed;
        story.Preview("/more", instances: 3);
        story.Require(story.Cluster.World.Elapsed - asked < TimeSpan.FromSeconds(2), "the look takes a second and a bit");
        story.Require(verdicts is [{ Starts: [{ Wanted: 3, Placed: 3 }] } verdict] && verdict.Agents == story.Cluster.Machines.Count,
            "all agents are seen, and all three instances fit");
        story.Seconds(60);
        story.Require(story.Offers.Launches == launches, "to look launches nothing");
        story.PutApp("/more", instances: 3);
        story.UntilConverged();
    }

    public static void RollingUpdate(Scenario story)
    {
        story.PutApp("/web", instances: 4, minimumHealthCapacity: 0.75, behaviour: "ready=3");
        story.UntilConverged();
        var lowest = story.WatchLowestHealthy("/web");
        story.PutApp("/web", instances: 4, revision: 2, minimumHealthCapacity: 0.75, behaviour: "ready=3");
        story.UntilConverged();
        story.Require(story.RunningOnly("/web", "rev=2"), "every instance is of the new version");
        story.Require(lowest() >= 3, $"only {lowest()} of 4 were healthy at some moment; 3 are the health capacity");
    }

    public static void RollingUpdateOverRestart(Scenario story)
    {
        story.PutApp("/web", instances: 4, minimumHealthCapacity: 1, behaviour: "ready=5");
        story.UntilConverged();
        var lowest = story.WatchLowestHealthy("/web");
        story.PutApp("/web", instances: 4, revision: 2, minimumHealthCapacity: 1, behaviour: "ready=5");
        story.Until("the first of the new version run", () => story.Running("/web").Count > 4);
        story.Cluster.Apps.Crash("kill -9");
        story.Seconds(2);
        story.Cluster.Apps.Start();
        story.UntilConverged();
        story.Require(story.RunningOnly("/web", "rev=2"), "every instance is of the new version");
        story.Require(lowest() >= 4, $"only {lowest()} of 4 were healthy at some moment; all 4 are the health capacity");
    }

    public static void KilledMidDeployment(Scenario story)
    {
        story.PutGroup(revision: 1, instances: 2, behaviour: "ready=5");
        for (var i = 0; i < 4; i++)
        {
            story.Seconds(3);
            story.Cluster.Apps.Crash("kill -9");
            story.Seconds(1);
            story.Cluster.Apps.Start();
        }
        story.UntilConverged();
        story.Require(story.Offers.Launches == 6, $"{story.Offers.Launches} tasks were launched for 6 instances");
    }

    public static void CrashedContainer(Scenario story)
    {
        story.PutApp("/web", instances: 3);
        story.UntilConverged();
        var task = story.Running("/web")[0];
        var machine = story.MachineOf(task);
        machine.Containers.End(machine.Containers.All.First(item => item.Task.Value == task), new ContainerExit.Signaled(9));
        story.Seconds(0.5);
        story.UntilConverged();
        story.Require(!story.Running("/web").Contains(task), "an ended task never comes back under its id");
        story.Require(story.Offers.Launches == 4, "exactly one was launched in its place");
    }

    public static void FullDisk(Scenario story)
    {
        story.PutApp("/web", instances: 1);
        story.UntilConverged();
        story.Cluster.Apps.Disk.Full = true;
        var answer = story.TryPutApp("/web", instances: 2, revision: 2);
        story.Seconds(60);
        story.Require(answer() is null or >= 500, $"a change that was not written down was answered {answer()}");
        story.Cluster.Apps.Disk.Full = false;
        story.Cluster.Apps.Start();
        story.UntilConverged();
    }

    public static void FailedFlush(Scenario story)
    {
        story.PutApp("/web", instances: 1);
        story.UntilConverged();
        story.Cluster.Apps.Disk.FlushErrorRate = 1;
        var answer = story.TryPutApp("/web", instances: 2, revision: 2);
        story.Until("the process ends", () => !story.Cluster.Apps.IsUp);
        story.Seconds(40);
        story.Require(answer() is null or >= 500, $"a change whose flush failed was answered {answer()}");
        story.Cluster.Apps.Disk.FlushErrorRate = 0;
        story.Cluster.Apps.Start();
        story.UntilConverged();
    }

    /// <summary>Only whole turns are kept of what was being written; all that was acknowledged is there.</summary>
    public static void TornTail(Scenario story)
    {
        story.Cluster.Apps.Disk.KeepUnacknowledgedRate = 0;
        story.Cluster.Apps.Disk.TornWriteRate = 1;
        for (var i = 1; i <= 5; i++)
        {
            story.PutApp("/web-" + i, instances: 1);
            story.TryPutApp("/late-" + i, instances: 1);
            story.Until("events are being written", () => story.Cluster.Apps.Journal!.IsFlushing);
            story.Cluster.Apps.Crash("kill -9");
            story.Seconds(35);
            story.Cluster.Apps.Start();
        }
        story.UntilConverged();
    }

    public static void KilledBeforeAccept(Scenario story)
    {
        var kills = 0;
        story.Cluster.Apps.Emitted += effect =>
        {
            if (effect is CallMaster { Call.Accept: not null } && kills++ < 3)
            {
                story.Cluster.World.Schedule(TimeSpan.Zero, "Apps is killed before its ACCEPT is sent", () =>
                    story.Cluster.Bounce(story.Cluster.Apps, TimeSpan.FromSeconds(2)));
            }
        };
        story.PutApp("/web", instances: 4);
        story.UntilConverged();
        story.Require(kills > 0, "it was killed");
        story.Require(story.Running("/web").Count == 4, "four run");
    }
}
