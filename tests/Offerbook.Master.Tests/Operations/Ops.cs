using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Tests.Core;
using Operation = Mesos.V1.Offer.Types.Operation;
using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;

namespace Offerbook.Master.Tests.Operations;

/// <summary>Short words for resources, tasks and calls in tests; operations are the test-kit's.</summary>
internal static class Ops
{
    public static Operation Launch(params TaskInfo[] tasks) =>
        new() { Type = OperationType.Launch, Launch = new() { TaskInfos = { tasks } } };

    public static Resource Scalar(string name, double value, string? role = null, string? principal = null)
    {
        var resource = TestScheduler.Scalar(name, value);
        if (role is not null)
        {
            var reservation = new Resource.Types.ReservationInfo { Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = role };
            if (principal is not null)
            {
                reservation.Principal = principal;
            }
            resource.Reservations.Add(reservation);
        }
        return resource;
    }

    public static Resource Volume(double size, string id, string role = "web", bool shared = false) =>
        KitOperations.Volume(size, id, role, shared);

    public static Resource Allocated(this Resource resource, string role = "web")
    {
        var allocated = resource.Clone();
        allocated.AllocationInfo = new Resource.Types.AllocationInfo { Role = role };
        return allocated;
    }

    public static TaskInfo TaskOn(Offer offer, string id, params Resource[] resources)
    {
        var task = TestScheduler.Task(offer, id);
        task.Resources.Clear();
        task.Resources.Add([TestScheduler.Scalar("cpus", 0.1), TestScheduler.Scalar("mem", 32), .. resources]);
        return task;
    }

    public static MasterEffect.Answer Accept(this TestScheduler scheduler, Offer offer, params Operation[] operations) =>
        scheduler.Accept([offer], operations);

    public static MasterEffect.Answer Accept(this TestScheduler scheduler, IEnumerable<Offer> offers, params Operation[] operations) =>
        scheduler.Call(new Call
    {
        Type = Mesos.V1.Scheduler.Call.Types.Type.Accept,
        Accept = new() { OfferIds = { offers.Select(offer => offer.Id) }, Operations = { operations },
            Filters = new Filters { RefuseSeconds = 0 } },
    });

    public static IReadOnlyList<OperationStatus> OperationUpdates(this TestScheduler scheduler) => scheduler.Events
        .Where(e => e.Type == Event.Types.Type.UpdateOperationStatus).Select(e => e.UpdateOperationStatus.Status).ToList();

    public static MasterEffect.Answer Acknowledge(this TestScheduler scheduler, OperationStatus status) => scheduler.Call(new Call
    {
        Type = Mesos.V1.Scheduler.Call.Types.Type.AcknowledgeOperationStatus,
        AcknowledgeOperationStatus = new() { AgentId = status.AgentId, Uuid = status.Uuid.Value, OperationId = status.OperationId },
    });

    public static MasterEffect.Answer ReconcileOperations(this TestScheduler scheduler, params (string Id, AgentID? Agent)[] asked)
    {
        var call = new Call { Type = Mesos.V1.Scheduler.Call.Types.Type.ReconcileOperations, ReconcileOperations = new() };
        foreach (var (id, agent) in asked)
        {
            call.ReconcileOperations.Operations.Add(new Call.Types.ReconcileOperations.Types.Operation
            {
                OperationId = new OperationID { Value = id }, AgentId = agent,
            });
        }
        return scheduler.Call(call);
    }

    /// <summary>What all live offers to a framework hold together, as a bag.</summary>
    public static Offerbook.Resources.ResourceBag Offered(this MasterHarness master) => master.View.Frameworks
        .SelectMany(framework => framework.Offers).Aggregate(Offerbook.Resources.ResourceBag.Empty, (sum, offer) => sum + offer.Resources);
}
