using Mesos.V1;
using Operation = Mesos.V1.Offer.Types.Operation;
using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;

namespace Offerbook.Conformance.Kit;

/// <summary>Reserved resources and volumes, and the operations that make and unmake them. An id asks for feedback.</summary>
public static class Operations
{
    /// <summary>A dynamic reservation of an amount for a role.</summary>
    public static Resource Reserved(string name, double value, string role)
    {
        var resource = Specs.Scalar(name, value);
        resource.Reservations.Add(
            new Resource.Types.ReservationInfo { Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = role });
        return resource;
    }

    /// <summary>A persistent volume on disk that is reserved for a role.</summary>
    public static Resource Volume(double size, string id, string role, bool shared = false)
    {
        var volume = Reserved("disk", size, role);
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

    /// <summary>What of these resources is reserved for a role, by the topmost of its reservations.</summary>
    public static double ReservedOf(IEnumerable<Resource> resources, string name, string role) => Specs.ScalarOf(
        resources.Where(resource => resource.Reservations.Count > 0 && resource.Reservations[^1].Role == role), name);

    /// <summary>The volume with this persistence id; null when there is none.</summary>
    public static Resource? VolumeOf(IEnumerable<Resource> resources, string id) =>
        resources.FirstOrDefault(resource => resource.Disk?.Persistence?.Id == id);

    private static Operation Named(string? id, Operation operation)
    {
        operation.Id = id is null ? null : new OperationID { Value = id };
        return operation;
    }
}
