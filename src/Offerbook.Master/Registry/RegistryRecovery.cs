using Offerbook.Master.Frameworks;
using Offerbook.Wire.Registry;

namespace Offerbook.Master.Registry;

/// <summary>Sets going again what the journal knows: frameworks and agents are expected back, for a time.</summary>
internal static class RegistryRecovery
{
    public static void Restore(in Turn turn, ClusterState cluster, Departures departures)
    {
        foreach (var record in cluster.Registry.CompletedFrameworks)
        {
            cluster.Frameworks.AddCompleted(new CompletedFramework(Read(cluster, record), Times.FromNanoseconds(record.UnregisteredTime)));
        }
        foreach (var record in cluster.Registry.Frameworks.Values)
        {
            var framework = Read(cluster, record);
            framework.Recovered = true;
            departures.AddAway(turn, framework, record.HasFailoverDeadline ? Times.FromNanoseconds(record.FailoverDeadline) : null);
        }
        foreach (var (id, admitted) in cluster.Registry.Agents)
        {
            cluster.Agents.Recovered.Set(id, admitted.AgentInfo);
        }
        foreach (var quota in cluster.Registry.Operators.Quotas.Values)
        {
            cluster.Allocator.UpdateQuota(quota.Role, Quotas.RoleQuotas.Of(quota));
        }
        foreach (var weight in cluster.Registry.Operators.Weights.Values)
        {
            cluster.Allocator.UpdateWeight(weight.Role, weight.Weight);
        }
        cluster.Recovery.Begin(turn, cluster);
        RegistryGc.Await(turn, cluster);
        if (cluster.Agents.Recovered.Count > 0)
        {
            turn.StartTimer(RecoveryTimer.Only, cluster.Settings.AgentReregisterTimeout, new MasterMessage.RecoveryEnded());
        }
    }

    private static Framework Read(ClusterState cluster, RegistrySnapshot.Types.Framework record)
    {
        var info = record.Subscribed.FrameworkInfo;
        return new Framework(Wire.Identity.FrameworkId.From(info.Id), info, cluster.Settings)
        {
            RegisteredTime = Times.FromNanoseconds(record.Subscribed.RegisteredTime),
            ReregisteredTime = Times.FromNanoseconds(record.Subscribed.ReregisteredTime),
        };
    }
}
