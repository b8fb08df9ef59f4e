using Mesos.V1;
using Mesos.V1.Scheduler;
using Type = Mesos.V1.Scheduler.Call.Types.Type;

namespace Offerbook.Conformance.Kit;

/// <summary>Scheduler calls as scripts need them. The scheduler fills in its framework id.</summary>
public static class Calls
{
    public static Call Plain(Type type) => new() { Type = type };

    public static Call Accept(IEnumerable<OfferID> offers, IEnumerable<Offer.Types.Operation> operations, double? refuseSeconds = null)
    {
        var call = new Call { Type = Type.Accept, Accept = new() };
        call.Accept.OfferIds.Add(offers);
        call.Accept.Operations.Add(operations);
        if (refuseSeconds is { } seconds)
        {
            call.Accept.Filters = new Filters { RefuseSeconds = seconds };
        }
        return call;
    }

    /// <summary>ACCEPT of one offer with one LAUNCH; the rest comes back at once.</summary>
    public static Call Launch(Offer offer, params IEnumerable<TaskInfo> tasks) =>
        Accept([offer.Id], [LaunchOperation(tasks)], refuseSeconds: 0);

    public static Call LaunchGroup(Offer offer, ExecutorInfo executor, params IEnumerable<TaskInfo> tasks) =>
        Accept([offer.Id], [LaunchGroupOperation(executor, tasks)], refuseSeconds: 0);

    public static Offer.Types.Operation LaunchOperation(params IEnumerable<TaskInfo> tasks)
    {
        var operation = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        operation.Launch.TaskInfos.Add(tasks);
        return operation;
    }

    public static Offer.Types.Operation LaunchGroupOperation(ExecutorInfo executor, params IEnumerable<TaskInfo> tasks)
    {
        var operation = new Offer.Types.Operation
        {
            Type = Offer.Types.Operation.Types.Type.LaunchGroup,
            LaunchGroup = new() { Executor = executor, TaskGroup = new TaskGroupInfo() },
        };
        operation.LaunchGroup.TaskGroup.Tasks.Add(tasks);
        return operation;
    }

    public static Call Decline(double? refuseSeconds, params IEnumerable<OfferID> offers)
    {
        var call = new Call { Type = Type.Decline, Decline = new() };
        call.Decline.OfferIds.Add(offers);
        if (refuseSeconds is { } seconds)
        {
            call.Decline.Filters = new Filters { RefuseSeconds = seconds };
        }
        return call;
    }

    public static Call Revive(params IEnumerable<string> roles)
    {
        var call = new Call { Type = Type.Revive, Revive = new() };
        call.Revive.Roles.Add(roles);
        return call;
    }

    public static Call Suppress(params IEnumerable<string> roles)
    {
        var call = new Call { Type = Type.Suppress, Suppress = new() };
        call.Suppress.Roles.Add(roles);
        return call;
    }

    public static Call Kill(string task, AgentID? agent = null) =>
        new() { Type = Type.Kill, Kill = new() { TaskId = new TaskID { Value = task }, AgentId = agent } };

    public static Call Acknowledge(TaskStatus status) => new()
    {
        Type = Type.Acknowledge,
        Acknowledge = new() { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
    };

    public static Call AcknowledgeOperation(OperationStatus status) => new()
    {
        Type = Type.AcknowledgeOperationStatus,
        AcknowledgeOperationStatus = new() { AgentId = status.AgentId, OperationId = status.OperationId, Uuid = status.Uuid.Value },
    };

    /// <summary>RECONCILE_OPERATIONS of these operations; of all when there are none.</summary>
    public static Call ReconcileOperations(params IEnumerable<(string Operation, AgentID? Agent)> operations)
    {
        var call = new Call { Type = Type.ReconcileOperations, ReconcileOperations = new() };
        foreach (var (operation, agent) in operations)
        {
            call.ReconcileOperations.Operations.Add(new Call.Types.ReconcileOperations.Types.Operation
            {
                OperationId = new OperationID { Value = operation },
                AgentId = agent,
            });
        }
        return call;
    }

    /// <summary>RECONCILE of these tasks; of all when there are none.</summary>
    public static Call Reconcile(params IEnumerable<(string Task, AgentID? Agent)> tasks)
    {
        var call = new Call { Type = Type.Reconcile, Reconcile = new() };
        foreach (var (task, agent) in tasks)
        {
            call.Reconcile.Tasks.Add(new Call.Types.Reconcile.Types.Task { TaskId = new TaskID { Value = task }, AgentId = agent });
        }
        return call;
    }

    public static Call UpdateFramework(FrameworkInfo info, IEnumerable<string>? suppressed = null, OfferConstraints? constraints = null)
    {
        var call = new Call { Type = Type.UpdateFramework,
            UpdateFramework = new() { FrameworkInfo = info, OfferConstraints = constraints } };
        call.UpdateFramework.SuppressedRoles.Add(suppressed ?? []);
        return call;
    }
}
