using Mesos.V1;
using Offerbook.Agent;
using Offerbook.Agent.Containers;
using Offerbook.Master;
using Offerbook.Simulator.Cluster;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Scenarios;

internal static class AgentScenarios
{
    public static void KilledAndRestartedReadopts(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var before = story.Running("/web");
        var victim = story.MachineOf(before[0]);
        victim.Agent.Crash("kill -9");
        story.Seconds(5);
        victim.Agent.Start();
        story.Seconds(120);
        story.UntilConverged();
        story.Require(story.Running("/web").SequenceEqual(before), "the tasks before and after the agent's restart are the same");
        story.Require(story.Offers.Launches == 6, "nothing was launched in place of what was still running");
    }

    public static void EndedWhileDown(Scenario story)
    {
        story.PutApp("/web", instances: 2);
        story.UntilConverged();
        var task = story.Running("/web")[0];
        var machine = story.MachineOf(task);
        machine.Agent.Crash("kill -9");
        story.Seconds(1);
        machine.Containers.End(machine.Containers.All.First(item => item.Task.Value == task), new ContainerExit.Exited(3));
        story.Seconds(1);
        machine.Agent.Start();
        story.Until("the framework hears how the task ended", () => story.StateOf(task) == TaskState.TaskFailed);
        story.Require(story.MessageOf(task).Contains('3'), "the update tells the exit status: " + story.MessageOf(task));
        story.UntilConverged();
        story.Require(story.Offers.Launches == 3, "exactly the ended task was replaced");
    }

    public static void MachineRebooted(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var before = story.Running("/web");
        var machine = story.MachineOf(before[0]);
        var lost = before.Count(task => story.MachineOf(task) == machine);
        machine.Reboot();
        story.Seconds(20);
        machine.Agent.Start();
        story.UntilConverged();
        story.Require(story.Offers.Launches == 6 + lost, $"the {lost} tasks of the machine were replaced, once each");
    }

    public static void MachineReplaced(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var machine = story.MachineOf(story.Running("/web")[0]);
        var lost = story.Running("/web").Count(task => story.MachineOf(task) == machine);
        machine.Replace();
        story.Seconds(20);
        machine.Agent.Start();
        story.UntilConverged(1200);
        story.Require(story.Offers.Launches == 6 + lost, $"the {lost} tasks of the machine were replaced, once each");
    }

    public static void CutOffPastTimeout(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var task = story.Running("/web")[0];
        var machine = story.MachineOf(task);
        var there = story.Running("/web").Count(other => story.MachineOf(other) == machine);
        story.Cluster.Network.Cut("master", machine.Name, TimeSpan.FromMinutes(5));
        story.Until("the framework hears that the task is unreachable", () => story.StateOf(task) == TaskState.TaskUnreachable, 200);
        story.Until("replacements run elsewhere", () => story.Running("/web").Count == 6 + there, 120);
        story.Seconds(200);
        story.UntilConverged(1200);
        story.Require(story.Offers.Launches == 6 + there, "each lost task was replaced once");
    }

    public static void CutOffBriefly(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var before = story.Running("/web");
        story.Cluster.Network.Cut("master", story.MachineOf(before[0]).Name, TimeSpan.FromSeconds(50));
        story.Seconds(120);
        story.UntilConverged();
        story.Require(story.Running("/web").SequenceEqual(before), "a cut shorter than the timeout leaves every task in its place");
        story.Require(story.Offers.Launches == 6, "nothing more was launched");
    }

    public static void LaunchLost(Scenario story)
    {
        story.Seconds(5);
        foreach (var machine in story.Cluster.Machines)
        {
            // What the master sends is held up on the way, and by the time that it could arrive its connection is gone.
            story.Cluster.Network.Link("master", machine.Name).Cut(TimeSpan.FromSeconds(10));
        }
        story.PutApp("/web", instances: 1);
        story.Until("the master has sent a launch", () => story.Offers.Launches == 1);
        var lost = story.Offers.Tasks.Keys.First().Task.Value;
        foreach (var machine in story.Cluster.Machines)
        {
            story.Cluster.Bounce(machine.Agent, TimeSpan.FromSeconds(1));
        }
        story.Until("the framework hears that the launch was dropped", () => story.StateOf(lost) == TaskState.TaskDropped, 300);
        story.UntilConverged();
        story.Require(!story.EverRan(lost), "the lost launch never ran");
        story.Require(story.Offers.Launches == 2, "it was launched once more");
    }

