using Mesos.V1;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using MesosVolume = Mesos.V1.Volume;
using VolumeSource = Mesos.V1.Volume.Types.Source;

namespace Offerbook.Apps.Pods;

/// <summary>What of a pod is told to the agent's containers: networks to the executor, images, volumes and limits to the tasks.</summary>
internal static class PodContainerBuilder
{
    /// <summary>Null while the pod asks for nothing of its own.</summary>
    public static ContainerInfo? OfExecutor(PodDefinition pod, IReadOnlyList<AssignedPort> ports, MatchSettings settings)
    {
        var linux = ContainerBuilder.LinuxInfoOf(pod.LinuxInfo);
        if (pod.IsHostNetworking && linux is null)
        {
            return null;
        }
        var info = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, LinuxInfo = linux };
        foreach (var network in pod.Networks.Where(network => network.Mode != NetworkMode.Host))
        {
            var wanted = ContainerBuilder.NetworkOf(network, network.Mode == NetworkMode.ContainerBridge ? settings.BridgeName : null);
            foreach (var ((_, endpoint), port) in pod.Endpoints.Zip(ports).Where(pair => pair.Second.HostPort is not null))
            {
                if (endpoint.NetworkNames.Count == 0 || endpoint.NetworkNames.Contains(network.Name))
                {
                    wanted.PortMappings.Add(ProtocolsOf(endpoint).Select(protocol => new NetworkInfo.Types.PortMapping
                    {
                        HostPort = (uint)port.HostPort!.Value,
                        ContainerPort = (uint)port.ContainerPort,
                        Protocol = protocol,
                    }));
                }
            }
            info.NetworkInfos.Add(wanted);
        }
        return info;
    }

    public static ContainerInfo OfTask(PodDefinition pod, PodContainer container)
    {
        var linux = ContainerBuilder.LinuxInfoOf(container.LinuxInfo) ?? new Mesos.V1.LinuxInfo();
        linux.ShareCgroups = pod.LegacySharedCgroups == true;
        var info = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, LinuxInfo = linux };
        info.Volumes.Add(container.VolumeMounts.Select(mount => VolumeOf(pod, mount)).OfType<MesosVolume>());
        if (container.Image is { } image)
        {
            info.Mesos = new ContainerInfo.Types.MesosInfo { Image = ImageOf(image, pod) };
        }
        if (container.Tty == true)
        {
            info.TtyInfo = new TTYInfo();
        }
        return info;
    }

    public static DiscoveryInfo? Discovery(PodDefinition pod, PodContainer container, IReadOnlyList<AssignedPort> ports)
    {
        if (container.Endpoints.Count == 0)
        {
            return null;
        }
        var discovery = new DiscoveryInfo
        {
            Visibility = DiscoveryInfo.Types.Visibility.Framework,
            Name = TaskBuilder.HostForm(pod.Id),
            Ports = new Ports(),
        };
        foreach (var (endpoint, port) in container.Endpoints.Zip(ports))
        {
            foreach (var protocol in ProtocolsOf(endpoint))
            {
                var told = new Port
                {
                    Name = endpoint.Name,
                    Number = (uint)(port.HostPort ?? port.ContainerPort),
                    Protocol = protocol,
                    Labels = TaskBuilder.Labels(endpoint.Labels) ?? new Labels(),
                };
                told.Labels.Labels_.Add(new Label { Key = "network-scope", Value = port.HostPort is null ? "container" : "host" });
                discovery.Ports.Ports_.Add(told);
            }
        }
        return discovery;
    }

    private static IEnumerable<string> ProtocolsOf(PodEndpoint endpoint) => endpoint.Protocols.Count == 0 ? ["tcp"] : endpoint.Protocols;

    private static MesosVolume? VolumeOf(PodDefinition pod, VolumeMount mount)
    {
        var volume = new MesosVolume
        {
            ContainerPath = mount.MountPath,
            Mode = mount.ReadOnly == true ? MesosVolume.Types.Mode.Ro : MesosVolume.Types.Mode.Rw,
        };
        switch (pod.FindVolume(mount.Name))
        {
            case PodVolume.Host host:
                volume.HostPath = host.HostPath;
                return volume;
            case PodVolume.Secret secret:
                volume.Mode = MesosVolume.Types.Mode.Ro;
                volume.Source = new VolumeSource { Type = VolumeSource.Types.Type.Secret,
                    Secret = TaskBuilder.SecretReference(secret.SecretName, pod) };
                return volume;
            case PodVolume.Ephemeral or PodVolume.Persistent:
                // A persistent volume is the executor's, and lies in its sandbox under its name.
                volume.Source = new VolumeSource
                {
                    Type = VolumeSource.Types.Type.SandboxPath,
                    SandboxPath = new VolumeSource.Types.SandboxPath { Type = VolumeSource.Types.SandboxPath.Types.Type.Parent,
                        Path = mount.Name },
                };
                return volume;
            default:
                return null;
        }
    }

    private static Image ImageOf(PodImage image, PodDefinition pod) => new()
    {
        Type = Image.Types.Type.Docker,
        Cached = image.ForcePull != true,
        Docker = new Image.Types.Docker
        {
            Name = image.Id,
            Config = image.PullSecret is null ? null : TaskBuilder.SecretReference(image.PullSecret, pod),
        },
    };
}
