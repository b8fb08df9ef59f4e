using Mesos.V1;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Operations;

/// <summary>
/// An operation that the agent holds: until its volumes are made or removed on disk, and then, if somebody wants to hear of its
/// end, until that is acknowledged. Durable but for <see cref="RetryAfter"/>.
/// </summary>
internal sealed class AgentOperation(Guid uuid, FrameworkId? framework, Offer.Types.Operation info, long number)
{
    public Guid Uuid { get; } = uuid;

    /// <summary>Null for an operator's operation.</summary>
    public FrameworkId? Framework { get; } = framework;

    public Offer.Types.Operation Info { get; } = info;

    /// <summary>Counts the agent's operations in the order in which they came.</summary>
    public long Number { get; } = number;

    /// <summary>How it ended; null while it is under way.</summary>
    public OperationStatus? End { get; set; }

    /// <summary>Who would have acknowledged its end is gone.</summary>
    public bool Silenced { get; set; }

    /// <summary>Somebody gave it an id and will acknowledge its end.</summary>
    public bool HasFeedback => Info.Id is not null && !Silenced;

    /// <summary>The wait before its status is sent again; null when it is not out.</summary>
    public TimeSpan? RetryAfter { get; set; }

    public Mesos.V1.Operation ToProto(AgentId? agent)
    {
        var status = End ?? new OperationStatus { State = OperationState.OperationPending, OperationId = Info.Id };
        var operation = new Mesos.V1.Operation
        {
            FrameworkId = Framework?.ToProto(),
            AgentId = agent?.ToProto(),
            Info = Info,
            LatestStatus = status,
            Uuid = new UUID { Value = OperationUuid.ToBytes(Uuid) },
        };
        if (End is not null)
        {
            operation.Statuses.Add(End);
        }
        return operation;
    }
}