    public static void AnswerLost(Scenario story)
    {
        story.Seconds(5);
        foreach (var machine in story.Cluster.Machines)
        {
            story.Cluster.Network.Link("master", machine.Name).Cut(TimeSpan.FromSeconds(10));
        }
        story.PutApp("/web", instances: 1);
        story.Until("the master has sent a launch", () => story.Offers.Launches == 1);
        var (key, launched) = story.Offers.Tasks.First();
        var lost = key.Task.Value;
        var home = story.Cluster.Machines.First(machine => launched.AgentId.Value == IdOf(machine));
        var answers = 0;
        story.Cluster.Master.Received += message =>
        {
            if (message is MasterMessage.AgentCallReceived { Call.Update.Status: { State: TaskState.TaskDropped } status }
                && status.TaskId.Value == lost && ++answers == 1)
            {
                // When the agent says that it never had the task, the framework is dead, and then the agent is.
                story.Cluster.Bounce(story.Cluster.Apps, TimeSpan.FromSeconds(20));
                story.Cluster.Bounce(home.Agent, TimeSpan.FromSeconds(2));
            }
        };
        foreach (var machine in story.Cluster.Machines)
        {
            story.Cluster.Bounce(machine.Agent, TimeSpan.FromSeconds(1));
        }
        story.Until("the agent answers, and dies", () => answers > 0);
        story.Until("the framework is told until it acknowledges", () => story.EndsOf(lost) > 0);
        story.UntilConverged();
        story.Require(!story.EverRan(lost), "the lost launch never ran");
        story.Require(story.Offers.Launches == 2, "it was launched once more");
    }

    public static void UpdateRetried(Scenario story)
    {
        story.PutApp("/web", instances: 1);
        story.Until("a task has been launched", () => story.Offers.Launches == 1);
        // Its updates reach the master, but neither the framework nor an acknowledgement does.
        story.Cluster.Network.Cut("apps", "master", TimeSpan.FromSeconds(40));
        var task = story.Offers.Tasks.Keys.First().Task.Value;
        story.Seconds(39);
        story.Require(story.EverRan(task), "the task runs though nobody has heard of it");
        story.Until("the framework hears that it runs", () => story.StateOf(task) == TaskState.TaskRunning);
        story.UntilConverged();
        story.Require(story.Offers.Launches == 1, "it was launched once");
    }

    public static void ReturnsWithItsStory(Scenario story)
    {
        story.PutApp("/web", instances: 1);
        story.Until("a task has been launched", () => story.Offers.Launches == 1);
        var task = story.Offers.Tasks.Keys.First().Task.Value;
        story.Until("it runs", () => story.EverRan(task));
        // Nothing of what happens to it is heard until its agent has been given up and comes back.
        var machine = story.MachineOf(task);
        story.Cluster.Network.Cut("master", machine.Name, TimeSpan.FromMinutes(3));
        story.Seconds(10);
        machine.Containers.End(machine.Containers.All.First(item => item.Task.Value == task), new ContainerExit.Exited(1));
        story.Until("the framework hears that it is out of reach", () => story.StateOf(task) == TaskState.TaskUnreachable, 150);
        story.Until("the framework hears how it ended", () => story.StateOf(task) == TaskState.TaskFailed, 300);
        story.Seconds(120);
        story.UntilConverged();
    }

