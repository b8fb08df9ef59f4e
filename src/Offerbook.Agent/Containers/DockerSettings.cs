using Offerbook.Agent.Operations;

namespace Offerbook.Agent.Containers;

/// <summary>
/// What a container that a Docker engine runs needs besides what every container does. Names and values as frameworks gave them, already
/// checked.
/// </summary>
/// <param name="Image">With tag or digest, or without: then the engine takes <c>latest</c>.</param>
public sealed record DockerSettings(string Image)
{
    /// <summary>Pull even if the image is there.</summary>
    public bool ForcePull { get; init; }

    public bool Privileged { get; init; }

    /// <summary>
    /// A name or number that the image knows; null: the image's own. The framework's user is a user of hosts, not of images.
    /// </summary>
    public string? User { get; init; }

    public string? Hostname { get; init; }

    public DockerNetwork Network { get; init; } = new DockerNetwork.Host();

    public IReadOnlyList<DockerPort> Ports { get; init; } = [];

    public IReadOnlyList<DockerMount> Mounts { get; init; } = [];

    /// <summary>Options of Docker's command line, each known to <c>DockerParameters</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>Graphics processors that the engine is asked for.</summary>
    public int Gpus { get; init; }

    /// <summary>Made by the agent itself, and does nothing but hold what the containers of a pod share.</summary>
    public bool IsHolder { get; init; }

    /// <summary>
    /// Begins in the sandbox if the image names no directory, as images did in the original's own containers; else in the image's or in
    /// <c>/</c>.
    /// </summary>
    public bool BeginsInSandbox { get; init; }
}

public abstract record DockerNetwork
{
    private DockerNetwork()
    {
    }

    /// <summary>The agent's own.</summary>
    public sealed record Host : DockerNetwork;

    /// <summary>The engine's default bridge.</summary>
    public sealed record Bridge : DockerNetwork;

    /// <summary>Loopback alone.</summary>
    public sealed record None : DockerNetwork;

    /// <summary>One that somebody made in the engine before.</summary>
    public sealed record Named(string Name) : DockerNetwork;
}

/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
public sealed record DockerPort(int HostPort, int ContainerPort, string Protocol);

/// <param name="ContainerPath">Absolute, or relative to the sandbox.</param>
public sealed record DockerMount(string ContainerPath, DockerMountSource Source, bool ReadOnly);

/// <summary>What a container sees at a path of its own.</summary>
public abstract record DockerMountSource
{
    private DockerMountSource()
    {
    }

    /// <param name="Path">Absolute; a directory is made when there is nothing.</param>
    /// <param name="Propagation">As the engine calls it (<c>rslave</c>, <c>rshared</c>); null: mounts made later are not seen.</param>
    public sealed record HostPath(string Path, string? Propagation = null) : DockerMountSource;

    /// <param name="Path">Relative to the container's own sandbox; a directory is made when there is nothing.</param>
    public sealed record InSandbox(string Path) : DockerMountSource;

    /// <summary>A directory in the sandbox of the container around it: the pod's. Made when it is not there.</summary>
    /// <param name="Path">Relative to that sandbox.</param>
    public sealed record InSandboxAround(string Path) : DockerMountSource;

    public sealed record Persistent(VolumePath Volume) : DockerMountSource;

    /// <summary>A volume that the engine or a driver of its keeps.</summary>
    /// <param name="Name">Null: a new one that goes with the container.</param>
    /// <param name="Driver">Null: the engine's own.</param>
    public sealed record EngineVolume(string? Name, string? Driver,
        IReadOnlyList<KeyValuePair<string, string>> Options) : DockerMountSource;
}
