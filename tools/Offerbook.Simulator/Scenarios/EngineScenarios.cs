using Mesos.V1;
using Offerbook.Agent;
using Offerbook.Agent.Containers;
using Offerbook.Master;
using Offerbook.Simulator.Machines;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Simulator.Scenarios;

/// <summary>What goes wrong below an agent: its machine, its memory, and what runs its containers.</summary>
internal static class EngineScenarios
{
    public static void RebootToldOnce(Scenario story)
    {
        story.PutApp("/web", instances: 3);
        story.UntilConverged();
        var task = story.Running("/web")[0];
        var machine = story.MachineOf(task);
        var identity = ((AgentCore)machine.Agent.Core!).View().Id;
        machine.Reboot();
        // Its updates are on their way more often than once: neither that nor another restart makes them other updates.
        story.Seconds(1);
        machine.Agent.Start();
        story.Seconds(0.5);
        story.Cluster.Bounce(machine.Agent, TimeSpan.FromSeconds(1));
        story.Until("the framework hears that it ended", () => story.StateOf(task) == TaskState.TaskFailed);
        story.UntilConverged();
        story.Require(story.EndsOf(task) == 1, $"the end was told once, not {story.EndsOf(task)} times");
        story.Require(story.MessageOf(task).Contains("restarted", StringComparison.Ordinal),
            "the update tells why: " + story.MessageOf(task));
        story.Require(((AgentCore)machine.Agent.Core!).View().Id == identity, "the agent is who it was");
    }

    public static void MemoryLost(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var machine = story.MachineOf(story.Running("/web")[0]);
        var orphans = machine.Containers.All.Where(container => container.IsRunning).ToList();
        machine.Agent.Crash("its work directory is lost");
        machine.Agent.Journal!.Wipe();
        story.Seconds(5);
        machine.Agent.Start();
        story.Until("what belongs to nobody is killed", () => orphans.TrueForAll(orphan => orphan.Exit is not null));
        story.UntilConverged(1200);
        story.Require(story.Offers.Launches == 6 + orphans.Count, $"the {orphans.Count} tasks were replaced, once each");
    }

    public static void EngineHangs(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var before = story.Running("/web");
        var machine = story.MachineOf(before[0]);
        machine.Containers.Engine.Hang(TimeSpan.FromSeconds(50));
        story.Seconds(25);
        story.Require(story.Running("/web").SequenceEqual(before), "what runs goes on");
        var victim = machine.Containers.All.First(container => container.IsRunning);
        machine.Containers.End(victim, new ContainerExit.Exited(4));
        // Killed meanwhile for being unhealthy, or not: that is what the end is called, and the status stays what it was.
        story.Until("the end is told when the engine goes on", () => story.EndsOf(victim.Task.Value) == 1, 60);
        story.Require(story.MessageOf(victim.Task.Value).Contains('4'), "with its status: " + story.MessageOf(victim.Task.Value));
        story.UntilConverged();
        story.Require(story.Offers.Launches == 7, "only what ended was replaced");
    }

    public static void LaunchOnHungEngine(Scenario story)
    {
        foreach (var machine in story.Cluster.Machines)
        {
            machine.Containers.Engine.Hang(SimEngine.Deadline * 2);
        }
        story.PutApp("/web", instances: 1);
        story.Until("a task has been launched", () => story.Offers.Launches == 1);
        var task = story.Offers.Tasks.Keys.First().Task.Value;
        story.Until("it has failed", () => story.StateOf(task) == TaskState.TaskFailed, 60);
        story.Require(story.MessageOf(task).Contains("did not answer", StringComparison.Ordinal),
            "the update tells why: " + story.MessageOf(task));
        story.UntilConverged();
        story.Require(!story.EverRan(task), "what has failed never runs afterwards");
    }

    public static void HungEngineGetsNoWork(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var before = story.Running("/web");
        var machine = story.MachineOf(before[0]);
        machine.Containers.Engine.Hang(SimEngine.Deadline + TimeSpan.FromSeconds(40));
        story.Until("the master knows", () => story.IsOffered(machine) is false, SimEngine.Deadline.TotalSeconds + 5);
        story.PutApp("/other", instances: 12);
        story.Until("the others take all of it", () => story.Running("/other").Count == 12, 60);
        story.Require(story.Running("/other").TrueForAll(task => story.MachineOf(task) != machine),
            "none of it is launched where it could not begin");
        story.Require(story.Running("/web").SequenceEqual(before), "what runs goes on");
        // Another agent, and another registration, find out and say the same.
        story.Cluster.Bounce(machine.Agent, TimeSpan.FromSeconds(1));
        story.Seconds(120);
        story.Until("it is offered again", () => story.IsOffered(machine) is true);
        story.UntilConverged();
        story.Require(story.Offers.Launches == 18, "nothing was launched twice");
    }

