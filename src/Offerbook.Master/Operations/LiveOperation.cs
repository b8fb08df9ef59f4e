using Google.Protobuf;
using Mesos.V1;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operations;

/// <summary>
/// An operation that is on an agent: it is under way, or its framework has not acknowledged its end. What it makes of the agent's
/// resources the master counts on from the beginning.
/// </summary>
internal sealed class LiveOperation(Guid uuid, FrameworkId? framework, AgentId agent, Operation info, OperationStatus status)
{
    public Guid Uuid { get; } = uuid;

    /// <summary>Null for an operator's operation.</summary>
    public FrameworkId? Framework { get; } = framework;

    public AgentId Agent { get; } = agent;

    /// <summary>Never changed in place: views share it.</summary>
    public Operation Info { get; } = info;

    /// <summary>The framework's name for it; null when nobody wants to hear of it.</summary>
    public string? Id => Info.Id?.Value;

    /// <summary>Never changed in place.</summary>
    public OperationStatus Latest => Model.LatestStatus;

    /// <summary>As views show it; never changed in place.</summary>
    public Mesos.V1.Operation Model { get; private set; } = Describe(uuid, framework, agent, info, status);

    public bool IsTerminal => OperationStates.IsTerminal(Latest.State);

    public void Advance(OperationStatus status) => Model = Describe(Uuid, Framework, Agent, Info, status);

    private static Mesos.V1.Operation Describe(Guid uuid, FrameworkId? framework, AgentId agent, Operation info, OperationStatus status)
    {
        var operation = new Mesos.V1.Operation
        {
            AgentId = agent.ToProto(),
            Info = info,
            LatestStatus = status,
            Uuid = new UUID { Value = OperationUuid.ToBytes(uuid) },
            FrameworkId = framework?.ToProto(),
        };
        if (status.State != OperationState.OperationPending)
        {
            operation.Statuses.Add(status);
        }
        return operation;
    }
}

/// <summary>Names of operations between master and agents: 16 bytes on the wire.</summary>
internal static class OperationUuid
{
    public const int Length = 16;

    public static ByteString ToBytes(Guid uuid) => ByteString.CopyFrom(uuid.ToByteArray(bigEndian: true));

    /// <summary>For bytes that were found to be of the right length.</summary>
    public static Guid From(ByteString bytes) => new(bytes.Span, bigEndian: true);
}

internal static class OperationStates
{
    public static bool IsTerminal(OperationState state) => state is OperationState.OperationFinished or OperationState.OperationFailed
        or OperationState.OperationError or OperationState.OperationDropped or OperationState.OperationGoneByOperator;
}
