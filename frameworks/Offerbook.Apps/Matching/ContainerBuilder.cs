using Mesos.V1;
using Offerbook.Apps.Specs;
using AppNetwork = Offerbook.Apps.Specs.Network;
using AppVolume = Offerbook.Apps.Specs.Volume;
using DockerInfo = Mesos.V1.ContainerInfo.Types.DockerInfo;
using MesosVolume = Mesos.V1.Volume;
using VolumeSource = Mesos.V1.Volume.Types.Source;

namespace Offerbook.Apps.Matching;

/// <summary>The container of a task, passed on to the agent as it was asked for; null when the app asks for none.</summary>
internal static class ContainerBuilder
{
    public static ContainerInfo? Build(LaunchCandidate candidate, IReadOnlyList<AssignedPort> ports, MatchSettings settings)
    {
        var app = candidate.App;
        var container = app.Container ?? (app.Tty == true ? Json.Drafts.AppAssembly.ImagelessContainer : null);
        if (container is null)
        {
            return null;
        }
        var info = new ContainerInfo
        {
            Type = container.Type == EngineType.Docker ? ContainerInfo.Types.Type.Docker : ContainerInfo.Types.Type.Mesos,
            LinuxInfo = LinuxInfoOf(container.LinuxInfo),
        };
        info.Volumes.Add(container.Volumes.Select(volume => VolumeOf(volume, app)).OfType<MesosVolume>());
        if (container.Type == EngineType.Docker)
        {
            info.Docker = Docker(candidate, container, ports);
            info.NetworkInfos.Add(
                app.Networks.Where(network => network.Mode == NetworkMode.Container).Select(network => NetworkOf(network, null)));
        }
        else
        {
            info.Mesos = new ContainerInfo.Types.MesosInfo { Image = container.Docker is null ? null : ImageOf(container.Docker, app) };
            info.NetworkInfos.Add(MesosNetworks(app, ports, settings));
        }
        if (app.Tty == true)
        {
            info.TtyInfo = new TTYInfo();
        }
        return info;
    }

    private static DockerInfo Docker(LaunchCandidate candidate, Container container, IReadOnlyList<AssignedPort> ports)
    {
        var image = container.Docker!;
        var docker = new DockerInfo
        {
            Image = image.Image,
            Privileged = image.Privileged,
            ForcePullImage = image.ForcePullImage,
            Network = candidate.App.Networks[0].Mode switch
            {
                NetworkMode.Host => DockerInfo.Types.Network.Host,
                NetworkMode.ContainerBridge => DockerInfo.Types.Network.Bridge,
                _ => DockerInfo.Types.Network.User,
            },
        };
        docker.Parameters.Add(image.Parameters.Select(parameter => new Parameter { Key = parameter.Key, Value = parameter.Value }));
        docker.Parameters.Add(new Parameter { Key = "label", Value = "MESOS_TASK_ID=" + candidate.TaskId.Value });
        foreach (var (mapping, port) in candidate.App.PortMappings.Zip(ports).Where(pair => pair.Second.HostPort is not null))
        {
            docker.PortMappings.Add(DiscoveryBuilder.NamesOf(mapping.Protocol).Select(protocol => new DockerInfo.Types.PortMapping
            {
                HostPort = (uint)port.HostPort!.Value,
                ContainerPort = (uint)port.ContainerPort,
                Protocol = protocol,
            }));
        }
        return docker;
    }

    private static IEnumerable<NetworkInfo> MesosNetworks(AppDefinition app, IReadOnlyList<AssignedPort> ports, MatchSettings settings)
    {
        foreach (var network in app.Networks.Where(network => network.Mode != NetworkMode.Host))
        {
            var info = NetworkOf(network, network.Mode == NetworkMode.ContainerBridge ? settings.BridgeName : null);
            foreach (var (mapping, port) in app.PortMappings.Zip(ports).Where(pair => pair.Second.HostPort is not null))
            {
                if (mapping.NetworkNames.Count == 0 || mapping.NetworkNames.Contains(network.Name))
                {
                    info.PortMappings.Add(DiscoveryBuilder.NamesOf(mapping.Protocol).Select(protocol => new NetworkInfo.Types.PortMapping
                    {
                        HostPort = (uint)port.HostPort!.Value,
                        ContainerPort = (uint)port.ContainerPort,
                        Protocol = protocol,
                    }));
                }
            }
            yield return info;
        }
    }

    internal static NetworkInfo NetworkOf(AppNetwork network, string? nameOfBridge)
    {
        var info = new NetworkInfo { Labels = TaskBuilder.Labels(network.Labels) };
        if ((network.Name ?? nameOfBridge) is { } name)
        {
            info.Name = name;
        }
        return info;
    }

    private static Image ImageOf(DockerImage image, AppDefinition app) => new()
    {
        Type = Image.Types.Type.Docker,
        Cached = !image.ForcePullImage,
        Docker = new Image.Types.Docker
        {
            Name = image.Image,
            Config = image.PullSecret is null ? null : TaskBuilder.SecretReference(image.PullSecret, app),
        },
    };

    internal static Mesos.V1.LinuxInfo? LinuxInfoOf(Specs.LinuxInfo? linux)
    {
        if (linux is null)
        {
            return null;
        }
        var info = new Mesos.V1.LinuxInfo();
        if (linux.Seccomp is { } seccomp)
        {
            info.Seccomp = new SeccompInfo { Unconfined = seccomp.Unconfined };
            if (seccomp.ProfileName is not null)
            {
                info.Seccomp.ProfileName = seccomp.ProfileName;
            }
        }
        if (linux.IpcInfo is { } ipc)
        {
            info.IpcMode = ipc.Mode == IpcMode.Private
                ? Mesos.V1.LinuxInfo.Types.IpcMode.Private
                : Mesos.V1.LinuxInfo.Types.IpcMode.ShareParent;
            if (ipc.ShmSize is { } size)
            {
                info.ShmSize = (uint)size;
            }
        }
        return info;
    }

    /// <summary>Persistent volumes come with the resources, not with the container.</summary>
    private static MesosVolume? VolumeOf(AppVolume volume, AppDefinition app) => volume switch
    {
        AppVolume.Host host => new MesosVolume { ContainerPath = host.ContainerPath, HostPath = host.HostPath, Mode = ModeOf(host.Mode) },
        AppVolume.Secret secret => new MesosVolume
        {
            ContainerPath = secret.ContainerPath,
            Mode = MesosVolume.Types.Mode.Ro,
            Source = new VolumeSource { Type = VolumeSource.Types.Type.Secret,
                Secret = TaskBuilder.SecretReference(secret.SecretName, app) },
        },
        AppVolume.External external => new MesosVolume
        {
            ContainerPath = external.ContainerPath,
            Mode = ModeOf(external.Mode),
            Source = ExternalVolumeBuilder.SourceOf(external.Info),
        },
        _ => null,
    };

    private static MesosVolume.Types.Mode ModeOf(VolumeMode mode) =>
        mode == VolumeMode.ReadOnly ? MesosVolume.Types.Mode.Ro : MesosVolume.Types.Mode.Rw;
}
