using Google.Protobuf;
using Mesos.V1;
using Offerbook.Master.Tests.Core;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Master.Tests.Operations;

/// <summary>The part of a test's agent that has operations: it applies them, keeps what they made, and answers.</summary>
internal sealed class OperatingAgent
{
    private readonly MasterHarness _master;
    private readonly HashSet<ByteString> _seen = [];
    private byte _uuids = 100;

    public OperatingAgent(MasterHarness master, string resources = "cpus:4;mem:4096;disk:1000", string ip = "10.0.0.1")
    {
        _master = master;
        Agent = new TestAgent(master, ip, resources) { Operations = this, Drains = true };
        Total = ResourceBag.Parse(resources);
    }

    public TestAgent Agent { get; }

    public ResourceBag Total { get; set; }

    public ulong Version { get; set; }

    public List<Resource> Oversubscribed { get; } = [];

    /// <summary>What is reported on the next subscription.</summary>
    public List<Operation> Held { get; } = [];

    public IReadOnlyList<Event.Types.ApplyOperation> Orders =>
        Agent.Of(Event.Types.Type.ApplyOperation).Select(e => e.ApplyOperation).ToList();

    public OperatingAgent Subscribe()
    {
        Agent.Subscribe();
        return this;
    }

    /// <summary>Applies every order that has not been seen yet and says that it is finished.</summary>
    public void Finish()
    {
        foreach (var order in Orders.Where(order => _seen.Add(order.OperationUuid)).ToList())
        {
            var result = Total.Apply(OperationConversions.Of(Unallocated(order.Info)).Steps);
            Assert.That(result.Problem, Is.Null);
            Total = result.Bag;
            Report(order, OperationState.OperationFinished);
        }
    }

    public OperationStatus Report(Event.Types.ApplyOperation order, OperationState state, string? message = null)
    {
        var status = new OperationStatus { OperationId = order.Info.Id, State = state, AgentId = Agent.Id };
        if (message is not null)
        {
            status.Message = message;
        }
        if (order.Info.Id is not null)
        {
            var uuid = new byte[16];
            uuid[15] = ++_uuids;
            status.Uuid = new UUID { Value = ByteString.CopyFrom(uuid) };
        }
        if (order.Info.Id is not null)
        {
            Hold(order, status);
        }
        Send(order, status);
        return status;
    }

    private void Hold(Event.Types.ApplyOperation order, OperationStatus status)
    {
        Held.Add(new Operation
        {
            FrameworkId = order.FrameworkId, AgentId = Agent.Id, Info = order.Info, LatestStatus = status,
            Uuid = new UUID { Value = order.OperationUuid },
        });
    }

    public void Send(Event.Types.ApplyOperation order, OperationStatus status)
    {
        var answer = Agent.Call(new Call
        {
            Type = Call.Types.Type.UpdateOperationStatus,
            OperationUpdate = new() { FrameworkId = order.FrameworkId, OperationUuid = order.OperationUuid, Status = status },
        });
        Assert.That(answer.Status, Is.EqualTo(202), answer.Text);
    }

    public void UpdateResources()
    {
        var update = new Call { Type = Call.Types.Type.UpdateResources, ResourcesUpdate = new() { ResourceVersion = Version } };
        update.ResourcesUpdate.CheckpointedResources.Add(Total.Checkpointed().ToProto(ResourceFormat.PostRefinement));
        update.ResourcesUpdate.OversubscribedResources.Add(Oversubscribed);
        var answer = Agent.Call(update);
        Assert.That(answer.Status, Is.EqualTo(202), answer.Text);
        _master.Settle();
    }

    /// <summary>Adds what the agent's state says to its subscription.</summary>
    public void Describe(Call.Types.Subscribe subscribe)
    {
        subscribe.CheckpointedResources.Add(Total.Checkpointed().ToProto(ResourceFormat.PostRefinement));
        subscribe.OversubscribedResources.Add(Oversubscribed);
        subscribe.ResourceVersion = Version;
        subscribe.Operations.Add(Held);
        foreach (var type in (ReadOnlySpan<AgentInfo.Types.Capability.Types.Type>)
            [AgentInfo.Types.Capability.Types.Type.ReservationRefinement, AgentInfo.Types.Capability.Types.Type.ResizeVolume,
                AgentInfo.Types.Capability.Types.Type.AgentOperationFeedback])
        {
            subscribe.Capabilities.Add(new AgentInfo.Types.Capability { Type = type });
        }
    }

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
