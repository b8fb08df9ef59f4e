using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Simulator.Engine;
using Operation = Mesos.V1.Offer.Types.Operation;
using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;
using Reservation = Mesos.V1.Resource.Types.ReservationInfo;

namespace Offerbook.Simulator.Workload.Wild;

/// <summary>Draws operations on what an offer holds: reservations and volumes come, grow, shrink and go. Some ask for too much.</summary>
internal static class WildOperation
{
    /// <returns>Null when nothing of what the offer holds is fit for an operation.</returns>
    public static Operation? Draw(SeededRandom random, Offer offer, string role, string id)
    {
        var resource = random.Pick(offer.Resources).Clone();
        var operation = resource switch
        {
            { Disk.Persistence: not null } => random.Next(3) switch
            {
                0 => new Operation { Type = OperationType.Destroy, Destroy = new Operation.Types.Destroy { Volumes = { resource } } },
                1 when Addition(offer, resource) is { } addition => new Operation
                {
                    Type = OperationType.GrowVolume, GrowVolume = new Operation.Types.GrowVolume { Volume = resource, Addition = addition },
                },
                _ => new Operation
                {
                    Type = OperationType.ShrinkVolume,
                    ShrinkVolume = new Operation.Types.ShrinkVolume { Volume = resource, Subtract = new Value.Types.Scalar { Value = 10 } },
                },
            },
            { Name: "disk", Reservations.Count: > 0 } when random.Chance(0.7) => Create(resource, id),
            { Reservations.Count: > 0 } =>
                new Operation { Type = OperationType.Unreserve,
                    Unreserve = new Operation.Types.Unreserve { Resources = { Part(random, resource) } } },
            { Scalar: not null } when role != "*" => Reserve(Part(random, resource), role),
            _ => null,
        };
        if (operation is not null && random.Chance(0.5))
        {
            operation.Id = new OperationID { Value = id };
        }
        return operation;
    }

    private static Operation Reserve(Resource resource, string role)
    {
        resource.Reservations.Add(new Reservation { Type = Reservation.Types.Type.Dynamic, Role = role });
        return new Operation { Type = OperationType.Reserve, Reserve = new Operation.Types.Reserve { Resources = { resource } } };
    }

    private static Operation Create(Resource disk, string id)
    {
        disk.Scalar.Value = Math.Min(disk.Scalar.Value, 100);
        disk.Disk = new Resource.Types.DiskInfo
        {
            Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = id },
            Volume = new Volume { ContainerPath = "data", Mode = Volume.Types.Mode.Rw },
        };
        return new Operation { Type = OperationType.Create, Create = new Operation.Types.Create { Volumes = { disk } } };
    }

    /// <summary>Some of it; now and then more than there is.</summary>
    private static Resource Part(SeededRandom random, Resource resource)
    {
        resource.Scalar.Value = Math.Round(resource.Scalar.Value * random.Pick<double>([0.25, 0.5, 1, 1, 1.5]), 3);
        return resource;
    }

    private static Resource? Addition(Offer offer, Resource volume)
    {
        var addition = offer.Resources.FirstOrDefault(other => other is { Name: "disk", Disk: null }
            && other.Reservations.SequenceEqual(volume.Reservations))?.Clone();
        if (addition is not null)
        {
            addition.Scalar.Value = Math.Min(addition.Scalar.Value, 20);
        }
        return addition;
    }
}
