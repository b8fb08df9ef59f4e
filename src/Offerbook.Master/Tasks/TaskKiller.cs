using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>Passes kills on to agents, or keeps them for agents that are away.</summary>
internal sealed class TaskKiller(ClusterState cluster, Reconciler reconciler)
{
    public void Kill(in Turn turn, Framework framework, SchedulerCall.Types.Kill kill)
    {
        cluster.Counters.Increment("messages_kill_task");
        var id = TaskId.From(kill.TaskId);
        AgentId? named = string.IsNullOrEmpty(kill.AgentId?.Value) ? null : AgentId.From(kill.AgentId);
        if (!framework.Tasks.TryGet(id, out var task))
        {
            reconciler.Explain(turn, framework, id, named);
            return;
        }
        if (named is { } agentId && agentId != task.Agent)
        {
            return;
        }
        var agent = cluster.Agents.Find(task.Agent)!;
        if (agent.Connected)
        {
            agent.Send(turn, AgentEvents.Kill(framework.Id, id, kill.KillPolicy));
        }
        else
        {
            agent.PendingKills.Set((framework.Id, id), kill.KillPolicy);
        }
    }
}
