namespace Offerbook.Resources.Tests;

/// <summary>Short ways to say resources in tests.</summary>
internal static class Bags
{
    public static ResourceBag Bag(string text) => ResourceBag.Parse(text);

    public static ResourceEntry Entry(ResourceKind kind, double units) => new(kind, Scalar.FromUnits(units));

    public static ReservationStack Dynamic(string role, string? principal = null) =>
        new(new Reservation(ReservationType.Dynamic, role, principal));

    public static ResourceKind Volume(string id, string role = "web", bool shared = false) =>
        new("disk", Dynamic(role), disk: new DiskDescription(persistenceId: id), shared: shared);

    public static ResourceKind Disk(DiskSourceType type, string? root = null, string? id = null) =>
        new("disk", disk: new DiskDescription(new DiskSource(type, root, Id: id)));
}
