using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using MesosVolume = Mesos.V1.Volume;
using Operation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Apps.Volumes;

/// <summary>Makes the operations that reserve what an instance needs and create its volumes, and those that undo it.</summary>
internal static class ReservationBuilder
{
    /// <param name="used">Unreserved resources for the instance's tasks and executor.</param>
    public static LaunchOrder.Reserve Reserve(OfferRemainder offer, LaunchCandidate candidate, ResourceBag used,
        IReadOnlyList<ChosenDisk> disks,
        string? principal, SeededRandom random, Timestamp now)
    {
        var stack = new ReservationStack(new Resources.Reservation(ReservationType.Dynamic, candidate.Role, principal,
            ReservationLabels.Of(offer.Offer.FrameworkId.Value, candidate.Instance)));
        var (reserved, volumes, local) = (new List<ResourceEntry>(), new List<ResourceEntry>(), new List<LocalVolume>());
        foreach (var entry in used)
        {
            reserved.Add(entry with { Kind = Reserved(entry.Kind, stack, entry.Kind.Disk) });
        }
        foreach (var (claim, disk) in disks)
        {
            var volume = new LocalVolume(claim.ContainerPath, $"{candidate.Spec.Id.SafeId}#{claim.Name}#{random.NextGuid()}");
            var mount = new MesosVolume { ContainerPath = claim.ContainerPath, Mode = MesosVolume.Types.Mode.Rw };
            local.Add(volume);
            reserved.Add(disk with { Kind = Reserved(disk.Kind, stack, disk.Kind.Disk) });
            volumes.Add(
                disk with { Kind = Reserved(disk.Kind, stack,
                    new DiskDescription(disk.Kind.Disk?.Source, volume.PersistenceId, principal, mount)) });
        }
        var reserve = new Operation { Type = Operation.Types.Type.Reserve, Reserve = new Operation.Types.Reserve() };
        reserve.Reserve.Resources.Add(ResourceBag.Of(reserved.ToArray()).ToProto(offer.Format));
        var create = new Operation { Type = Operation.Types.Type.Create, Create = new Operation.Types.Create() };
        create.Create.Volumes.Add(ResourceBag.Of(volumes.ToArray()).ToProto(offer.Format));
        return new LaunchOrder.Reserve([reserve, create],
            new Reservation(AgentId.From(offer.Offer.AgentId), offer.Location, local.ToValueList(), now));
    }

    /// <summary>Destroys the volumes among the entries and gives all of them back.</summary>
    public static LaunchOrder.Release Release(OfferRemainder offer, IReadOnlyList<ResourceEntry> entries)
    {
        var operations = new List<Operation>();
        var volumes = entries.Where(entry => entry.Kind.IsPersistentVolume).ToArray();
        if (volumes.Length > 0)
        {
            var destroy = new Operation { Type = Operation.Types.Type.Destroy, Destroy = new Operation.Types.Destroy() };
            destroy.Destroy.Volumes.Add(ResourceBag.Of(volumes).ToProto(offer.Format));
            operations.Add(destroy);
        }
        var plain = entries.Select(entry => entry.Kind.IsPersistentVolume
            ? entry with { Kind = Reserved(entry.Kind, entry.Kind.Reservations, entry.Kind.Disk!.Source is { } source
                ? new DiskDescription(source) : null) }
            : entry).ToArray();
        var unreserve = new Operation { Type = Operation.Types.Type.Unreserve, Unreserve = new Operation.Types.Unreserve() };
        unreserve.Unreserve.Resources.Add(ResourceBag.Of(plain).ToProto(offer.Format));
        operations.Add(unreserve);
        return new LaunchOrder.Release(operations);
    }

    private static ResourceKind Reserved(ResourceKind kind, ReservationStack stack, DiskDescription? disk) =>
        new(kind.Name, stack, kind.AllocationRole, disk, kind.IsRevocable, false, kind.ProviderId);
}
