using Mesos.V1;
using Offerbook.Master.Allocation;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Operations;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>
/// ACCEPT. 1: the offers are checked as a set, and all of them end. 2: the operations run in order on what the offers hold; one
/// that is refused does not stop the others. 3: what is left goes back under the call's filter. Each task and each operation
/// with an id gets an outcome.
/// </summary>
internal sealed class AcceptHandler(ClusterState cluster, OfferBook offers, TaskBook tasks, OperationBook operations)
{
    private readonly OperationOutcomes _outcomes = new(cluster);
    private readonly LaunchOperation _launch = new(cluster.Settings.Authorizer, tasks, new OperationOutcomes(cluster));
    private readonly FrameworkOperations _resources = new(cluster, offers, operations, new OperationOutcomes(cluster));
    private readonly LaunchGroupOperation _launchGroup = new(cluster.Settings.Authorizer, tasks, new OperationOutcomes(cluster));

    public void Accept(in Turn turn, Framework framework, SchedulerCall.Types.Accept accept)
    {
        if (OfferSetCheck.Check(offers, framework, accept.OfferIds) is { } invalid)
        {
            Refuse(turn, framework, accept, invalid);
            return;
        }
        var accepted = accept.OfferIds.Select(id => offers.Find(OfferId.From(id))!).ToList();
        var offered = ResourceBag.Empty;
        foreach (var offer in accepted)
        {
            offers.Take(turn, offer);
            offered += offer.Resources;
        }
        var run = new AcceptRun(framework, cluster.Agents.Find(accepted[0].Agent)!, accepted[0].Role, offered);
        CountAnswers(framework, accept, accepted.Count);
        foreach (var operation in accept.Operations)
        {
            framework.Counters.CountOperation(operation.Type);
            Carry(turn, run, operation);
        }
        var refusal = LeftoverRefusal(accept.Filters, ReferenceEquals(run.Remaining, offered));
        if (!run.ExtraCopies.IsEmpty)
        {
            cluster.Allocator.Charge(framework.Id, run.Agent.Id, run.ExtraCopies);
        }
        var (declined, made) = run.Leftovers();
        offers.GiveBack(turn, accepted[0], declined, refusal);
        offers.GiveBack(turn, accepted[0], made, refuse: null);
        offers.NoteAccepted(turn, accepted, accept.Operations, declined + made, refusal);
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

    private void Carry(in Turn turn, AcceptRun run, Operation operation)
    {
        switch (operation.Type)
        {
            case OperationType.Launch:
                _launch.Run(turn, run, operation);
                break;
            case OperationType.LaunchGroup:
                _launchGroup.Run(turn, run, operation);
                break;
            case OperationType.Unknown:
                _outcomes.Refuse(turn, run, operation, "The operation has no known type");
                break;
            default:
                _resources.Run(turn, run, operation);
                break;
        }
    }

    /// <summary>
    /// A framework that used a part and asks for no filter wants the rest back at once, without the pause after a refusal.
    /// </summary>
    private static TimeSpan? LeftoverRefusal(Filters? filters, bool nothingUsed)
    {
        var refusal = Refusal(filters);
        return refusal == TimeSpan.Zero && !nothingUsed ? null : refusal;
    }

    private static TimeSpan Refusal(Filters? filters) =>
        RefusalDuration.FromSeconds(filters is { HasRefuseSeconds: true } ? filters.RefuseSeconds : null);

    private void Refuse(in Turn turn, Framework framework, SchedulerCall.Types.Accept accept, string invalid)
    {
        foreach (var id in accept.OfferIds)
        {
            if (offers.Find(OfferId.From(id)) is { } offer && offer.Framework == framework.Id)
            {
                offers.Drop(turn, offer, OfferEnd.InvalidAccept);
            }
        }
        var message = "Task launched with invalid offers: " + invalid;
        var state = TaskStates.ForFramework(TaskState.TaskDropped, framework.PartitionAware);
        foreach (var operation in accept.Operations)
        {
            foreach (var task in OperationOutcomes.TasksOf(operation))
            {
                if (!WasLaunched(framework, task))
                {
                    _outcomes.Tell(turn, framework, task, state, Reason.InvalidOffers, message);
                }
            }
            OperationOutcomes.TellOperation(turn, framework, null, operation, "Operation attempted with invalid offers: " + invalid);
        }
    }

    /// <summary>
    /// A call that came twice, because its sender had no answer: what it launched the first time lives, or has lived, and is not dropped.
    /// </summary>
    private static bool WasLaunched(Framework framework, TaskInfo task)
    {
        var id = TaskId.From(task.TaskId);
        return framework.Tasks.Find(id) is not null
            || (framework.CompletedTasks.Find(id) is { } over && over.Agent.Value == task.AgentId?.Value);
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
