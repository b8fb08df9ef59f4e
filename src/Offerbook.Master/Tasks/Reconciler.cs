using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>Answers what the master knows of a framework's tasks. Where it may still learn more, it says nothing.</summary>
internal sealed class Reconciler(ClusterState cluster)
{
    /// <summary>
    /// So many go as any other event. More go together, or they would fill the scheduler's stream and cut it, each time it asks.
    /// </summary>
    private const int FewAnswers = 16;

    public void Reconcile(in Turn turn, Framework framework, IReadOnlyCollection<SchedulerCall.Types.Reconcile.Types.Task> asked)
    {
        cluster.Counters.Increment("messages_reconcile_tasks");
        var answers = new ReconcileAnswers(turn.Now);
        if (asked.Count == 0)
        {
            foreach (var task in framework.Tasks)
            {
                answers.Add(task.Model);
            }
        }
        foreach (var task in asked)
        {
            Explain(turn, framework, TaskId.From(task.TaskId), string.IsNullOrEmpty(task.AgentId?.Value)
                ? null : AgentId.From(task.AgentId), answers);
        }
        Send(turn, framework, answers);
    }

    /// <summary>Answers for one task; what is known of the id wins over what the caller thinks of its agent.</summary>
    public void Explain(in Turn turn, Framework framework, TaskId id, AgentId? agent)
    {
        var answers = new ReconcileAnswers(turn.Now);
        Explain(turn, framework, id, agent, answers);
        Send(turn, framework, answers);
    }

    private void Explain(in Turn turn, Framework framework, TaskId id, AgentId? agent, ReconcileAnswers answers)
    {
        if (framework.Tasks.TryGet(id, out var task))
        {
            answers.Add(task.Model);
        }
        else if (Unknown(turn, framework, id, agent) is { } status)
        {
            answers.Add(status);
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
        var status = MasterStatus.Make(turn, id, agent, TaskStates.ForFramework(state, framework.PartitionAware), Reason.Reconciliation,
            message);
        if (state == TaskState.TaskUnreachable)
        {
            status.UnreachableTime = new TimeInfo { Nanoseconds = cluster.Registry.UnreachableAgents.Find(agent!.Value)!.UnreachableTime };
        }
        return status;
    }

    private static void Send(in Turn turn, Framework framework, ReconcileAnswers answers)
    {
        if (answers.Count > FewAnswers)
        {
            framework.Send(turn, SchedulerEvent.Types.Type.Update, answers);
            return;
        }
        foreach (var answer in answers)
        {
            framework.Send(turn, answer);
        }
    }
}
