using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Calls;
using Offerbook.Master.Offers;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Operations;

/// <summary>
/// RESERVE_RESOURCES and its like, by operators. What is offered is taken back one offer after the other until enough is free; 202
/// says that the operation is on its way to the agent.
/// </summary>
internal sealed class OperatorOperations(ClusterState cluster, OfferBook offers, OperationBook book) : IOperatorArea
{
    /// <summary>Who lost an offer to an operator is not offered the same at once: else it could take it before the operator.</summary>
    private static readonly TimeSpan Refusal = TimeSpan.FromSeconds(5);

    public IReadOnlyList<Type> Types { get; } =
        [Type.ReserveResources, Type.UnreserveResources, Type.CreateVolumes, Type.DestroyVolumes, Type.GrowVolume, Type.ShrinkVolume];

    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        var (id, operation) = Read(message.Call);
        if (id is null || !cluster.Agents.TryGet(AgentId.From(id), out var agent))
        {
            turn.Answer(message.Connection, 400, "No agent found with specified ID");
        }
        else if (OperationValidator.ValidateShape(operation) is { } malformed)
        {
            turn.Answer(message.Connection, 400, malformed);
        }
        else if (OperationValidator.Validate(operation, OperationContexts.Of(message.Principal, agent)) is { } invalid)
        {
            turn.Answer(message.Connection, 400,
                $"Invalid {OperationOutcomes.NameOf(operation.Type)} operation on agent {OperationContexts.Name(agent)}: {invalid}");
        }
        else
        {
            var conflict = Apply(turn, agent, operation);
            turn.Answer(message.Connection, conflict is null ? 202 : 409, conflict ?? "");
        }
    }

    private string? Apply(in Turn turn, Agent agent, Operation operation)
    {
        if (!agent.Connected)
        {
            return $"Agent {agent.Id} is disconnected; repeat the call when it is back";
        }
        if (agent.OperationCount >= cluster.Settings.MaxOperationsPerAgent)
        {
            return $"Agent {agent.Id} already has {cluster.Settings.MaxOperationsPerAgent} operations whose end is not known or not acknowledged";
        }
        var steps = OperationConversions.Of(operation).Steps;
        MakeRoom(turn, agent, steps);
        SharedOffers.Rescind(turn, offers, agent, operation);
        var free = Free(agent);
        var result = free.Apply(steps);
        if (result.Problem is { } problem)
        {
            return problem;
        }
        var (consumed, produced) = free.ChangeTo(result.Bag);
        if (!cluster.Allocator.TryUpdateAvailable(agent.Id, consumed, produced))
        {
            return $"{consumed} is in use on agent {agent.Id}";
        }
        book.Start(turn, null, agent, operation, consumed, produced);
        return null;
    }

    /// <summary>What neither tasks nor offers hold. A shared volume is always free for another user.</summary>
    private static ResourceBag Free(Agent agent)
    {
        var held = ResourceBag.Empty;
        foreach (var used in agent.Used.Values)
        {
            held += used.Unallocate().NonShared();
        }
        foreach (var offer in agent.Offers)
        {
            held += offer.Resources.Unallocate().NonShared();
        }
        return agent.Total - held;
    }

    private void MakeRoom(in Turn turn, Agent agent, IReadOnlyList<ResourceConversion> steps)
    {
        if (Free(agent).Apply(steps).IsApplied)
        {
            return;
        }
        var required = ResourceBag.Empty;
        foreach (var step in steps)
        {
            required += step.Consumed;
        }
        required -= Free(agent);
        foreach (var offer in agent.Offers.ToList())
        {
            var offered = offer.Resources.Unallocate();
            var left = required - offered;
            if (left == required)
            {
                continue;
            }
            required = left;
            offers.Rescind(turn, offer, OfferEnd.AgentChanged, Refusal);
            if (Free(agent).Apply(steps).IsApplied)
            {
                return;
            }
        }
    }

    private static (AgentID? Agent, Operation Operation) Read(OperatorCall call)
    {
        var operation = new Operation();
        switch (call.Type)
        {
            case Type.ReserveResources:
                operation.Type = OperationType.Reserve;
                operation.Reserve = new() { Source = { call.ReserveResources.Source }, Resources = { call.ReserveResources.Resources } };
                return (call.ReserveResources.AgentId, operation);
            case Type.UnreserveResources:
                operation.Type = OperationType.Unreserve;
                operation.Unreserve = new() { Resources = { call.UnreserveResources.Resources } };
                return (call.UnreserveResources.AgentId, operation);
            case Type.CreateVolumes:
                operation.Type = OperationType.Create;
                operation.Create = new() { Volumes = { call.CreateVolumes.Volumes } };
                return (call.CreateVolumes.AgentId, operation);
            case Type.DestroyVolumes:
                operation.Type = OperationType.Destroy;
                operation.Destroy = new() { Volumes = { call.DestroyVolumes.Volumes } };
                return (call.DestroyVolumes.AgentId, operation);
            case Type.GrowVolume:
                operation.Type = OperationType.GrowVolume;
                operation.GrowVolume = new() { Volume = call.GrowVolume.Volume, Addition = call.GrowVolume.Addition };
                return (call.GrowVolume.AgentId, operation);
            default:
                operation.Type = OperationType.ShrinkVolume;
                operation.ShrinkVolume = new() { Volume = call.ShrinkVolume.Volume, Subtract = call.ShrinkVolume.Subtract };
                return (call.ShrinkVolume.AgentId, operation);
        }
    }
}
