using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;

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

    /// <summary>A story of a flood has more.</summary>
    public int MaxExchanges { get; set; } = 5_000;

    public void Check()
    {
        foreach (var master in cluster.Masters.Nodes)
        {
            Node(master.WaitingEffects, master.Timers, master);
        }
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            Node(apps.WaitingEffects, apps.Timers, apps);
        }
        foreach (var batch in cluster.BatchRole.Nodes)
        {
            Node(batch.WaitingEffects, batch.Timers, batch);
        }
        foreach (var port in cluster.AppsPorts)
        {
            Below(port.DeepestQueue, MaxWaitingCalls, "calls to the master of ", SimCluster.AppsName);
        }
        foreach (var port in cluster.BatchPorts)
        {
            Below(port.DeepestQueue, MaxWaitingCalls, "calls to the master of ", SimCluster.BatchName);
        }
        foreach (var machine in cluster.Machines)
        {
            Node(machine.Agent.WaitingEffects, machine.Agent.Timers, machine.Agent);
            Below(machine.Port.DeepestQueue, MaxWaitingCalls, "calls to the master of ", machine.Name);
        }
        Below(cluster.Network.OpenExchanges, MaxExchanges, "open connections");
    }

    private static void Node(int effects, int timers, SimProcess process)
    {
        Below(effects, MaxWaitingEffects, "effects held back by ", process.Name);
        Below(timers, MaxTimers, "timers of ", process.Name);
    }

    // After every step: no text is made up for what is well.
    private static void Below(int count, int limit, string what, string whose = "")
    {
        if (count > limit)
        {
            Invariant.Fail($"I14: {count} {what}{whose}, more than {limit}");
        }
    }
}
