using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Allocation;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Tasks;
using Offerbook.Master.Tasks.Validation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>
/// ACCEPT. 1: the offers are checked as a set, and all of them end. 2: the operations run in order on what the offers hold; one
/// that is refused does not stop the others. 3: what is left goes back under the call's filter. Each task and each operation
/// with an id gets an outcome.
/// </summary>
internal sealed class AcceptHandler(ClusterState cluster, OfferBook offers, TaskBook tasks)
{
    public void Accept(in Turn turn, Framework framework, SchedulerCall.Types.Accept accept)
    {
        if (CheckOffers(framework, accept.OfferIds) is { } invalid)
        {
            Refuse(turn, framework, accept, invalid);
            return;
        }
        var accepted = accept.OfferIds.Select(id => offers.Find(OfferId.From(id))!).ToList();
        var agent = cluster.Agents.Find(accepted[0].Agent)!;
        var offered = ResourceBag.Empty;
        foreach (var offer in accepted)
        {
            offers.Take(turn, offer);
            offered += offer.Resources;
        }
        var remaining = offered;
        CountAnswers(framework, accept, accepted.Count);
        foreach (var operation in accept.Operations)
        {
            framework.Counters.CountOperation(operation.Type);
            if (operation.Type == OperationType.Launch && operation.Launch is not null && operation.Id is null)
            {
                foreach (var task in operation.Launch.TaskInfos)
                {
                    var taken = Launch(turn, framework, agent, accepted[0].Role, task, remaining);
                    remaining = taken.IsEmpty ? remaining : remaining - taken;
                }
            }
            else
            {
                RefuseOperation(turn, framework, agent.Id, operation, RefusalOf(operation));
            }
        }
        offers.GiveBack(turn, accepted[0], remaining, LeftoverRefusal(accept.Filters, ReferenceEquals(remaining, offered)));
    }

    public void Decline(in Turn turn, Framework framework, SchedulerCall.Types.Decline decline)
    {
        cluster.Counters.Increment("messages_decline_offers");
        var refuse = Refusal(decline.Filters);
        foreach (var id in decline.OfferIds)
        {
            // Stale ids and offers of others are passed over, the rest of the call counts.
            if (offers.Find(OfferId.From(id)) is { } offer && offer.Framework == framework.Id)
            {
                offers.Decline(turn, offer, refuse);
                framework.Counters.OffersDeclined++;
            }
        }
    }

    /// <summary>A framework that used a part and asks for no filter wants the rest back at once, without the pause after a refusal.</summary>
    private static TimeSpan? LeftoverRefusal(Filters? filters, bool nothingUsed)
    {
        var refusal = Refusal(filters);
        return refusal == TimeSpan.Zero && !nothingUsed ? null : refusal;
    }

    private static TimeSpan Refusal(Filters? filters) =>
        RefusalDuration.FromSeconds(filters is { HasRefuseSeconds: true } ? filters.RefuseSeconds : null);

    /// <returns>What the task has taken; nothing when it was refused.</returns>
    private ResourceBag Launch(in Turn turn, Framework framework, Agent agent, string role, TaskInfo info, ResourceBag remaining)
    {
        var task = ResourceForms.Complete(framework, role, info);
        var resources = ResourceReader.Read(task.Resources);
        var invalid = TaskValidator.Validate(framework, agent, task, resources);
        var needed = resources.Bag;
        var executorResources = ResourceBag.Empty;
        if (invalid is null && IsNew(framework, agent, task.Executor))
        {
            executorResources = ResourceReader.Read(task.Executor.Resources).Bag;
            needed += executorResources;
        }
        if (invalid is null && !remaining.Contains(needed))
        {
            invalid = $"Total resources {needed} required by task and its executor is more than available {remaining}";
        }
        if (invalid is not null)
        {
            Tell(turn, framework, task, TaskState.TaskError, Reason.TaskInvalid, invalid);
            return ResourceBag.Empty;
        }
        if (IsNew(framework, agent, task.Executor))
        {
            tasks.AddExecutor(framework, agent, task.Executor, executorResources);
        }
        tasks.Launch(framework, agent, task, resources.Bag);
        agent.Send(turn, AgentEvents.Launch(framework.Info, task));
        return needed;
    }

    private static bool IsNew(Framework framework, Agent agent, ExecutorInfo? executor) =>
        executor is not null && !agent.Executors.Contains((framework.Id, ExecutorId.From(executor.ExecutorId)));

