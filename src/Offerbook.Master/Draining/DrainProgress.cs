using Offerbook.Master.Agents;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;

namespace Offerbook.Master.Draining;

/// <summary>
/// Notices when a draining agent holds nothing any more: no task whose end its framework has not acknowledged, no operation, nothing
/// that it still ends of removed frameworks (<see cref="Tasks.Remains"/>). It
/// is then drained, or gone if the operator wanted that. Looked at once at the end of a turn, however many tasks ended in it.
/// </summary>
internal sealed class DrainProgress(ClusterState cluster, AgentGone gone)
{
    /// <summary>The agent may be drained by the end of this turn.</summary>
    public void Watch(Agent agent) => cluster.DrainsToReview.Add(agent.Id);

    public void Review(in Turn turn)
    {
        if (cluster.DrainsToReview.Count == 0)
        {
            return;
        }
        foreach (var id in cluster.DrainsToReview)
        {
            if (cluster.Agents.Find(id) is { Tasks.Count: 0, OperationCount: 0, Remains.Count: 0 } agent
                && cluster.Registry.Operators.IsDraining(id))
            {
                Finish(turn, agent);
            }
        }
        cluster.DrainsToReview.Clear();
    }

    private void Finish(in Turn turn, Agent agent)
    {
        if (agent.Deactivation!.DrainInfo.Config.MarkGone)
        {
            gone.Mark(turn, agent.Id);
            return;
        }
        cluster.Registry.Record(turn, new AgentDrained { AgentId = agent.Id.ToProto() });
        agent.Deactivation = cluster.Registry.Operators.Deactivated[agent.Id];
    }
}
