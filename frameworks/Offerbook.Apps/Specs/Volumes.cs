namespace Offerbook.Apps.Specs;

public enum VolumeMode
{
    ReadOnly,
    ReadWrite,
}

/// <summary>Something mounted into a container.</summary>
/// <param name="ContainerPath">Where it appears.</param>
public abstract record Volume
{
    private Volume(string containerPath) => ContainerPath = containerPath;

    public string ContainerPath { get; init; }

    public sealed record Host(string ContainerPath, string HostPath, VolumeMode Mode) : Volume(ContainerPath);

    public sealed record Secret(string ContainerPath, string SecretName) : Volume(ContainerPath);

    /// <summary>Disk that outlives the task: makes the app resident.</summary>
    public sealed record Persistent(string ContainerPath, PersistentVolumeInfo Info, VolumeMode Mode) : Volume(ContainerPath);

    public sealed record External(string ContainerPath, ExternalVolumeInfo Info, VolumeMode Mode) : Volume(ContainerPath);
}

public enum DiskType
{
    Root,
    Path,
    Mount,
}

/// <param name="Type">As written; null is <see cref="DiskType.Root"/>, or <see cref="DiskType.Mount"/> when a profile is named.</param>
/// <param name="Size">MiB.</param>
/// <param name="MaxSize">MiB; only for mount disks.</param>
public sealed record PersistentVolumeInfo(DiskType? Type, long Size, long? MaxSize, string? ProfileName, ValueSet<Constraint> Constraints)
{
    public DiskType EffectiveType => Type ?? (ProfileName is null ? DiskType.Root : DiskType.Mount);
}

public abstract record ExternalVolumeInfo
{
    private ExternalVolumeInfo()
    {
    }

    /// <param name="Size">GiB, as the driver has it.</param>
    /// <param name="Shared">The name may be used by several apps.</param>
    public sealed record Dvdi(string? Name, string? Provider, long? Size, ValueMap<string> Options, bool Shared) : ExternalVolumeInfo;

    public sealed record Csi(
        string Name,
        string PluginName,
        CsiCapability Capability,
        ValueMap<string> NodeStageSecret,
        ValueMap<string> NodePublishSecret,
        ValueMap<string> VolumeContext) : ExternalVolumeInfo;
}

public sealed record CsiCapability(string AccessMode, string AccessType, string? FsType, ValueList<string> MountFlags);
