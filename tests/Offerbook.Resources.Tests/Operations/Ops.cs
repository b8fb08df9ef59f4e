using Mesos.V1;
using Operation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Resources.Tests.Operations;

/// <summary>Short words for operations in tests.</summary>
internal static class Ops
{
    public const OperationAbilities All =
        OperationAbilities.HierarchicalRole | OperationAbilities.ReservationRefinement | OperationAbilities.ResizeVolume;

    public static Operation Reserve(params ReadOnlySpan<Resource> resources)
    {
        var operation = new Operation { Type = Operation.Types.Type.Reserve, Reserve = new() };
        operation.Reserve.Resources.AddRange(resources.ToArray());
        return operation;
    }

    public static Operation Unreserve(params ReadOnlySpan<Resource> resources)
    {
        var operation = new Operation { Type = Operation.Types.Type.Unreserve, Unreserve = new() };
        operation.Unreserve.Resources.AddRange(resources.ToArray());
        return operation;
    }

    public static Operation Create(params ReadOnlySpan<Resource> volumes)
    {
        var operation = new Operation { Type = Operation.Types.Type.Create, Create = new() };
        operation.Create.Volumes.AddRange(volumes.ToArray());
        return operation;
    }

    public static Operation Destroy(params ReadOnlySpan<Resource> volumes)
    {
        var operation = new Operation { Type = Operation.Types.Type.Destroy, Destroy = new() };
        operation.Destroy.Volumes.AddRange(volumes.ToArray());
        return operation;
    }

    public static Operation Grow(Resource volume, Resource addition) => new()
    {
        Type = Operation.Types.Type.GrowVolume, GrowVolume = new() { Volume = volume, Addition = addition },
    };

    public static Operation Shrink(Resource volume, double subtract) => new()
    {
        Type = Operation.Types.Type.ShrinkVolume,
        ShrinkVolume = new() { Volume = volume, Subtract = new Value.Types.Scalar { Value = subtract } },
    };

    public static Resource Scalar(string name, double amount, string? role = null, string? principal = null)
    {
        var resource = new Resource { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = amount } };
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

    public static Resource Volume(double amount, string id, string role = "web", string? principal = null, bool shared = false)
    {
        var resource = Scalar("disk", amount, role, principal);
        resource.Disk = new Resource.Types.DiskInfo
        {
            Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = id },
            Volume = new Volume { Mode = Mesos.V1.Volume.Types.Mode.Rw, ContainerPath = "data" },
        };
        if (principal is not null)
        {
            resource.Disk.Persistence.Principal = principal;
        }
        if (shared)
        {
            resource.Shared = new Resource.Types.SharedInfo();
        }
        return resource;
    }

    public static Resource On(this Resource resource, Resource.Types.DiskInfo.Types.Source source)
    {
        resource.Disk ??= new Resource.Types.DiskInfo();
        resource.Disk.Source = source;
        return resource;
    }

    public static Resource Allocated(this Resource resource, string role)
    {
        resource.AllocationInfo = new Resource.Types.AllocationInfo { Role = role };
        return resource;
    }

    public static Resource.Types.DiskInfo.Types.Source Mount(string root) => new()
    {
        Type = Resource.Types.DiskInfo.Types.Source.Types.Type.Mount, Mount = new() { Root = root },
    };

    public static ResourceBag Bag(params ReadOnlySpan<Resource> resources) => ResourceReader.Read(resources.ToArray()).Bag;

    public static ConversionResult Apply(this ResourceBag bag, Operation operation) => bag.Apply(OperationConversions.Of(operation).Steps);
}
