using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Tests.Core;
using Operation = Mesos.V1.Offer.Types.Operation;
using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;

namespace Offerbook.Master.Tests.Operations;

/// <summary>Short words for operations in tests.</summary>
internal static class Ops
{
    public static Operation Reserve(string? id, params Resource[] resources) =>
        Named(id, new Operation { Type = OperationType.Reserve, Reserve = new() { Resources = { resources } } });

    public static Operation Unreserve(string? id, params Resource[] resources) =>
        Named(id, new Operation { Type = OperationType.Unreserve, Unreserve = new() { Resources = { resources } } });

    public static Operation Create(string? id, params Resource[] volumes) =>
        Named(id, new Operation { Type = OperationType.Create, Create = new() { Volumes = { volumes } } });

    public static Operation Destroy(string? id, params Resource[] volumes) =>
        Named(id, new Operation { Type = OperationType.Destroy, Destroy = new() { Volumes = { volumes } } });

    public static Operation Grow(string? id, Resource volume, Resource addition) =>
        Named(id, new Operation { Type = OperationType.GrowVolume, GrowVolume = new() { Volume = volume, Addition = addition } });

    public static Operation Shrink(string? id, Resource volume, double subtract) => Named(id, new Operation
    {
        Type = OperationType.ShrinkVolume,
        ShrinkVolume = new() { Volume = volume, Subtract = new Value.Types.Scalar { Value = subtract } },
    });

    public static Operation Launch(params TaskInfo[] tasks) => new() { Type = OperationType.Launch, Launch = new() { TaskInfos = { tasks } } };

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

    public static Resource Volume(double size, string id, string role = "web", bool shared = false)
    {
        var volume = Scalar("disk", size, role);
        volume.Disk = new Resource.Types.DiskInfo
        {
            Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = id },
            Volume = new Volume { ContainerPath = "data", Mode = Mesos.V1.Volume.Types.Mode.Rw },
        };
        if (shared)
        {
            volume.Shared = new Resource.Types.SharedInfo();
        }
        return volume;
    }

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

    public static MasterEffect.Answer Accept(this TestScheduler scheduler, IEnumerable<Offer> offers, params Operation[] operations) => scheduler.Call(new Call
    {
        Type = Mesos.V1.Scheduler.Call.Types.Type.Accept,
        Accept = new() { OfferIds = { offers.Select(offer => offer.Id) }, Operations = { operations }, Filters = new Filters { RefuseSeconds = 0 } },
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

    private static Operation Named(string? id, Operation operation)
    {
        operation.Id = id is null ? null : new OperationID { Value = id };
        return operation;
    }
}
