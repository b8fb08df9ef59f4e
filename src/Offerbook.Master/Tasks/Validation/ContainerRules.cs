using Mesos.V1;
using SourceType = Mesos.V1.Volume.Types.Source.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>What containers and their volumes may say.</summary>
internal static class ContainerRules
{
    /// <param name="whose"><c>Task</c> or <c>Executor</c>.</param>
    public static string? Validate(ContainerInfo? container, string whose) =>
        container is not null && Validate(container) is { } wrong ? $"{whose}'s `ContainerInfo` is invalid: {wrong}" : null;

    /// <summary>What the container says of sharing its parent's cgroups; true unless it says no.</summary>
    public static bool SharesCgroups(ContainerInfo? container) =>
        container?.LinuxInfo is not { HasShareCgroups: true } linux || linux.ShareCgroups;

    public static bool AsksToShareCgroups(ContainerInfo? container) =>
        container?.LinuxInfo is { HasShareCgroups: true, ShareCgroups: true };

    private static string? Validate(ContainerInfo container)
    {
        foreach (var volume in container.Volumes)
        {
            if (ValidateVolume(volume) is { } wrong)
            {
                return "Invalid volume: " + wrong;
            }
        }
        if (container.Type != ContainerInfo.Types.Type.Docker)
        {
            return null;
        }
        if (container.Docker is null)
        {
            return "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
        }
        return container.Docker.Parameters.Any(parameter => parameter.Key == "name")
            ? "Parameter in DockerInfo must not be 'name'"
            : null;
    }

    private static string? ValidateVolume(Volume volume)
    {
        var sources = (volume.HasHostPath ? 1 : 0) + (volume.Image is null ? 0 : 1) + (volume.Source is null ? 0 : 1);
        if (sources != 1)
        {
            return "Only one of them should be set: 'host_path', 'image' and 'source'";
        }
        if (volume.Source is not { } source)
        {
            return null;
        }
        return source.Type switch
        {
            SourceType.DockerVolume => source.DockerVolume is null ? "'source.docker_volume' is not set for DOCKER_VOLUME volume" : null,
            SourceType.HostPath => source.HostPath is null ? "'source.host_path' is not set for HOST_PATH volume" : null,
            SourceType.SandboxPath => source.SandboxPath is null ? "'source.sandbox_path' is not set for SANDBOX_PATH volume" : null,
            SourceType.Secret => source.Secret is null ? "'source.secret' is not set for SECRET volume" : null,
            SourceType.CsiVolume => source.CsiVolume is null ? "'source.csi_volume' is not set for CSI volume"
                : source.CsiVolume.StaticProvisioning is null ? "'source.csi_volume.static_provisioning' is not set for CSI volume"
                : null,
            _ => "'source.type' is unknown",
        };
    }
}
