using Mesos.V1;
using MesosReservation = Mesos.V1.Resource.Types.ReservationInfo;
using MesosReservationType = Mesos.V1.Resource.Types.ReservationInfo.Types.Type;
using SourceType = Mesos.V1.Resource.Types.DiskInfo.Types.Source.Types.Type;
using ValueKind = Mesos.V1.Value.Types.Type;

namespace Offerbook.Resources;

/// <summary>From wire messages, in any of the three formats, to a bag.</summary>
public static class ResourceReader
{
    /// <summary>
    /// Reads what is right and lists all that is wrong. Nothing is not wrong: a scalar of 0 or an empty set simply is not in the bag.
    /// </summary>
    public static BagReading Read(IEnumerable<Resource> resources)
    {
        var builder = new BagBuilder([], 8);
        List<ResourceProblem>? problems = null;
        foreach (var resource in resources)
        {
            var found = ResourceValidator.Validate(resource);
            if (found.Count > 0)
            {
                (problems ??= []).AddRange(found);
            }
            else
            {
                builder.Add(Convert(resource));
            }
        }

        return new BagReading(builder.Build(), problems ?? (IReadOnlyList<ResourceProblem>)[]);
    }

    private static ResourceEntry Convert(Resource resource)
    {
        ResourceValue value = resource.Type switch
        {
            ValueKind.Scalar => Scalar.FromUnits(resource.Scalar.Value),
            ValueKind.Ranges => ConvertRanges(resource.Ranges),
            _ => ItemSet.Of([.. resource.Set.Item]),
        };
        var reservations = ConvertReservations(resource);
        var disk = resource.Disk is null ? null : ConvertDisk(resource.Disk);
        var allocation = resource.AllocationInfo is { HasRole: true } ? resource.AllocationInfo.Role : null;
        var provider = resource.ProviderId?.Value;
        var special = !reservations.IsEmpty || disk is not null || resource.Revocable is not null || resource.Shared is not null
            || provider is not null;
        var kind = special
            ? new ResourceKind(resource.Name, reservations, null, disk, resource.Revocable is not null, resource.Shared is not null,
                provider)
            : ResourceKind.Plain(resource.Name);
        return new ResourceEntry(kind.AllocatedTo(allocation), value);
    }

    private static Ranges ConvertRanges(Value.Types.Ranges ranges)
    {
        var items = new ValueRange[ranges.Range.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = new ValueRange(ranges.Range[i].Begin, ranges.Range[i].End);
        }

        return Ranges.Of(items);
    }

    private static ReservationStack ConvertReservations(Resource resource)
    {
        if (resource.Reservations.Count > 0)
        {
            var stack = new Reservation[resource.Reservations.Count];
            for (var i = 0; i < stack.Length; i++)
            {
                var reservation = resource.Reservations[i];
                var type = reservation.Type == MesosReservationType.Static ? ReservationType.Static : ReservationType.Dynamic;
                stack[i] = ConvertReservation(type, reservation.Role, reservation);
            }

            return new ReservationStack(stack);
        }

        if (!resource.HasRole || resource.Role == RoleName.Default)
        {
            return ReservationStack.Empty;
        }

        return new ReservationStack(resource.Reservation is null
            ? new Reservation(ReservationType.Static, resource.Role)
            : ConvertReservation(ReservationType.Dynamic, resource.Role, resource.Reservation));
    }

    private static Reservation ConvertReservation(ReservationType type, string role, MesosReservation reservation) => new(
        type,
        role,
        reservation.HasPrincipal ? reservation.Principal : null,
        reservation.Labels is null ? null : LabelSet.From(reservation.Labels));

    private static DiskDescription ConvertDisk(Resource.Types.DiskInfo disk)
    {
        DiskSource? source = null;
        if (disk.Source is { } from)
        {
            var type = from.Type switch
            {
                SourceType.Path => DiskSourceType.Path,
                SourceType.Mount => DiskSourceType.Mount,
                SourceType.Block => DiskSourceType.Block,
                _ => DiskSourceType.Raw,
            };
            var root = from.Path is { HasRoot: true } ? from.Path.Root : from.Mount is { HasRoot: true } ? from.Mount.Root : null;
            source = new DiskSource(
                type,
                root,
                from.HasVendor ? from.Vendor : null,
                from.HasId ? from.Id : null,
                from.Metadata is null ? null : LabelSet.From(from.Metadata),
                from.HasProfile ? from.Profile : null);
        }

        return new DiskDescription(
            source,
            disk.Persistence?.Id,
            disk.Persistence is { HasPrincipal: true } ? disk.Persistence.Principal : null,
            disk.Volume);
    }
}
