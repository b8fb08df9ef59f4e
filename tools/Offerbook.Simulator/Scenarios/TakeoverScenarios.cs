using Mesos.V1;
using Mesos.V1.Quota;
using Offerbook.Client.Scheduling;
using Offerbook.Master;
using OperatorCall = Mesos.V1.Master.Call;
using static Offerbook.Simulator.Scenarios.ElectedStory;

namespace Offerbook.Simulator.Scenarios;

/// <summary>What a new leader must know, and what of the old one still arrives, told as <see cref="LeaderScenarios"/> are.</summary>
internal static class TakeoverScenarios
{
    public static void DeadlineOutlivesFailover(Scenario story)
    {
        Begin(story, instances: 2);
        var framework = new PlainFramework(story.Cluster, "plain", "plain", wanted: 2, failoverSeconds: 900);
        story.Until("its tasks run", () => story.RunningTasks("plain-") == 2);
        framework.Leave();
        story.Until("the master knows", () => Shown(story, framework)?.Connected == false, 150);
        var left = story.Cluster.World.Elapsed;
        for (var i = 0; i < 3; i++)
        {
            story.Seconds(60);
            var dead = story.Cluster.Masters.LeadingProcess;
            dead.Crash("kill -9");
            story.Cluster.StartLater(dead, TimeSpan.FromSeconds(20));
            story.UntilLed();
        }
        story.Seconds(890 - (story.Cluster.World.Elapsed - left).TotalSeconds);
        story.Require(story.RunningTasks("plain-") == 2, "before its deadline its tasks run on");
        story.Until("it is given up by the new master", () => Shown(story, framework) is null && story.RunningTasks("plain-") == 0, 25);
        story.UntilConverged();
    }

    private static Master.Operator.Views.FrameworkView? Shown(Scenario story, PlainFramework framework) =>
        story.Cluster.Master.Core is MasterCore master
        ? master.View(story.Cluster.Master.Clock.Now).Frameworks.FirstOrDefault(known => known.Id == framework.Id)
        : null;

    /// <summary>The role is at its limit, and the agents that know so come back late: nothing may be offered in it before.</summary>
    public static void QuotaWhileRecovering(Scenario story)
    {
        Begin(story, instances: 1);
        story.Order(new OperatorCall
        {
            Type = OperatorCall.Types.Type.UpdateQuota,
            UpdateQuota = new OperatorCall.Types.UpdateQuota
            {
                Force = true,
                QuotaConfigs = { new QuotaConfig { Role = "plain", Limits = { ["cpus"] = new Value.Types.Scalar { Value = 3 } } } },
            },
        });
        _ = new PlainFramework(story.Cluster, "plain", "plain", wanted: 8, failoverSeconds: 600);
        story.Until("its role is at its limit", () => story.RunningTasks("plain-") == 3);
        foreach (var machine in story.Cluster.Machines.Take(2))
        {
            foreach (var master in story.Cluster.Masters.Processes)
            {
                story.Cluster.Network.Cut(machine.Name, master.Name, TimeSpan.FromSeconds(50));
            }
        }
        var dead = story.Cluster.Masters.LeadingProcess;
        dead.Crash("kill -9");
        story.Cluster.StartLater(dead, TimeSpan.FromSeconds(30));
        for (var i = 0; i < 120; i++)
        {
            story.Seconds(1);
            story.Require(story.RunningTasks("plain-") <= 3, $"{story.RunningTasks("plain-")} cpus are used in a role whose limit is 3");
        }
    }

    public static void KilledAfterAccept(Scenario story) => KillAtAccept(story, arrived: true);

    public static void KilledBeforeAccept(Scenario story) => KillAtAccept(story, arrived: false);

    private static void KillAtAccept(Scenario story, bool arrived)
    {
        Begin(story, instances: 1);
        var kills = 0;
        void Kill()
        {
            if (kills++ == 0)
            {
                // Nothing that it says from now on gets anywhere.
                var dead = story.Cluster.Masters.LeadingProcess;
                foreach (var machine in story.Cluster.Machines)
                {
                    story.Cluster.Network.Link(dead.Name, machine.Name).Cut(TimeSpan.FromSeconds(60));
                }
                story.Cluster.World.Schedule(TimeSpan.Zero, null, () => story.Cluster.Bounce(dead, TimeSpan.FromSeconds(30)));
            }
        }
        foreach (var master in story.Cluster.Masters.Nodes)
        {
            master.Received += message =>
            {
                if (arrived && message is MasterMessage.SchedulerCallReceived { Call.Accept: not null })
                {
                    Kill();
                }
            };
        }
        foreach (var apps in story.Cluster.AppsRole.Nodes)
        {
            apps.Left += effect =>
            {
                if (!arrived && effect is CallMaster { Call.Accept: not null })
                {
                    Kill();
                }
            };
        }
        story.PutApp("/more", instances: 4);
        story.UntilConverged();
        story.Require(kills > 0, "the master was killed");
        story.Require(story.Running("/more").Count == 4, "four run");
    }

    /// <summary>A launch that a master sent before it was deposed arrives when another has taken over, and the agent knows it.</summary>
    public static void LateOrders(Scenario story)
    {
        Begin(story, instances: 1);
        var old = story.Cluster.Master;
        foreach (var machine in story.Cluster.Machines)
        {
            story.Cluster.Network.Link(old.Name, machine.Name).Cut(TimeSpan.FromSeconds(40));
        }
        story.PutApp("/more", instances: 4);
        story.Seconds(2);
        story.Coordinator.Expire(old.Name);
        story.Until("another master serves", () => IsFollowed(story.Cluster.Masters, old), 10);
        story.Seconds(60);
        story.UntilConverged();
        story.Require(story.Running("/more").Count == 4, "four run");
    }

    public static void AppsKilledMidUpdate(Scenario story)
    {
        story.UntilLed();
        story.PutApp("/web", instances: 4, minimumHealthCapacity: 1, behaviour: "ready=5");
        story.UntilConverged();
        var lowest = story.WatchLowestHealthy("/web");
        story.PutApp("/web", instances: 4, revision: 2, minimumHealthCapacity: 1, behaviour: "ready=5");
        story.Until("the first of the new version run", () => story.Running("/web").Count > 4);
        var dead = story.Cluster.AppsRole.LeadingProcess;
        dead.Crash("kill -9");
        story.Cluster.StartLater(dead, TimeSpan.FromSeconds(40));
        story.UntilConverged();
        story.Require(story.RunningOnly("/web", "rev=2"), "every instance is of the new version");
        story.Require(lowest() >= 4, $"only {lowest()} of 4 were healthy at some moment; all 4 are the health capacity");
    }
}
