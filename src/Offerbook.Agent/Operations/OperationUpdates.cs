using Mesos.V1;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Registration;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Operations;

/// <summary>
/// How operations ended, on its way to the master: one that is to be acknowledged is sent again after 10 s, 20 s … 10 min until it
/// is; the others once. Nothing is sent and no timer runs while the agent is not registered.
/// </summary>
internal sealed class OperationUpdates(AgentContext context, MasterLink link)
{
    /// <summary>Tells the end of an operation.</summary>
    public void Tell(AgentOperation operation)
    {
        if (!operation.Silenced)
        {
            Tell(operation.Uuid, operation.Framework, operation.End!);
        }
    }

    /// <summary>Tells the end of an operation, which may be forgotten already because nobody acknowledges it.</summary>
    public void Tell(Guid uuid, FrameworkId? framework, OperationStatus status)
    {
        if (!link.Registered)
        {
            return;
        }
        Send(uuid, framework, status);
        if (context.State.Operations.Operations.TryGetValue(uuid, out var operation) && operation.HasFeedback)
        {
            Await(operation, context.Settings.UpdateRetryMin);
        }
    }

    public void Acknowledge(Event.Types.AcknowledgeOperation acknowledgement)
    {
        if (OperationUuid.From(acknowledgement.OperationUuid) is { } uuid
            && context.State.Operations.Operations.TryGetValue(uuid, out var operation)
            && operation.End?.Uuid?.Value == acknowledgement.StatusUuid)
        {
            Withdraw(operation);
            context.Record(new OperationAcknowledged { OperationUuid = acknowledgement.OperationUuid });
        }
    }

    public void Reconcile(Event.Types.ReconcileOperations asked)
    {
        foreach (var entry in asked.Operations)
        {
            if (OperationUuid.From(entry.OperationUuid) is { } uuid && !context.State.Operations.Operations.ContainsKey(uuid))
            {
                Send(uuid, entry.FrameworkId is null ? null : FrameworkId.From(entry.FrameworkId), new OperationStatus
                {
                    OperationId = entry.OperationId,
                    State = OperationState.OperationDropped,
                    AgentId = context.State.Id?.ToProto(),
                    Message = "Reconciliation: operation unknown to the agent",
                });
            }
        }
    }

    public void Retry(Guid uuid)
    {
        if (context.State.Operations.Operations.TryGetValue(uuid, out var operation) && operation is { End: { } end, RetryAfter: { } last })
        {
            Send(uuid, operation.Framework, end);
            Await(operation, last * 2 < context.Settings.UpdateRetryMax ? last * 2 : context.Settings.UpdateRetryMax);
        }
    }

    /// <summary>The agent is registered: everything that waits for an acknowledgement is sent.</summary>
    public void Resume()
    {
        foreach (var operation in context.State.Operations.InOrder.Where(operation => operation is { End: not null, HasFeedback: true }))
        {
            Tell(operation);
        }
    }

    /// <summary>The master is gone: nothing is outstanding any more.</summary>
    public void Pause()
    {
        foreach (var operation in context.State.Operations.Operations.Values)
        {
            Withdraw(operation);
        }
    }

    public void Withdraw(AgentOperation operation)
    {
        if (operation.RetryAfter is not null)
        {
            operation.RetryAfter = null;
            context.CancelTimer(new AgentMessage.OperationRetryDue(operation.Uuid));
        }
    }

    private void Await(AgentOperation operation, TimeSpan wait)
    {
        operation.RetryAfter = wait;
        context.StartTimer(new AgentMessage.OperationRetryDue(operation.Uuid), wait);
    }

    private void Send(Guid uuid, FrameworkId? framework, OperationStatus status) => link.Send(new Call
    {
        Type = Call.Types.Type.UpdateOperationStatus,
        OperationUpdate = new() { FrameworkId = framework?.ToProto(), OperationUuid = OperationUuid.ToBytes(uuid), Status = status },
    });
}
