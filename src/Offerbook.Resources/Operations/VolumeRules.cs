using Mesos.V1;
using Operation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Resources;

/// <summary>CREATE and DESTROY.</summary>
internal static class VolumeRules
{
    public static string? Check(Operation.Types.Create create, OperationContext context)
    {
        if (ResourceRules.Read(create.Volumes, out var volumes) is { } invalid)
        {
            return "Invalid resources: " + invalid;
        }

        foreach (var volume in volumes)
        {
            if (CheckVolume(volume) is { } problem)
            {
                return "Not a persistent volume: " + problem;
            }
        }

        if (CheckUnique(context.Checkpointed, volumes) is { } repeated)
        {
            return repeated;
        }

        foreach (var volume in volumes)
        {
            if (CheckAsker(volume, context) is { } problem)
            {
                return problem;
            }
        }

        return context.Framework is not null && ResourceRules.CheckSingleRole(volumes) is { } roles
            ? "Invalid volume resources: " + roles : null;
    }

    public static string? Check(Operation.Types.Destroy destroy, OperationContext context)
    {
        if (ResourceRules.Read(destroy.Volumes, out var volumes) is { } invalid)
        {
            return "Invalid resources: " + invalid;
        }

        foreach (var volume in volumes)
        {
            if (CheckVolume(volume) is { } problem)
            {
                return "Not a persistent volume: " + problem;
            }
        }

        foreach (var volume in volumes)
        {
            var bare = volume with { Kind = volume.Kind.AllocatedTo(null) };
            if (!context.Checkpointed.Contains(bare))
            {
                return "Persistent volumes not found";
            }

            if (context.Used.Any(used => used.Unallocate().Contains(bare)))
            {
                return "Persistent volumes in use";
            }
        }

        return null;
    }

    public static string? CheckVolume(ResourceEntry entry)
    {
        if (entry.Kind.Disk is not { } disk)
        {
            return $"Resource {entry} does not have DiskInfo";
        }

        if (disk.PersistenceId is null)
        {
            return "'persistence' is not set in DiskInfo";
        }

        if (disk.CopyVolume() is not { } volume)
        {
            return "Expecting 'volume' to be set for persistent volume";
        }

        return volume.Mode == Volume.Types.Mode.Ro ? "Read-only persistent volume not supported" : null;
    }

    private static string? CheckUnique(ResourceBag checkpointed, IReadOnlyList<ResourceEntry> volumes)
    {
        var seen = new HashSet<(string?, string)>();
        foreach (var entry in checkpointed.Concat(volumes))
        {
            if (entry.Kind.Disk?.PersistenceId is { } id && !seen.Add((entry.Kind.ReservationRole, id)))
            {
                return $"Persistence ID '{id}' is not unique";
            }
        }

        return null;
    }

    private static string? CheckAsker(ResourceEntry volume, OperationContext context)
    {
        if (context.Framework is { SharedResources: false } framework && volume.Kind.IsShared)
        {
            return $"Create volume operation for '{volume}' has been attempted by framework '{framework.Id}' with no SHARED_RESOURCES capability";
        }

        if (ResourceRules.CheckRole(volume, "Volume", "created", context.Agent) is { } problem)
        {
            return problem;
        }

        var owner = volume.Kind.Disk!.PersistencePrincipal;
        if (context.Principal is not { } principal || owner == principal)
        {
            return null;
        }

        return owner is null
            ? $"Create volume operation attempted by principal '{principal}', but there is a volume in the operation with no principal set in 'disk.persistence'"
            : $"Create volume operation attempted by authenticated principal '{principal}', which does not match a volume in the operation with principal '{owner}' set in 'disk.persistence'";
    }
}
