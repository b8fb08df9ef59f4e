using Offerbook.Master.Offers;
using Condition = Offerbook.Wire.AgentProtocol.Call.Types.Condition;

namespace Offerbook.Master.Agents;

/// <summary>
/// UPDATE_CONDITION. An agent that says it is degraded gets no offers until it takes that back; what an operator has decided stays.
/// </summary>
internal sealed class AgentConditions(ClusterState cluster, OfferBook offers)
{
    /// <summary>Why the agent can take no new work; null when it can.</summary>
    public static string? Of(Condition? condition)
    {
        const int longest = 1_000;
        return condition is not { HasDegraded: true } ? null
            : condition.Degraded.Length <= longest ? condition.Degraded : condition.Degraded[..longest];
    }

    public void Update(in Turn turn, Agent agent, Condition condition)
    {
        var wasActive = agent.Active;
        agent.Degraded = Of(condition);
        if (wasActive && !agent.Active)
        {
            cluster.Allocator.DeactivateAgent(agent.Id);
            offers.RescindAll(turn, agent, OfferEnd.AgentDegraded);
        }
        else if (!wasActive && agent.Active)
        {
            cluster.Allocator.ActivateAgent(agent.Id);
        }
    }
}
