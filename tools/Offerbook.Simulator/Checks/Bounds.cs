using Offerbook.Actors;
using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Checks;

/// <summary>Nothing may pile up: effects that wait for the disk, timers, calls that wait for an answer, frames, connections.</summary>
public sealed class Bounds(SimCluster cluster)
{
    /// <summary>A node's disk may be slow (2 s a flush) while work goes on at full speed.</summary>
    private const int MaxWaitingEffects = 20_000;

    /// <summary>A handful for each task, agent and framework of a small cluster.</summary>
    private const int MaxTimers = 10_000;

    /// <summary>A framework that has a thousand calls waiting does not hear the answers.</summary>
    private const int MaxWaitingCalls = 2_000;

    private const int MaxExchanges = 5_000;

    public void Check()
    {
        foreach (var master in cluster.Masters.Nodes)
        {
            Node(master.WaitingEffects, master.Timers, master.Name);
        }
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            Node(apps.WaitingEffects, apps.Timers, apps.Name);
        }
        foreach (var batch in cluster.BatchRole.Nodes)
        {
            Node(batch.WaitingEffects, batch.Timers, batch.Name);
        }
        foreach (var port in cluster.AppsPorts)
        {
            Below(port.DeepestQueue, MaxWaitingCalls, "calls of apps to the master");
        }
        foreach (var port in cluster.BatchPorts)
        {
            Below(port.DeepestQueue, MaxWaitingCalls, "calls of batch to the master");
        }
        foreach (var machine in cluster.Machines)
        {
            Node(machine.Agent.WaitingEffects, machine.Agent.Timers, machine.Name);
            Below(machine.Port.DeepestQueue, MaxWaitingCalls, $"calls of {machine.Name} to the master");
        }
        Below(cluster.Network.OpenExchanges, MaxExchanges, "open connections");
    }

    private static void Node(int effects, int timers, string who)
    {
        Below(effects, MaxWaitingEffects, "effects held back by " + who);
        Below(timers, MaxTimers, "timers of " + who);
    }

    private static void Below(int count, int limit, string what) =>
        Invariant.Check(count <= limit, $"I14: {count} {what}, more than {limit}");
}