    private string? CheckOffers(Framework framework, IReadOnlyCollection<OfferID> ids)
    {
        if (ids.Count == 0)
        {
            return "No offers specified";
        }
        var seen = new HashSet<string>();
        LiveOffer? first = null;
        foreach (var id in ids)
        {
            if (!seen.Add(id.Value))
            {
                return $"Duplicate offer {id.Value} in offer list";
            }
            if (offers.Find(OfferId.From(id)) is not { } offer)
            {
                return $"Offer {id.Value} is no longer valid";
            }
            if (offer.Framework != framework.Id)
            {
                return $"Offer {id.Value} has invalid framework {offer.Framework} while framework {framework.Id} is expected";
            }
            first ??= offer;
            if (offer.Role != first.Role)
            {
                return $"Aggregated offers must be allocated to the same role. Offer {id.Value} uses role '{offer.Role}' but another is using role '{first.Role}'";
            }
            if (offer.Agent != first.Agent)
            {
                return $"Aggregated offers must belong to one single agent. Offer {id.Value} uses agent {offer.Agent} and agent {first.Agent}";
            }
        }
        return null;
    }

    private void Refuse(in Turn turn, Framework framework, SchedulerCall.Types.Accept accept, string invalid)
    {
        foreach (var id in accept.OfferIds)
        {
            if (offers.Find(OfferId.From(id)) is { } offer && offer.Framework == framework.Id)
            {
                offers.Drop(turn, offer);
            }
        }
        var message = "Task launched with invalid offers: " + invalid;
        var state = TaskStates.ForFramework(TaskState.TaskDropped, framework.PartitionAware);
        foreach (var operation in accept.Operations)
        {
            foreach (var task in TasksOf(operation))
            {
                Tell(turn, framework, task, state, Reason.InvalidOffers, message);
            }
            TellOperation(turn, framework, null, operation, "Operation attempted with invalid offers: " + invalid);
        }
    }

    /// <summary>Why an operation that is not a LAUNCH of tasks is refused.</summary>
    private static string RefusalOf(Operation operation)
    {
        if (!operation.HasType || operation.Type == OperationType.Unknown)
        {
            return "The operation has no known type";
        }
        var name = Operator.MasterCounters.Snake(operation.Type.ToString()).ToUpperInvariant();
        if (operation.Id is not null && operation.Type is OperationType.Launch or OperationType.LaunchGroup)
        {
            return $"The 'id' field cannot be set on {name} operations";
        }
        return operation.Type == OperationType.Launch ? "Expecting 'launch' to be present" : $"{name} is not supported yet by this master; LAUNCH is";
    }

    private void RefuseOperation(in Turn turn, Framework framework, AgentId agent, Operation operation, string why)
    {
        var reason = operation.Type == OperationType.LaunchGroup ? Reason.TaskGroupInvalid : Reason.TaskInvalid;
        foreach (var task in TasksOf(operation))
        {
            Tell(turn, framework, task, TaskState.TaskError, reason, why);
        }
        TellOperation(turn, framework, agent, operation, why);
    }

    private static IEnumerable<TaskInfo> TasksOf(Operation operation) => operation.Type switch
    {
        OperationType.Launch => operation.Launch?.TaskInfos ?? [],
        OperationType.LaunchGroup => operation.LaunchGroup?.TaskGroup.Tasks ?? [],
        _ => [],
    };

    private void Tell(in Turn turn, Framework framework, TaskInfo task, TaskState state, Reason reason, string message)
    {
        cluster.Counters.CountTerminal(state);
        cluster.Counters.CountReason(state, Source.Master, reason);
        framework.Counters.CountTerminal(state);
        var status = MasterStatus.Make(turn, TaskId.From(task.TaskId), AgentId.From(task.AgentId), state, reason, message);
        framework.Send(turn, SchedulerEvents.Update(status));
    }

    private static void TellOperation(in Turn turn, Framework framework, AgentId? agent, Operation operation, string message)
    {
        if (operation.Id is null || operation.Type is OperationType.Launch or OperationType.LaunchGroup)
        {
            return;
        }
        framework.Send(turn, SchedulerEvents.OperationUpdate(new OperationStatus
        {
            OperationId = operation.Id,
            State = OperationState.OperationError,
            Message = message,
            AgentId = agent?.ToProto(),
        }));
    }

    private void CountAnswers(Framework framework, SchedulerCall.Types.Accept accept, int count)
    {
        if (accept.Operations.Count == 0)
        {
            cluster.Counters.Increment("messages_decline_offers");
            framework.Counters.OffersDeclined += count;
            return;
        }
        framework.Counters.OffersAccepted += count;
        if (accept.Operations.Any(operation => operation.Type is OperationType.Launch or OperationType.LaunchGroup))
        {
            cluster.Counters.Increment("messages_launch_tasks");
        }
    }
}
