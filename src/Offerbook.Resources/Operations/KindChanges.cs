namespace Offerbook.Resources;

/// <summary>What operations do to a kind.</summary>
internal static class KindChanges
{
    extension(ResourceKind kind)
    {
        /// <summary>Without the newest reservation.</summary>
        public ResourceKind WithoutTopReservation() => kind.Reservations.IsEmpty
            ? kind
            : Make(kind, new ReservationStack(kind.Reservations.Items[..^1]), kind.Disk, kind.IsShared);

        /// <summary>The disk that a volume is made of: its source stays, its id, mount and sharing go.</summary>
        public ResourceKind WithoutVolume() => Make(kind, kind.Reservations, SourceOnly(kind), shared: false);

        /// <summary>As the agent was configured with it: no dynamic reservations, no volume.</summary>
        public ResourceKind AsConfigured()
        {
            var stack = kind.Reservations.Items;
            var bottom = stack.Length > 0 && stack[0].Type == ReservationType.Static
                ? new ReservationStack(stack[0]) : ReservationStack.Empty;
            return Make(kind, bottom, SourceOnly(kind), shared: false);
        }
    }

    private static DiskDescription? SourceOnly(ResourceKind kind) => kind.Disk?.Source is { } source ? new DiskDescription(source) : null;

    private static ResourceKind Make(ResourceKind kind, ReservationStack reservations, DiskDescription? disk, bool shared)
    {
        var plain = reservations.IsEmpty && disk is null && !shared && !kind.IsRevocable && kind.ProviderId is null;
        var unallocated = plain
            ? ResourceKind.Plain(kind.Name)
            : new ResourceKind(kind.Name, reservations, null, disk, kind.IsRevocable, shared, kind.ProviderId);
        return unallocated.AllocatedTo(kind.AllocationRole);
    }
}