    public static void RestartedUnderHungEngine(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var before = story.Running("/web");
        var machine = story.MachineOf(before[0]);
        machine.Containers.Engine.Hang(TimeSpan.FromSeconds(40));
        story.Seconds(1);
        story.Cluster.Bounce(machine.Agent, TimeSpan.FromSeconds(2));
        story.Seconds(120);
        story.UntilConverged();
        story.Require(story.Running("/web").SequenceEqual(before), "every task runs where it ran");
        story.Require(story.Offers.Launches == 6, "nothing was launched in place of what could not be asked about");
    }

    public static void OneStuckContainer(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var tasks = story.Running("/web");
        var stuck = story.MachineOf(tasks[0]).Containers.All.First(container => container.Task.Value == tasks[0]);
        stuck.IsStuck = true;
        story.DeleteApp("/web");
        story.Until("all others are killed", () => tasks.Skip(1).All(task => story.StateOf(task) == TaskState.TaskKilled));
        story.Seconds(60);
        story.Require(stuck.IsRunning && story.StateOf(tasks[0]) != TaskState.TaskKilled, "what still runs is not told as ended");
        story.PutApp("/other", instances: 6);
        story.Until("its machine takes others", () => story.Running("/other").Count == 6);
        stuck.IsStuck = false;
        story.Until("it is killed as soon as it can be", () => story.StateOf(tasks[0]) == TaskState.TaskKilled, 60);
        story.UntilConverged();
    }

    public static void LiveRestore(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var before = story.Running("/web");
        story.MachineOf(before[0]).Containers.RestartEngine(TimeSpan.FromSeconds(5), liveRestore: true);
        story.Seconds(60);
        story.UntilConverged();
        story.Require(story.Running("/web").SequenceEqual(before), "every task runs where it ran");
        story.Require(story.Offers.Launches == 6, "nothing was launched");
    }

    public static void NoLiveRestore(Scenario story)
    {
        story.PutApp("/web", instances: 6);
        story.UntilConverged();
        var machine = story.MachineOf(story.Running("/web")[0]);
        var ended = machine.Containers.All.Where(container => container.IsRunning).Select(container => container.Task.Value).ToList();
        machine.Containers.RestartEngine(TimeSpan.FromSeconds(5), liveRestore: false);
        story.Until("the framework hears of all", () => ended.TrueForAll(task => story.EndsOf(task) == 1));
        story.UntilConverged();
        story.Require(ended.TrueForAll(task => story.EndsOf(task) == 1), "each end was told once");
        story.Require(story.Offers.Launches == 6 + ended.Count, $"the {ended.Count} tasks were replaced, once each");
    }

    public static void PullsFail(Scenario story)
    {
        foreach (var machine in story.Cluster.Machines)
        {
            machine.Containers.StartMean = TimeSpan.FromSeconds(3);
            machine.Containers.LaunchFailureRate = 1;
        }
        story.PutApp("/web", instances: 1);
        story.Seconds(120);
        var failed = story.Offers.Tasks.Keys.Select(key => key.Task.Value).ToList();
        story.Require(failed.Count is > 1 and < 20, $"it is tried again, ever more slowly, not {failed.Count} times in two minutes");
        story.Require(story.StateOf(failed[0]) == TaskState.TaskFailed
            && story.ReasonOf(failed[0]) == TaskStatus.Types.Reason.ContainerLaunchFailed,
            $"the update tells why: {story.StateOf(failed[0])} {story.ReasonOf(failed[0])}");
        foreach (var machine in story.Cluster.Machines)
        {
            machine.Containers.StartMean = SimContainers.UsualStartMean;
            machine.Containers.LaunchFailureRate = 0;
        }
        story.UntilConverged();
        story.Require(!failed.Exists(story.EverRan) || story.Running("/web").Count == 1, "one instance runs");
        story.DeleteApp("/web");
        story.UntilConverged();
        var master = (MasterCore)story.Cluster.Master.Core!;
        story.Require(master.View(story.Cluster.Master.Clock.Now).Agents.All(agent => agent.UsedTotal.IsEmpty),
            "what failed holds nothing any more");
    }

    public static void KilledWhilePulling(Scenario story)
    {
        foreach (var machine in story.Cluster.Machines)
        {
            machine.Containers.StartMean = TimeSpan.FromSeconds(60);
        }
        story.PutApp("/web", instances: 3);
        story.Until("all have been launched", () => story.Offers.Launches == 3);
        var tasks = story.Offers.Tasks.Keys.Select(key => key.Task.Value).ToList();
        story.DeleteApp("/web", force: true);
        story.Until("all are told as killed", () => tasks.TrueForAll(task => story.StateOf(task) == TaskState.TaskKilled), 900);
        story.UntilConverged();
        story.Require(story.Running("/web").Count == 0, "nothing runs");
    }
}
