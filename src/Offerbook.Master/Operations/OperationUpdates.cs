using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Report = Offerbook.Wire.AgentProtocol.Call.Types.OperationUpdate;

namespace Offerbook.Master.Operations;

/// <summary>Statuses of operations on their way from agents to frameworks, and acknowledgements on their way back.</summary>
internal sealed class OperationUpdates(ClusterState cluster, OperationBook book)
{
    public void Update(in Turn turn, Agent agent, Report report)
    {
        cluster.Counters.Increment("messages_operation_status_update");
        if (!agent.Operations.TryGet(OperationUuid.From(report.OperationUuid), out var operation))
        {
            cluster.Counters.Increment("invalid_operation_status_updates");
            ReleaseUnknown(turn, agent, report);
            return;
        }
        cluster.Counters.Increment("valid_operation_status_updates");
        if (operation is { IsTerminal: true } && operation.Latest.Uuid?.Value != report.Status.Uuid?.Value)
        {
            // An end is an end: another one can only be an answer that crossed with it.
            return;
        }
        var status = Complete(agent, operation, report.Status);
        book.Advance(operation, status);
        if (operation.Id is not null && book.FrameworkOf(operation) is { } framework)
        {
            framework.Send(turn, SchedulerEvents.OperationUpdate(OperationForms.ForFramework(framework, status)));
        }
        if (operation.IsTerminal && (status.Uuid is null || operation.Id is null))
        {
            book.Release(turn, operation);
            book.Remove(operation);
        }
    }

    public void Acknowledge(in Turn turn, Framework framework, SchedulerCall.Types.AcknowledgeOperationStatus acknowledgement)
    {
        cluster.Counters.Increment("messages_operation_status_update_acknowledgement");
        var operation = framework.Operations.Find(acknowledgement.OperationId.Value);
        if (operation?.Latest.Uuid?.Value != acknowledgement.Uuid || operation is null
            || operation.Agent.Value != acknowledgement.AgentId.Value
            || cluster.Agents.Find(operation.Agent) is not { Connected: true } agent)
        {
            // Should the agent be away, it sends the status again when it is back, and it can be acknowledged then.
            cluster.Counters.Increment("invalid_operation_status_update_acknowledgements");
            return;
        }
        cluster.Counters.Increment("valid_operation_status_update_acknowledgements");
        agent.Send(turn, OperationEvents.Acknowledge(operation.Uuid, acknowledgement.Uuid));
        if (operation.IsTerminal)
        {
            book.Remove(operation);
        }
    }

    /// <summary>Nobody will acknowledge it, or somebody has already: else it would be sent for ever.</summary>
    private static void ReleaseUnknown(in Turn turn, Agent agent, Report report)
    {
        if (report.Status.Uuid is { } uuid)
        {
            agent.Send(turn, OperationEvents.Acknowledge(OperationUuid.From(report.OperationUuid), uuid.Value));
        }
    }

    private static OperationStatus Complete(Agent agent, LiveOperation operation, OperationStatus status)
    {
        var complete = status.Clone();
        complete.OperationId = operation.Info.Id;
        complete.AgentId = agent.Id.ToProto();
        return complete;
    }
}
