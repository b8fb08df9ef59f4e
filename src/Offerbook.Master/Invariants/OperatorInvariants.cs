using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master.Agents;
using Offerbook.Master.Maintenance;
using Offerbook.Master.Offers;
using Offerbook.Master.Quotas;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Invariants;

/// <summary>What operators decided is what agents, offers and the allocator show.</summary>
internal sealed class OperatorInvariants(ClusterState cluster, OfferBook offers)
{
    public void Check()
    {
        foreach (var agent in cluster.Agents)
        {
            CheckAgent(agent);
        }
        CheckInverseOffers();
        CheckRegistry();
    }

    private void CheckAgent(Agent agent)
    {
        var operators = cluster.Registry.Operators;
        Invariant.Check(ReferenceEquals(agent.Deactivation, operators.Deactivated.GetValueOrDefault(agent.Id)),
            $"{agent.Id} is deactivated as the registry says");
        Invariant.Check(agent.Active || agent.Offers.Count == 0, $"{agent.Id}, which is not active, has no offers out");
        var scheduled = operators.TryGet(Unavailabilities.MachineOf(agent), out var machine) ? machine : null;
        Invariant.Check(scheduled?.Mode != MachineInfo.Types.Mode.Down, $"{agent.Id} is not on a machine that is down");
        Invariant.Check(Equals(agent.Unavailability, scheduled?.Unavailability), $"{agent.Id} is unavailable when the schedule says");
        Invariant.Check(cluster.ScheduledAgents.Contains(agent.Id) == scheduled is not null,
            $"{agent.Id} is listed when its machine is scheduled");
        Invariant.Check(Equals(cluster.Allocator.UnavailabilityOf(agent.Id), agent.Unavailability),
            $"the allocator knows when {agent.Id} is unavailable");
        foreach (var offer in agent.Offers)
        {
            Invariant.Check(Equals(offer.Sent.Unavailability, agent.Unavailability), $"{offer.Id} says when its agent is unavailable");
        }
    }

    private void CheckInverseOffers()
    {
        var asked = new HashSet<(FrameworkId, AgentId)>();
        foreach (var offer in offers.Inverse.All)
        {
            Invariant.Check(asked.Add((offer.Framework, offer.Agent)),
                $"{offer.Id} is the only inverse offer of its agent to its framework");
            Invariant.Check(cluster.Frameworks.Find(offer.Framework) is { Connected: true }, $"{offer.Id} is out to a connected framework");
            Invariant.Check(cluster.Agents.Find(offer.Agent) is { Active: true, Unavailability: { } planned }
                && planned.Equals(offer.Sent.Unavailability),
                $"{offer.Id} is of an active agent on a machine that is scheduled");
        }
    }

    private void CheckRegistry()
    {
        var registry = cluster.Registry;
        foreach (var id in registry.Operators.Deactivated.Keys)
        {
            Invariant.Check(registry.Agents.ContainsKey(id) || registry.UnreachableAgents.Contains(id),
                $"{id}, which is deactivated, is known");
        }
        foreach (var quota in registry.Operators.Quotas.Values)
        {
            var kept = cluster.Allocator.QuotaOf(quota.Role);
            var wanted = RoleQuotas.Of(quota);
            Invariant.Check(kept.Guarantees.Equals(wanted.Guarantees) && kept.Limits.Equals(wanted.Limits),
                $"the allocator keeps the quota of {quota.Role}");
        }
        Invariant.Check(cluster.ScheduledAgents.All(id => cluster.Agents.Find(id) is not null),
            "agents that are listed as scheduled are registered");
        Invariant.Check(registry.RemovedAgents.Count <= cluster.Settings.MaxLostAgents
            && registry.GoneAgents.Count <= cluster.Settings.MaxLostAgents,
            "removed and gone agents are bounded");
    }
}
