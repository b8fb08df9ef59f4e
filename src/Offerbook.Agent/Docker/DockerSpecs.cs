using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Resources;
using NetworkMode = Mesos.V1.ContainerInfo.Types.DockerInfo.Types.Network;

namespace Offerbook.Agent.Docker;

/// <summary>
/// Derives what a Docker engine is to run from what the framework said: containers of type DOCKER, and those of type MESOS with a
/// Docker image. What cannot be is said by <see cref="DockerRefusals"/> before; here it is taken as being right.
/// </summary>
internal static class DockerSpecs
{
    /// <summary>Whether containers like this are run by an engine.</summary>
    public static bool NeedsEngine(ContainerInfo? container) =>
        container is { Type: ContainerInfo.Types.Type.Docker } or { Mesos.Image: not null };

    /// <summary>The same container as one for an engine.</summary>
    public static ContainerSpec Complete(ContainerSpec spec, TaskInfo task)
    {
        var (container, command, bag) = (task.Container, task.Command, ResourceReader.Read(task.Resources).Bag);
        var docker = container.Type == ContainerInfo.Types.Type.Docker
            ? OfDocker(container, container.Docker) : OfImage(container, container.Mesos.Image);
        return spec with
        {
            Command = CommandOf(container.Type, command),
            Volumes = [],
            Docker = docker with
            {
                User = command is { HasUser: true, User.Length: > 0 } ? command.User : null,
                Hostname = container is { HasHostname: true, Hostname.Length: > 0 } ? container.Hostname : null,
                Mounts = [.. DockerMounts.Of(container, bag)],
                Gpus = DockerResources.Gpus(bag),
            },
        };
    }

    /// <summary>
    /// A shell's line is run by the image's <c>/bin/sh</c>. Without a shell, type DOCKER hands value and arguments to the image's
    /// entrypoint, and type MESOS runs the value in its place (arguments[0] being the name it is run under).
    /// </summary>
    private static CommandSpec CommandOf(ContainerInfo.Types.Type type, CommandInfo? command)
    {
        if (command is null)
        {
            return new CommandSpec.OfImage([]);
        }
        if (command.Shell)
        {
            return new CommandSpec.Shell(command.Value);
        }
        var hasValue = command is { HasValue: true, Value.Length: > 0 };
        if (type == ContainerInfo.Types.Type.Docker)
        {
            return new CommandSpec.OfImage(hasValue ? [command.Value, .. command.Arguments] : [.. command.Arguments]);
        }
        return hasValue
            ? new CommandSpec.Program(command.Value, [.. command.Arguments.Skip(1)])
            : new CommandSpec.OfImage([.. command.Arguments.Skip(1)]);
    }

    private static DockerSettings OfDocker(ContainerInfo container, ContainerInfo.Types.DockerInfo docker) => new(docker.Image)
    {
        ForcePull = docker.ForcePullImage,
        Privileged = docker.Privileged,
        Network = docker.Network switch
        {
            NetworkMode.Bridge => new DockerNetwork.Bridge(),
            NetworkMode.None => new DockerNetwork.None(),
            NetworkMode.User => new DockerNetwork.Named(container.NetworkInfos[0].Name),
            _ => new DockerNetwork.Host(),
        },
        Ports = [.. docker.PortMappings.Select(port => Port(port.HostPort, port.ContainerPort, port.Protocol))],
        Parameters = [.. docker.Parameters.Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value))],
    };

    private static DockerSettings OfImage(ContainerInfo container, Image image)
    {
        var network = NetworkOf(container);
        return new DockerSettings(image.Docker.Name)
        {
            ForcePull = !image.Cached,
            Network = network is null ? new DockerNetwork.Host() : new DockerNetwork.Named(network.Name),
            Ports = PortsOf(network),
            BeginsInSandbox = true,
        };
    }

    /// <summary>The network of an engine that a container names; null for the host's.</summary>
    public static NetworkInfo? NetworkOf(ContainerInfo? container) => container?.NetworkInfos.FirstOrDefault(info => info.Name.Length > 0);

    /// <summary>What the engine is to run that a network is held by, on behalf of the containers of a pod.</summary>
    public static DockerSettings Holder(NetworkInfo network) => new("")
    {
        IsHolder = true, Network = new DockerNetwork.Named(network.Name), Ports = PortsOf(network),
    };

    private static List<DockerPort> PortsOf(NetworkInfo? network) =>
        [.. (network?.PortMappings ?? []).Select(port => Port(port.HostPort, port.ContainerPort, port.Protocol))];

    private static DockerPort Port(uint host, uint container, string protocol) =>
        new((int)host, (int)container, protocol.Length == 0 ? "tcp" : protocol.ToLowerInvariant());
}
