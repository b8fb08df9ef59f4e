using Mesos.V1;
using Operation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Resources;

/// <summary>RESERVE and UNRESERVE.</summary>
internal static class ReserveRules
{
    public static string? Check(Operation.Types.Reserve reserve, OperationContext context)
    {
        if (ResourceRules.Read(reserve.Resources, out var entries) is { } invalid)
        {
            return "Invalid resources: " + invalid;
        }

        if (reserve.Source.Count > 0 && CheckUpdate(reserve) is { } update)
        {
            return update;
        }

        foreach (var entry in entries)
        {
            if (CheckEntry(entry, context) is { } problem)
            {
                return problem;
            }
        }

        return context.Framework is not null && ResourceRules.CheckSingleRole(entries) is { } roles
            ? "Invalid reservation resources: " + roles
            : null;
    }

    public static string? Check(Operation.Types.Unreserve unreserve)
    {
        if (ResourceRules.Read(unreserve.Resources, out var entries) is { } invalid)
        {
            return "Invalid resources: " + invalid;
        }

        foreach (var entry in entries)
        {
            if (!IsDynamic(entry))
            {
                return $"Resource {entry} is not dynamically reserved";
            }

            if (entry.Kind.IsPersistentVolume)
            {
                return $"A dynamically reserved persistent volume {entry} cannot be unreserved directly. Please destroy the persistent volume first then unreserve the resource";
            }
        }

        return null;
    }

    private static string? CheckEntry(ResourceEntry entry, OperationContext context)
    {
        if (!IsDynamic(entry))
        {
            return $"Resource {entry} is not dynamically reserved";
        }

        return ResourceRules.CheckRole(entry, "Resource", "reserved", context.Agent)
            ?? CheckPrincipal(entry.Kind.Reservations.Top!, context.Principal)
            ?? CheckAllocation(entry, context.Framework);
    }

    private static string? CheckPrincipal(Reservation reservation, string? principal)
    {
        if (principal is null || reservation.Principal == principal)
        {
            return null;
        }

        return reservation.Principal is null
            ? $"A reserve operation was attempted by principal '{principal}', but there is a reserved resource in the request with no principal set"
            : $"A reserve operation was attempted by authenticated principal '{principal}', which does not match a reserved resource in the request with principal '{reservation.Principal}'";
    }

    private static string? CheckAllocation(ResourceEntry entry, AskingFramework? framework)
    {
        var (reserved, allocated) = (entry.Kind.ReservationRole, entry.Kind.AllocationRole);
        if (framework is null)
        {
            return allocated is null
                ? null
                : "A reserve operation was attempted with an allocated resource, but the operator API only allows reservations to be made to unallocated resources";
        }

        if (allocated is null)
        {
            return $"A reserve operation was attempted on unallocated resource {entry}, but frameworks can only perform reservations on allocated resources";
        }

        if (allocated != reserved)
        {
            return $"A reserve operation was attempted for a resource with role '{reserved}', but the resource was allocated to role '{allocated}'";
        }

        return framework.Roles.Contains(allocated)
            ? null
            : $"A reserve operation was attempted for a resource allocated to role '{allocated}', but the framework only has roles '{{ {string.Join(", ", framework.Roles)} }}'";
    }

    /// <summary>
    /// A reservation that takes the place of another one: equal resources, all of one reservation before and of one after.
    /// </summary>
    private static string? CheckUpdate(Operation.Types.Reserve reserve)
    {
        if (ResourceRules.Read(reserve.Source, out var source) is { } invalid)
        {
            return "Invalid source: " + invalid;
        }

        var target = OperationConversions.Entries(reserve.Resources).ToList();
        if (CheckUniform(source) is { } mixedSource)
        {
            return "Invalid source: " + mixedSource;
        }

        if (CheckUniform(target) is { } mixedTarget)
        {
            return "Invalid resources: " + mixedTarget;
        }

        var (before, after) = (Unreserved(source), Unreserved(target));
        return before == after
            ? null
            : $"Source and target resources should refer to identical resource quantities: {before} vs. {after}";
    }

    private static string? CheckUniform(IReadOnlyList<ResourceEntry> entries) =>
        entries.All(entry => entry.Kind.Reservations.Equals(entries[0].Kind.Reservations))
            ? null
            : $"Mixed reservations are not supported: {string.Join("; ", entries)}";

    private static ResourceBag Unreserved(IEnumerable<ResourceEntry> entries) =>
        ResourceBag.Of([.. entries.Select(entry => entry with { Kind = WithoutReservations(entry.Kind) })]);

    private static ResourceKind WithoutReservations(ResourceKind kind)
    {
        while (kind.IsReserved)
        {
            kind = kind.WithoutTopReservation();
        }

        return kind;
    }

    private static bool IsDynamic(ResourceEntry entry) => entry.Kind.Reservations.Top is { Type: ReservationType.Dynamic };
}
