using Mesos.V1;

namespace Offerbook.Resources;

public enum DiskSourceType
{
    /// <summary>A directory; divisible like any scalar.</summary>
    Path,

    /// <summary>A mounted file system; taken whole or not at all.</summary>
    Mount,

    /// <summary>A block device; taken whole or not at all.</summary>
    Block,

    /// <summary>Unformatted capacity of a provider; divisible unless it has an id.</summary>
    Raw,
}

/// <param name="Root">Of a path or mount source.</param>
public sealed record DiskSource(
    DiskSourceType Type,
    string? Root = null,
    string? Vendor = null,
    string? Id = null,
    LabelSet? Metadata = null,
    string? Profile = null);

/// <summary>
/// What is special about a disk. Two descriptions are equal when source and persistence <b>id</b> are: the volume says how the
/// disk will be mounted and the principal who made it, neither of which makes it another disk.
/// </summary>
public sealed class DiskDescription(DiskSource? source = null, string? persistenceId = null, string? persistencePrincipal = null,
    Volume? volume = null)
    : IEquatable<DiskDescription>
{
    // Messages are mutable: keep and give away copies only.
    private readonly Volume? _volume = volume?.Clone();

    public DiskSource? Source { get; } = source;

    /// <summary>Names a persistent volume, unique per role and agent; null for disk that is not one.</summary>
    public string? PersistenceId { get; } = persistenceId;

    public string? PersistencePrincipal { get; } = persistencePrincipal;

    public string? ContainerPath => _volume?.ContainerPath;

    public bool HasVolume => _volume is not null;

    /// <summary>Never merged or split: mounts, blocks, identified raw disks and persistent volumes.</summary>
    public bool IsExclusive => PersistenceId is not null || Source switch
    {
        { Type: DiskSourceType.Mount or DiskSourceType.Block } => true,
        { Type: DiskSourceType.Raw, Id: not null } => true,
        _ => false,
    };

    public Volume? CopyVolume() => _volume?.Clone();

    public bool Equals(DiskDescription? other) => other is not null && PersistenceId == other.PersistenceId && Equals(Source, other.Source);

    public override bool Equals(object? obj) => Equals(obj as DiskDescription);

    public override int GetHashCode() => HashCode.Combine(Source, PersistenceId);

    /// <summary><c>MOUNT:/mnt/data,id:path</c></summary>
    public override string ToString()
    {
        var source = Source is null ? "" : Source.Type.ToString().ToUpperInvariant() + (Source.Root is null ? "" : ":" + Source.Root);
        if (PersistenceId is null)
        {
            return source;
        }

        return (source.Length == 0 ? "" : source + ",") + PersistenceId + (ContainerPath is null ? "" : ":" + ContainerPath);
    }
}
