using Offerbook.Master.Agents;
using Offerbook.Master.Authorization;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Offers;
using Offerbook.Resources;

namespace Offerbook.Master.Operations;

/// <summary>
/// The operations of an ACCEPT that change resources. Each is applied at once to what is left of the offers, so that the next
/// operation may use what it made; what a volume's new size made is set aside and is offered again first, as in the original.
/// </summary>
internal sealed class FrameworkOperations(ClusterState cluster, OfferBook offers, OperationBook book, OperationOutcomes outcomes)
{
    public void Run(in Turn turn, AcceptRun run, Operation operation)
    {
        if (CheckShape(operation) is { } malformed)
        {
            Refuse(turn, run, operation, "Operation attempted with invalid resources: " + malformed);
            return;
        }
        var info = OperationForms.Complete(operation, run.Role);
        if (OperationPermissions.Refuse(cluster.Settings.Authorizer, run.Framework, info) is { } forbidden)
        {
            Refuse(turn, run, info, forbidden);
            return;
        }
        if (CheckFeedback(run, info) is { } unheard)
        {
            Refuse(turn, run, operation, unheard);
            return;
        }
        if (OperationValidator.Validate(info, OperationContexts.Of(run.Framework, run.Agent)) is { } invalid)
        {
            Refuse(turn, run, operation, $"{invalid}; on agent {OperationContexts.Name(run.Agent)}");
            return;
        }
        SharedOffers.Rescind(turn, offers, run.Agent, info);
        Apply(turn, run, info);
    }

    private void Apply(in Turn turn, AcceptRun run, Operation info)
    {
        var result = run.Remaining.Apply(OperationConversions.Of(info).Steps);
        var resize = info.Type is OperationType.GrowVolume or OperationType.ShrinkVolume;
        if (result.Problem is { } problem)
        {
            Refuse(turn, run, info, resize ? $"Invalid {OperationOutcomes.NameOf(info.Type)} operation: {problem}" : problem);
            return;
        }
        var (consumed, produced) = run.Remaining.ChangeTo(result.Bag);
        cluster.Allocator.UpdateAllocation(run.Framework.Id, run.Agent.Id, consumed, produced);
        run.Convert(consumed, produced, usable: !resize);
        book.Start(turn, run.Framework, run.Agent, info, consumed, produced);
    }

    private static string? CheckShape(Operation operation)
    {
        if (OperationValidator.ValidateShape(operation) is { } invalid)
        {
            return invalid;
        }
        return operation.Type == OperationType.Reserve && operation.Reserve.Source.Count > 0
            ? "Reservation updates are not yet implemented for the scheduler API."
            : null;
    }

    private string? CheckFeedback(AcceptRun run, Operation operation)
    {
        if (run.Agent.OperationCount >= cluster.Settings.MaxOperationsPerAgent)
        {
            return $"Agent {run.Agent.Id} already has {cluster.Settings.MaxOperationsPerAgent} operations whose end is not known or not acknowledged; acknowledge some";
        }
        if (operation.Id is null)
        {
            return null;
        }
        if (!OperationContexts.GivesFeedback(run.Agent))
        {
            return $"Operation on agent default resources requested feedback, but agent {run.Agent.Id} does not have the required AGENT_OPERATION_FEEDBACK and RESOURCE_PROVIDER capabilities";
        }
        return run.Framework.Operations.Contains(operation.Id.Value)
            ? $"The framework has another operation '{operation.Id.Value}' whose end is not acknowledged; ids of operations must be unique until then"
            : null;
    }

    private void Refuse(in Turn turn, AcceptRun run, Operation operation, string why)
    {
        cluster.OperationTally.Came(operation.Type, Mesos.V1.OperationState.OperationError);
        outcomes.Refuse(turn, run, operation, why);
    }
}
