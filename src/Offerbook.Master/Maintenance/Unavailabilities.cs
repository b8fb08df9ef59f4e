using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Offers;
using Offerbook.Master.Registry;

namespace Offerbook.Master.Maintenance;

/// <summary>Tells agents' offers when their machines will be away. A change takes the offers back that do not say so.</summary>
internal sealed class Unavailabilities(ClusterState cluster, OfferBook offers)
{
    public static MachineKey MachineOf(Agent agent) => MachineKey.Of(new MachineID { Hostname = agent.Info.Hostname, Ip = agent.Ip });

    /// <summary>After the schedule has changed. Costs a look-up for each agent: 50,000 take a few milliseconds.</summary>
    public void Refresh(in Turn turn)
    {
        foreach (var agent in cluster.Agents)
        {
            Refresh(turn, agent);
        }
    }

    /// <summary>After an agent has come, or has changed its address.</summary>
    public void Refresh(in Turn turn, Agent agent)
    {
        var planned = cluster.Registry.Operators.Machines.Count == 0 ? null
            : cluster.Registry.Operators.TryGet(MachineOf(agent), out var machine) ? machine.Unavailability : null;
        if (Equals(planned, agent.Unavailability))
        {
            return;
        }
        offers.RescindAll(turn, agent, OfferEnd.MaintenanceChanged);
        agent.Unavailability = planned;
        cluster.ScheduledAgentsVersion++;
        if (planned is null)
        {
            cluster.ScheduledAgents.Remove(agent.Id);
        }
        else
        {
            cluster.ScheduledAgents.Add(agent.Id);
        }
        cluster.Allocator.SetUnavailability(agent.Id, planned);
    }
}
