using Offerbook.Wire.Registry;

namespace Offerbook.Master.Registry;

/// <summary>
/// Forgets unreachable, removed and gone agents that have been so for too long. Their number is bounded besides: the oldest leave
/// when a new one comes. An id that was forgotten is like one that was never known.
/// </summary>
internal static class RegistryGc
{
    public static void Await(in Turn turn, ClusterState cluster) =>
        turn.StartTimer(RegistryGcTimer.Only, cluster.Settings.RegistryGcInterval, new MasterMessage.RegistryGcDue());

    public static void Run(in Turn turn, ClusterState cluster)
    {
        var registry = cluster.Registry;
        var oldest = turn.Now.UnixNanoseconds - cluster.Settings.MaxLostAgentAge.Ticks * TimeSpan.NanosecondsPerTick;
        var forgotten = new LostAgentsForgotten();
        // The lists are in the order of their times, so that only what is forgotten is looked at.
        forgotten.Unreachable.Add(
            registry.UnreachableAgents.TakeWhile(agent => agent.UnreachableTime < oldest).Select(agent => agent.AgentId));
        forgotten.Removed.Add(registry.RemovedAgents.TakeWhile(agent => agent.RemovedTime < oldest).Select(agent => agent.AgentId));
        forgotten.Gone.Add(registry.GoneAgents.TakeWhile(agent => agent.GoneTime < oldest).Select(agent => agent.AgentId));
        if (forgotten.Unreachable.Count + forgotten.Removed.Count + forgotten.Gone.Count > 0)
        {
            registry.Record(turn, forgotten);
        }
        Await(turn, cluster);
    }
}
