using Google.Protobuf;
using Mesos.V1;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>The resources of an agent of a test, as operations change them, and the statuses that await their acknowledgement.</summary>
internal sealed class PretendedOperations(string resources)
{
    private readonly List<(Event.Types.ApplyOperation Order, OperationStatus Status)> _unacknowledged = [];
    private ResourceBag _total = ResourceBag.Parse(resources);

    /// <summary>While false, orders are taken and nothing is said about them.</summary>
    public bool Answers { get; set; } = true;

    public IEnumerable<Resource> Checkpointed => _total.Checkpointed().ToProto(ResourceFormat.PostRefinement);

    /// <summary>Applies an order; the call that says how it went.</summary>
    public Call? Take(Event.Types.ApplyOperation order, AgentID agent)
    {
        if (!Answers || _unacknowledged.Any(known => known.Order.OperationUuid == order.OperationUuid))
        {
            return null;
        }
        var result = _total.Apply(OperationConversions.Of(Unallocated(order.Info)).Steps);
        var status = new OperationStatus
        {
            OperationId = order.Info.Id,
            AgentId = agent,
            State = result.Problem is null ? OperationState.OperationFinished : OperationState.OperationDropped,
        };
        if (result.Problem is { } problem)
        {
            status.Message = problem.ToString();
        }
        else
        {
            _total = result.Bag;
        }
        if (order.Info.Id is not null)
        {
            status.Uuid = new UUID { Value = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()) };
            _unacknowledged.Add((order, status));
        }
        return Report(order, status);
    }

    public void Acknowledge(ByteString operation) => _unacknowledged.RemoveAll(known => known.Order.OperationUuid == operation);

    /// <summary>What is said again because nobody acknowledged it.</summary>
    public IReadOnlyList<Call> Repeats() => _unacknowledged.Select(known => Report(known.Order, known.Status)).ToList();

    public IEnumerable<Operation> Describe(AgentID agent) => _unacknowledged.Select(known => new Operation
    {
        FrameworkId = known.Order.FrameworkId,
        AgentId = agent,
        Info = known.Order.Info,
        LatestStatus = known.Status,
        Uuid = new UUID { Value = known.Order.OperationUuid },
    });

    private static Call Report(Event.Types.ApplyOperation order, OperationStatus status) => new()
    {
        Type = Call.Types.Type.UpdateOperationStatus,
        OperationUpdate = new() { FrameworkId = order.FrameworkId, OperationUuid = order.OperationUuid, Status = status },
    };

    private static Offer.Types.Operation Unallocated(Offer.Types.Operation operation)
    {
        var copy = operation.Clone();
        foreach (var resource in (copy.Reserve?.Resources ?? []).Concat(copy.Unreserve?.Resources ?? []).Concat(copy.Create?.Volumes ?? [])
            .Concat(copy.Destroy?.Volumes ?? []).Append(copy.GrowVolume?.Volume).Append(copy.GrowVolume?.Addition)
            .Append(copy.ShrinkVolume?.Volume))
        {
            if (resource is not null)
            {
                resource.AllocationInfo = null;
            }
        }
        return copy;
    }
}
