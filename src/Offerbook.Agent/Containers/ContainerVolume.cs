using Offerbook.Agent.Operations;
using Offerbook.Agent.Sandbox;

namespace Offerbook.Agent.Containers;

/// <summary>A directory or file outside a container that it sees at a path of its own.</summary>
/// <param name="ContainerPath">Absolute, or relative to the sandbox; without <c>..</c>.</param>
public sealed record ContainerVolume(string ContainerPath, VolumeSource Source, bool ReadOnly = false)
{
    public bool IsAbsolute => ContainerPath.StartsWith('/');
}

/// <summary>What a volume shows.</summary>
public abstract record VolumeSource
{
    private VolumeSource()
    {
    }

    /// <summary>A persistent volume, made by an operation before.</summary>
    /// <param name="IsShared">Several tasks may use it at once: its owner is not changed.</param>
    public sealed record Persistent(VolumePath Volume, bool IsShared = false) : VolumeSource;

    /// <summary>A path of the host.</summary>
    /// <param name="Path">Absolute.</param>
    public sealed record HostPath(string Path) : VolumeSource;

    /// <summary>A file that holds a secret, and that only its user may read.</summary>
    public sealed record Secret(ReadOnlyMemory<byte> Data) : VolumeSource;

    /// <summary>A path in a sandbox, the container's own or that of the container around it; made when it is missing.</summary>
    /// <param name="Path">Relative to that sandbox, without <c>..</c>.</param>
    public sealed record InSandbox(SandboxPath Sandbox, string Path) : VolumeSource;
}
