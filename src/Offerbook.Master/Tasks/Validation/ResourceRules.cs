using Mesos.V1;
using Offerbook.Master.Calls;
using Offerbook.Resources;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>
/// What the resources of a task or an executor may be, and what several of them may be together. The texts are those of the reference.
/// </summary>
internal static class ResourceRules
{
    private const string BadGpus = "The 'gpus' resource must be an unsigned integer";

    /// <summary>
    /// What cannot be a resource at all, anywhere in a launch, refuses the launch as a whole; whole gpus are a matter of each task.
    /// </summary>
    public static string? Unreadable(BagReading reading) =>
        reading.Problems.FirstOrDefault(problem => problem.Reason != BadGpus)?.ToString();

    public static string? Validate(IReadOnlyCollection<Resource> resources, BagReading reading)
    {
        if (Unreadable(reading) is { } unreadable)
        {
            return "Invalid resources: " + unreadable;
        }
        if (!reading.IsValid)
        {
            return $"Invalid 'gpus' resource: {BadGpus}";
        }
        foreach (var resource in resources)
        {
            if (ValidateDisk(resource) is { } wrong)
            {
                return "Invalid DiskInfo: " + wrong;
            }
        }
        return null;
    }

    public static string? ValidateUniqueVolumes(ResourceBag resources)
    {
        var seen = new HashSet<(string? Role, string Id)>();
        foreach (var entry in resources.PersistentVolumes())
        {
            // Copies of one shared volume are one entry, and one volume.
            if (!seen.Add((entry.Kind.ReservationRole, entry.Kind.Disk!.PersistenceId!)))
            {
                return $"Persistence ID '{entry.Kind.Disk.PersistenceId}' is not unique";
            }
        }
        return null;
    }

    public static string? ValidateSingleRole(IEnumerable<Resource> resources)
    {
        string? first = null;
        foreach (var resource in resources)
        {
            if (resource.AllocationInfo is not { HasRole: true } allocation)
            {
                return "The resources are not allocated to a role";
            }
            first ??= allocation.Role;
            if (allocation.Role != first)
            {
                return $"The resources have multiple allocation roles ('{allocation.Role}' and '{first}') but only one allocation role is allowed";
            }
        }
        return null;
    }

    public static string? ValidateRevocable(ResourceBag resources)
    {
        foreach (var entry in resources.Revocable())
        {
            if (!resources.Named(entry.Name).NonRevocable().IsEmpty)
            {
                return $"Cannot use both revocable and non-revocable '{entry.Name}' at the same time";
            }
        }
        return null;
    }

    /// <summary>Whether two of the parts want the same port or the same item of a set. Scalars only add up.</summary>
    public static bool Overlap(params ReadOnlySpan<ResourceBag> parts)
    {
        var taken = ResourceBag.Empty;
        foreach (var part in parts)
        {
            var exclusive = part - part.Scalars();
            if (exclusive - taken != exclusive)
            {
                return true;
            }
            taken += exclusive;
        }
        return false;
    }

    private static string? ValidateDisk(Resource resource)
    {
        if (resource.Disk is not { } disk)
        {
            return null;
        }
        if (disk.Persistence is { } persistence)
        {
            return resource.Revocable is not null ? "Persistent volumes cannot be created from revocable resources"
                : !IsReserved(resource) ? "Persistent volumes cannot be created from unreserved resources"
                : disk.Volume is null ? "Expecting 'volume' to be set for persistent volume"
                : disk.Volume.HasHostPath ? "Expecting 'host_path' to be unset for persistent volume"
                : IdentifierRules.Check(persistence.Id) is { } wrong ? "Invalid persistence ID for persistent volume: " + wrong
                : null;
        }
        return disk.Volume is not null ? "Non-persistent volume not supported"
            : disk.Source is null ? "DiskInfo is set but empty"
            : null;
    }

    private static bool IsReserved(Resource resource) =>
        resource.Reservations.Count > 0 || resource.Reservation is not null || (resource.HasRole && resource.Role != RoleName.Default);
}
