using Mesos.V1;
using MesosReservation = Mesos.V1.Resource.Types.ReservationInfo;
using MesosReservationType = Mesos.V1.Resource.Types.ReservationInfo.Types.Type;
using SourceType = Mesos.V1.Resource.Types.DiskInfo.Types.Source.Types.Type;
using ValueKind = Mesos.V1.Value.Types.Type;

namespace Offerbook.Resources;

/// <summary>From a bag to wire messages.</summary>
public static class ResourceWriter
{
    extension(ResourceBag bag)
    {
        /// <summary>One message an entry, in order; a shared entry is said once for each of its copies.</summary>
        public List<Resource> ToProto(ResourceFormat format)
        {
            var resources = new List<Resource>(bag.Count);
            foreach (ref readonly var entry in bag.Entries)
            {
                for (var copy = 0; copy < entry.Count; copy++)
                {
                    resources.Add(Convert(entry, format));
                }
            }

            return resources;
        }
    }

    private static Resource Convert(in ResourceEntry entry, ResourceFormat format)
    {
        var kind = entry.Kind;
        var resource = new Resource { Name = kind.Name };
        WriteValue(resource, entry.Value);
        WriteReservations(resource, kind.Reservations, format);
        if (kind.ProviderId is not null)
        {
            resource.ProviderId = new ResourceProviderID { Value = kind.ProviderId };
        }

        if (kind.AllocationRole is not null)
        {
            resource.AllocationInfo = new Resource.Types.AllocationInfo { Role = kind.AllocationRole };
        }

        if (kind.Disk is not null)
        {
            resource.Disk = ConvertDisk(kind.Disk);
        }

        if (kind.IsRevocable)
        {
            resource.Revocable = new Resource.Types.RevocableInfo();
        }

        if (kind.IsShared)
        {
            resource.Shared = new Resource.Types.SharedInfo();
        }

        return resource;
    }

    private static void WriteValue(Resource resource, ResourceValue value)
    {
        switch (value.Type)
        {
            case ResourceValueType.Scalar:
                resource.Type = ValueKind.Scalar;
                resource.Scalar = new Value.Types.Scalar { Value = value.Scalar.ToDouble() };
                break;
            case ResourceValueType.Ranges:
                resource.Type = ValueKind.Ranges;
                resource.Ranges = new Value.Types.Ranges();
                foreach (var range in value.Ranges.Items)
                {
                    resource.Ranges.Range.Add(new Value.Types.Range { Begin = range.Begin, End = range.End });
                }

                break;
            default:
                resource.Type = ValueKind.Set;
                resource.Set = new Value.Types.Set();
                foreach (var item in value.Set.Items)
                {
                    resource.Set.Item.Add(item);
                }

                break;
        }
    }

    private static void WriteReservations(Resource resource, ReservationStack stack, ResourceFormat format)
    {
        if (format != ResourceFormat.PostRefinement && stack.Count <= 1)
        {
            resource.Role = stack.Top?.Role ?? RoleName.Default;
            if (stack.Top is { Type: ReservationType.Dynamic } dynamic)
            {
                resource.Reservation = WritePrincipalAndLabels(dynamic, new MesosReservation());
            }
        }

        if (format != ResourceFormat.PreRefinement || stack.Count > 1)
        {
            foreach (var reservation in stack.Items)
            {
                resource.Reservations.Add(WritePrincipalAndLabels(reservation, new MesosReservation
                {
                    Type = reservation.Type == ReservationType.Static ? MesosReservationType.Static : MesosReservationType.Dynamic,
                    Role = reservation.Role,
                }));
            }
        }
    }

    private static MesosReservation WritePrincipalAndLabels(Reservation from, MesosReservation to)
    {
        if (from.Principal is not null)
        {
            to.Principal = from.Principal;
        }

        if (from.Labels is not null)
        {
            to.Labels = from.Labels.ToProto();
        }

        return to;
    }

    private static Resource.Types.DiskInfo ConvertDisk(DiskDescription disk)
    {
        var info = new Resource.Types.DiskInfo { Volume = disk.CopyVolume() };
        if (disk.PersistenceId is not null)
        {
            info.Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = disk.PersistenceId };
            if (disk.PersistencePrincipal is not null)
            {
                info.Persistence.Principal = disk.PersistencePrincipal;
            }
        }

        if (disk.Source is not null)
        {
            info.Source = ConvertSource(disk.Source);
        }

        return info;
    }

    private static Resource.Types.DiskInfo.Types.Source ConvertSource(DiskSource from)
    {
        var source = new Resource.Types.DiskInfo.Types.Source { Metadata = from.Metadata?.ToProto() };
        switch (from.Type)
        {
            case DiskSourceType.Path:
                source.Type = SourceType.Path;
                source.Path = from.Root is null ? null : new Resource.Types.DiskInfo.Types.Source.Types.Path { Root = from.Root };
                break;
            case DiskSourceType.Mount:
                source.Type = SourceType.Mount;
                source.Mount = from.Root is null ? null : new Resource.Types.DiskInfo.Types.Source.Types.Mount { Root = from.Root };
                break;
            case DiskSourceType.Block:
                source.Type = SourceType.Block;
                break;
            default:
                source.Type = SourceType.Raw;
                break;
        }

        if (from.Vendor is not null)
        {
            source.Vendor = from.Vendor;
        }

        if (from.Id is not null)
        {
            source.Id = from.Id;
        }

        if (from.Profile is not null)
        {
            source.Profile = from.Profile;
        }

        return source;
    }
}