    public static void AskedForBeforeItsFirstUpdate(Scenario story)
    {
        story.PutApp("/web", instances: 1);
        story.Until("a task has been launched", () => story.Offers.Launches == 1);
        var task = story.Offers.Tasks.Keys.First().Task.Value;
        var machine = story.Cluster.Machines.First(item => item.Agent.IsUp && story.Offers.Tasks.Values.First().AgentId.Value.EndsWith(
            IdOf(item), StringComparison.Ordinal));
        var link = story.Cluster.Network.Link(machine.Name, "master");
        link.ResetRate = 1;
        story.Until("it runs", () => story.EverRan(task));
        story.Seconds(3);
        var reported = false;
        story.Cluster.Master.Received += message =>
        {
            if (!reported && message is MasterMessage.AgentCallReceived { Call.Subscribe.Tasks.Count: > 0 })
            {
                // The agent's report is there, its updates are not; and now the framework asks.
                reported = true;
                link.Clog(TimeSpan.FromSeconds(5));
            }
        };
        link.ResetRate = 0;
        story.Until("the agent reports what it runs", () => reported);
        story.Cluster.Bounce(story.Cluster.Apps, TimeSpan.FromSeconds(0.1));
        story.Until("the framework hears that it runs", () => story.StateOf(task) == TaskState.TaskRunning);
        story.Seconds(20);
        story.UntilConverged();
        story.Require(story.Offers.Launches == 1, "it was launched once");
    }

    /// <summary>The agent's id ends in a number that the master gave it.</summary>
    private static string IdOf(SimMachine machine) => ((AgentCore)machine.Agent.Core!).View().Id?.Value ?? "unregistered";

    public static void StubbornTask(Scenario story)
    {
        story.PutApp("/web", instances: 1, behaviour: "stubborn");
        story.UntilConverged();
        var task = story.Running("/web")[0];
        story.DeleteApp("/web");
        story.UntilConverged();
        story.Until("the framework hears that it was killed", () => story.StateOf(task) == TaskState.TaskKilled);
        story.Require(story.Running("/web").Count == 0, "nothing runs any more");
    }

    /// <summary>
    /// Every LAUNCH and ACCEPT is heard once more a moment later, and every update at once, as from a connection that repeated it.
    /// </summary>
    public static void ToldTwice(Scenario story)
    {
        var (repeated, connection) = (0, 1_000_000_000L);
        var told = new HashSet<object>(ReferenceEqualityComparer.Instance);
        story.Cluster.Master.Received += message =>
        {
            MasterMessage? again = message switch
            {
                MasterMessage.SchedulerCallReceived { Call.Accept: not null } call =>
                    call with { Connection = new ConnectionId(++connection) },
                MasterMessage.AgentCallReceived { Call.Update: not null } call => call with { Connection = new ConnectionId(++connection) },
                _ => null,
            };
            if (again is not null && !told.Contains(message))
            {
                told.Add(again);
                repeated++;
                story.Cluster.World.Schedule(message is MasterMessage.AgentCallReceived ? TimeSpan.Zero : TimeSpan.FromMilliseconds(50),
                    null,
                    () => story.Cluster.Master.TryPost(again));
            }
        };
        foreach (var machine in story.Cluster.Machines)
        {
            machine.Agent.Received += message =>
            {
                if (message is AgentMessage.MasterEventReceived { Event.Launch: not null } launch && told.Add(launch))
                {
                    var again = launch with { };
                    told.Add(again);
                    repeated++;
                    story.Cluster.World.Schedule(TimeSpan.FromMilliseconds(50), null, () => machine.Agent.TryPost(again));
                }
            };
        }
        story.PutApp("/web", instances: 4);
        story.UntilConverged();
        story.DeleteApp("/web");
        story.UntilConverged();
        story.Require(repeated > 12, $"only {repeated} messages were repeated");
        story.Require(story.Offers.Launches == 4, $"{story.Offers.Launches} tasks were launched for 4 instances");
    }

    /// <summary>One agent in ten minutes may be given up: of two that vanish together one is, and the other comes back in time.</summary>
    public static void HalfVanish(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        foreach (var machine in story.Cluster.Machines.Take(2))
        {
            story.Cluster.Network.Cut("master", machine.Name, TimeSpan.FromMinutes(5));
        }
        var unreachable = 0;
        story.Until("the first of them is given up", () => Unreachable(story) > 0, 200);
        for (var i = 0; i < 3; i++)
        {
            story.Seconds(55);
            unreachable = Math.Max(unreachable, Unreachable(story));
        }
        story.Require(unreachable == 1, $"{unreachable} agents are given up, and one in ten minutes may be");
        story.UntilConverged(1_200);
    }

    private static int Unreachable(Scenario story) => story.Cluster.Master.Core is MasterCore master
        ? master.View(story.Cluster.Master.Clock.Now).UnreachableAgents
        : 0;
}
