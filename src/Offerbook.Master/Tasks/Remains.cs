using Offerbook.Master.Agents;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>
/// What the tasks and executors of removed frameworks still hold on their agents. For the framework they are over; their processes
/// take their time to end, and until the agent says that they have, nobody is offered what they use. An agent that never says so
/// is not waited for longer than <see cref="MasterSettings.FrameworkShutdownTimeout"/>.
/// </summary>
internal sealed class Remains(ClusterState cluster)
{
    /// <summary>Keeps resources that are charged to the framework.</summary>
    public void Keep(in Turn turn, Agent agent, FrameworkId framework, string what, ResourceBag resources)
    {
        if (!resources.IsEmpty)
        {
            agent.Remains.Set((framework, what), new Remainder(framework, what, resources));
            turn.StartTimer(new RemainsTimer(agent.Id, framework), cluster.Settings.FrameworkShutdownTimeout,
                new MasterMessage.RemainsTimedOut(agent.Id, framework));
        }
    }

    /// <summary>Charges what an agent reports to run for a framework that is over.</summary>
    public void Learn(in Turn turn, Agent agent, FrameworkId framework, string what, ResourceBag resources)
    {
        if (!resources.IsEmpty && !agent.Remains.Contains((framework, what)))
        {
            agent.Use(framework, resources);
            cluster.Allocator.Charge(framework, agent.Id, resources);
            Keep(turn, agent, framework, what, resources);
        }
    }

    public void Gone(in Turn turn, Agent agent, FrameworkId framework, string what)
    {
        if (agent.Remains.Find((framework, what)) is { } remainder)
        {
            agent.Remains.Remove((framework, what));
            agent.Release(framework, remainder.Resources);
            cluster.Allocator.Recover(framework, agent.Id, remainder.Resources, refuse: null, turn.Now);
            cluster.DrainsToReview.Add(agent.Id);
        }
    }

    /// <summary>Nothing of the framework is left on the agent, or it took too long.</summary>
    public void GoneWhole(in Turn turn, Agent agent, FrameworkId framework)
    {
        foreach (var remainder in agent.Remains.Where(remainder => remainder.Framework == framework).ToList())
        {
            Gone(turn, agent, framework, remainder.What);
        }
    }

    public void TimeOut(in Turn turn, AgentId id, FrameworkId framework)
    {
        if (cluster.Agents.TryGet(id, out var agent))
        {
            GoneWhole(turn, agent, framework);
        }
    }

    public static string NameOf(TaskId task) => "task " + task;

    public static string NameOf(ExecutorId executor) => "executor " + executor;
}

/// <param name="What">The task or executor, by <see cref="Remains.NameOf(TaskId)"/>.</param>
internal sealed record Remainder(FrameworkId Framework, string What, ResourceBag Resources);
