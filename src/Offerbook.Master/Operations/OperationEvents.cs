using Google.Protobuf;
using Type = Offerbook.Wire.AgentProtocol.Event.Types.Type;

namespace Offerbook.Master.Operations;

/// <summary>The events about operations that agents are sent.</summary>
internal static class OperationEvents
{
    public static AgentEvent Apply(LiveOperation operation, ulong resourceVersion) => new()
    {
        Type = Type.ApplyOperation,
        ApplyOperation = new()
        {
            FrameworkId = operation.Framework?.ToProto(),
            Info = operation.Info,
            OperationUuid = OperationUuid.ToBytes(operation.Uuid),
            ResourceVersion = resourceVersion,
        },
    };

    public static AgentEvent Acknowledge(Guid operation, ByteString status) => new()
    {
        Type = Type.AcknowledgeOperation,
        AcknowledgeOperation = new() { OperationUuid = OperationUuid.ToBytes(operation), StatusUuid = status },
    };

    public static AgentEvent Reconcile(IEnumerable<LiveOperation> operations)
    {
        var @event = new AgentEvent { Type = Type.ReconcileOperations, ReconcileOperations = new() };
        @event.ReconcileOperations.Operations.Add(
            operations.Select(operation => new Wire.AgentProtocol.Event.Types.ReconcileOperations.Types.Entry
        {
            FrameworkId = operation.Framework?.ToProto(),
            OperationId = operation.Info.Id,
            OperationUuid = OperationUuid.ToBytes(operation.Uuid),
        }));
        return @event;
    }
}
