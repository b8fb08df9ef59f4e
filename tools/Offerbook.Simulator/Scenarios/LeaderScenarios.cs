using Mesos.V1;
using Mesos.V1.Quota;
using Offerbook.Actors;
using Offerbook.Client.Scheduling;
using Offerbook.Coordination;
using Offerbook.Master;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Simulator.Storage;
using OperatorCall = Mesos.V1.Master.Call;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Simulator.Scenarios;

/// <summary>What becomes of leaders, told of three masters and two of each framework with sessions of 10 s.</summary>
internal static class LeaderScenarios
{
    private const double Session = 10;

    private static void Begin(Scenario story, int instances = 6)
    {
        story.UntilLed();
        story.PutApp("/web", instances);
        story.UntilConverged();
    }

    private static void SameTasks(Scenario story, List<string> before)
    {
        story.UntilConverged();
        story.Require(story.Running("/web").SequenceEqual(before), "every task runs where it ran");
        story.Require(story.Offers.Launches == before.Count, "nothing was launched again");
    }

    private static bool IsFollowed<TMessage>(SimRole<TMessage> role, SimNode<TMessage> old) where TMessage : class =>
        role.Leader is { IsServing: true } leader && leader != old;

    public static void Killed(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        var old = story.Cluster.Master;
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
        machine.Containers.End(machine.Containers.All.First(item => item.Task.Value == before[0]), new Agent.Containers.ContainerExit.Exited(1));
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

    private static Master.Operator.Views.FrameworkView? Shown(Scenario story, PlainFramework framework) => story.Cluster.Master.Core is MasterCore master
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
                Force = true, QuotaConfigs = { new QuotaConfig { Role = "plain", Limits = { ["cpus"] = new Value.Types.Scalar { Value = 3 } } } },
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
