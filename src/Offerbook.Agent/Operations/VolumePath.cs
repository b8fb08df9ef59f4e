using Offerbook.Resources;

namespace Offerbook.Agent.Operations;

/// <summary>
/// Where a persistent volume lies. The layout is public: <c>volumes/roles/ROLE/ID</c> under the work directory or under the disk
/// that the volume was made of, a slash in the role's name being a space; a mounted disk is the volume as a whole.
/// </summary>
/// <param name="Directory">Absolute, or relative to the work directory.</param>
/// <param name="IsWholeDisk">The directory is a mount: it is there before the volume and stays after it.</param>
public sealed record VolumePath(string Directory, bool IsWholeDisk)
{
    /// <summary>Of a persistent volume that was found to be valid: roles and ids are usable as file names.</summary>
    public static VolumePath Of(ResourceEntry volume)
    {
        var source = volume.Kind.Disk!.Source;
        if (source is { Type: DiskSourceType.Mount, Root: { } mount })
        {
            return new VolumePath(mount, true);
        }
        var role = (volume.Kind.ReservationRole ?? RoleName.Default).Replace('/', ' ');
        var below = $"volumes/roles/{role}/{volume.Kind.Disk.PersistenceId}";
        return new VolumePath(source?.Root is { } root ? $"{root.TrimEnd('/')}/{below}" : below, false);
    }
}
