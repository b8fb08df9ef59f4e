namespace Offerbook.Apps.Specs;

public enum EngineType
{
    Mesos,
    Docker,
}

/// <param name="Docker">The image; always there for <see cref="EngineType.Docker"/>.</param>
/// <param name="PortMappings">Empty with host networking.</param>
public sealed record Container(
    EngineType Type,
    DockerImage? Docker,
    LinuxInfo? LinuxInfo,
    ValueList<Volume> Volumes,
    ValueList<PortMapping> PortMappings);

/// <param name="PullSecret">Name of the secret with the registry's credentials.</param>
public sealed record DockerImage(
    string Image,
    bool ForcePullImage,
    bool Privileged,
    ValueList<DockerParameter> Parameters,
    string? PullSecret);

public sealed record DockerParameter(string Key, string Value);

public sealed record LinuxInfo(Seccomp? Seccomp, IpcInfo? IpcInfo);

public sealed record Seccomp(string? ProfileName, bool Unconfined);

public enum IpcMode
{
    Private,
    ShareParent,
}

/// <param name="ShmSize">MiB.</param>
public sealed record IpcInfo(IpcMode Mode, int? ShmSize);
