using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;
using Asked = Mesos.V1.Scheduler.Call.Types.ReconcileOperations.Types.Operation;

namespace Offerbook.Master.Operations;

/// <summary>RECONCILE_OPERATIONS: what the master knows of operations, in statuses that need no acknowledgement.</summary>
internal sealed class OperationReconciler(ClusterState cluster)
{
    public void Reconcile(in Turn turn, Framework framework, IReadOnlyCollection<Asked> asked)
    {
        cluster.Counters.Increment("messages_reconcile_operations");
        if (asked.Count == 0)
        {
            foreach (var operation in framework.Operations)
            {
                Tell(turn, framework, Known(operation));
            }
        }
        foreach (var one in asked)
        {
            Tell(turn, framework, framework.Operations.Find(one.OperationId.Value) is { } operation ? Known(operation) : Unknown(one));
        }
    }

    private static void Tell(in Turn turn, Framework framework, OperationStatus status) =>
        framework.Send(turn, SchedulerEvents.OperationUpdate(OperationForms.ForFramework(framework, status)));

    private static OperationStatus Known(LiveOperation operation)
    {
        var status = operation.Latest.Clone();
        status.Uuid = null;
        return status;
    }

    private OperationStatus Unknown(Asked asked)
    {
        AgentId? agent = string.IsNullOrEmpty(asked.AgentId?.Value) ? null : AgentId.From(asked.AgentId);
        var (state, message) = agent switch
        {
            null => (OperationState.OperationUnknown, "Operation is unknown and no 'agent_id' was provided"),
            { } id when cluster.Agents.Recovered.Contains(id) =>
                (OperationState.OperationRecovering, "Agent is recovered but has not re-registered"),
            { } id when cluster.Agents.Find(id) is not null => (OperationState.OperationUnknown, "Operation is unknown"),
            { } id when cluster.Registry.UnreachableAgents.Contains(id) => (OperationState.OperationUnreachable, "Agent is unreachable"),
            { } id when cluster.Registry.GoneAgents.Contains(id) =>
                (OperationState.OperationGoneByOperator, "Agent marked gone by operator"),
            _ => (OperationState.OperationUnknown, "Both operation and agent are unknown"),
        };
        return new OperationStatus
        {
            OperationId = asked.OperationId,
            AgentId = asked.AgentId,
            ResourceProviderId = asked.ResourceProviderId,
            State = state,
            Message = "Reconciliation: " + message,
        };
    }
}
