using System.Text;
using Mesos.V1;

namespace Offerbook.Resources;

/// <summary>The rules for the resources of any operation.</summary>
internal static class ResourceRules
{
    /// <summary>The longest file name that Linux file systems take: ids of volumes become names of directories.</summary>
    private const int MaxIdLength = 255;

    /// <summary>Reads the resources of an operation, one entry a message.</summary>
    /// <returns>What is wrong with them, or null.</returns>
    public static string? Read(IReadOnlyList<Resource> resources, out IReadOnlyList<ResourceEntry> entries)
    {
        entries = [.. OperationConversions.Entries(resources)];
        if (ResourceReader.Read(resources) is { IsValid: false } reading)
        {
            return "Invalid resources: " + reading.Problems[0];
        }

        if (entries.Count < resources.Count || entries.Count == 0)
        {
            return "Operation contains no resources";
        }

        foreach (var entry in entries)
        {
            if (CheckDisk(entry) is { } problem)
            {
                return "Invalid DiskInfo: " + problem;
            }
        }

        return CheckProviders(entries);
    }

    public static string? CheckRole(ResourceEntry entry, string what, string done, OperationAbilities agent)
    {
        if ((agent & OperationAbilities.HierarchicalRole) == 0 && entry.Kind.ReservationRole is { } role && role.Contains('/'))
        {
            return $"{what} {entry} with reservation for hierarchical role '{role}' cannot be {done} on an agent without HIERARCHICAL_ROLE capability";
        }

        return (agent & OperationAbilities.ReservationRefinement) == 0 && entry.Kind.Reservations.Count > 1
            ? $"{what} {entry} with reservation refinement cannot be {done} on an agent without RESERVATION_REFINEMENT capability"
            : null;
    }

    public static string? CheckSingleRole(IReadOnlyList<ResourceEntry> entries)
    {
        var first = entries[0].Kind.AllocationRole;
        foreach (var entry in entries)
        {
            if (entry.Kind.AllocationRole is not { } role)
            {
                return "The resources are not allocated to a role";
            }

            if (role != first)
            {
                return $"The resources have multiple allocation roles ('{role}' and '{first}') but only one allocation role is allowed";
            }
        }

        return null;
    }

    private static string? CheckProviders(IReadOnlyList<ResourceEntry> entries)
    {
        var providers = entries.Select(entry => entry.Kind.ProviderId).Distinct().ToList();
        return providers.Count == 1 ? null
            : providers.Contains(null) ? "Some resources have a resource provider and some do not"
            : "The resources have multiple resource providers: " + string.Join(", ", providers);
    }

    private static string? CheckDisk(ResourceEntry entry)
    {
        if (entry.Kind.Disk is not { } disk)
        {
            return null;
        }

        if (disk.PersistenceId is not { } id)
        {
            return disk.HasVolume ? "Non-persistent volume not supported" : disk.Source is null ? "DiskInfo is set but empty" : null;
        }

        if (!entry.Kind.IsReserved)
        {
            return "Persistent volumes cannot be created from unreserved resources";
        }

        if (!disk.HasVolume)
        {
            return "Expecting 'volume' to be set for persistent volume";
        }

        if (disk.CopyVolume()!.HasHostPath)
        {
            return "Expecting 'host_path' to be unset for persistent volume";
        }

        return CheckId(id) is { } problem ? "Invalid persistence ID for persistent volume: " + problem : null;
    }

    private static string? CheckId(string id)
    {
        if (id.Length == 0)
        {
            return "ID must not be empty";
        }

        if (Encoding.UTF8.GetByteCount(id) > MaxIdLength)
        {
            return $"ID must not be greater than {MaxIdLength} characters";
        }

        if (id is "." or "..")
        {
            return $"'{id}' is disallowed";
        }

        return id.Any(c => char.IsControl(c) || c is '/' or '\\') ? $"'{id}' contains invalid characters" : null;
    }
}
