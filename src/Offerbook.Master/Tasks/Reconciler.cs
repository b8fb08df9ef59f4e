using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>Answers what the master knows of a framework's tasks. Where it may still learn more, it says nothing.</summary>
internal sealed class Reconciler(ClusterState cluster)
{
    public void Reconcile(in Turn turn, Framework framework, IReadOnlyCollection<SchedulerCall.Types.Reconcile.Types.Task> asked)
    {
        cluster.Counters.Increment("messages_reconcile_tasks");
        if (asked.Count == 0)
        {
            foreach (var task in framework.Tasks)
            {
                Send(turn, framework, LatestState(turn, task.Model));
            }
            return;
        }
        foreach (var task in asked)
        {
            Explain(turn, framework, TaskId.From(task.TaskId), string.IsNullOrEmpty(task.AgentId?.Value) ? null : AgentId.From(task.AgentId));
        }
    }

    /// <summary>Answers for one task; what is known of the id wins over what the caller thinks of its agent.</summary>
    public void Explain(in Turn turn, Framework framework, TaskId id, AgentId? agent)
    {
        if (framework.Tasks.TryGet(id, out var task))
        {
            Send(turn, framework, LatestState(turn, task.Model));
        }
        else if (Unknown(turn, framework, id, agent) is { } status)
        {
            Send(turn, framework, status);
        }
    }

    private TaskStatus? Unknown(in Turn turn, Framework framework, TaskId id, AgentId? agent)
    {
        var unreachable = framework.UnreachableTasks.Find(id);
        agent ??= unreachable?.Agent;
        if (agent is { } known ? cluster.Agents.Recovered.Contains(known) : cluster.Agents.Recovered.Count > 0)
        {
            return null;
        }
        var (state, message) = agent switch
        {
            { } a when cluster.Agents.Find(a) is not null => (TaskState.TaskGone, "Reconciliation: Task is unknown to the agent"),
            { } a when cluster.Registry.GoneAgents.Contains(a) => (TaskState.TaskGoneByOperator, "Reconciliation: Task is gone"),
            { } a when cluster.Registry.UnreachableAgents.Contains(a) => (TaskState.TaskUnreachable, "Reconciliation: Task is unreachable"),
            _ => (TaskState.TaskUnknown, "Reconciliation: Task is unknown"),
        };
        var status = MasterStatus.Make(turn, id, agent, TaskStates.ForFramework(state, framework.PartitionAware), Reason.Reconciliation, message);
        if (state == TaskState.TaskUnreachable)
        {
            status.UnreachableTime = new TimeInfo { Nanoseconds = cluster.Registry.UnreachableAgents.Find(agent!.Value)!.UnreachableTime };
        }
        return status;
    }

    /// <summary>The state last forwarded, which is the one that the framework's acknowledgements speak of.</summary>
    private static TaskStatus LatestState(in Turn turn, TaskModel task)
    {
        var status = MasterStatus.Make(turn, task.Id, task.Agent, task.ForwardedState ?? task.State, Reason.Reconciliation,
            "Reconciliation: Latest task state");
        if (task.Statuses.LastOrDefault() is { } last)
        {
            if (last.HasHealthy)
            {
                status.Healthy = last.Healthy;
            }
            status.CheckStatus = last.CheckStatus;
            status.ContainerStatus = last.ContainerStatus;
        }
        return status;
    }

    private static void Send(in Turn turn, Framework framework, TaskStatus status) => framework.Send(turn, SchedulerEvents.Update(status));
}
