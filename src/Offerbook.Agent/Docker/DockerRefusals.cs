using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Resources;
using NetworkMode = Mesos.V1.ContainerInfo.Types.DockerInfo.Types.Network;

namespace Offerbook.Agent.Docker;

/// <summary>
/// What a container from an image cannot have, in words that continue "This agent cannot run the task: ". Collects everything, so
/// that a framework mends it in one go. What an engine refuses (an image that is not there, a driver it lacks) it says itself.
/// </summary>
internal static class DockerRefusals
{
    /// <param name="isNested">Whether there is a container around it.</param>
    public static IEnumerable<string> Of(ContainerInfo container, CommandInfo? command, IEnumerable<Resource> resources, bool isNested)
    {
        var bag = ResourceReader.Read(resources).Bag;
        return OfImage(container).Concat(OfCommand(command)).Concat(OfNetwork(container, bag)).Concat(OfParameters(container))
            .Concat(DockerMounts.Problems(container, bag, isNested));
    }

    private static IEnumerable<string> OfImage(ContainerInfo container)
    {
        if (container.Type == ContainerInfo.Types.Type.Docker)
        {
            if (container.Docker is null)
            {
                yield return "its container is of type DOCKER and has no 'docker'";
            }
            else if (!IsName(container.Docker.Image))
            {
                yield return $"its image '{container.Docker.Image}' is no name of an image";
            }
        }
        else if (container.Mesos.Image is { } image)
        {
            if (image.Type != Image.Types.Type.Docker || image.Docker is null)
            {
                yield return $"its image is of type {image.Type}, and only images of type DOCKER are supported";
            }
            else if (!IsName(image.Docker.Name))
            {
                yield return $"its image '{image.Docker.Name}' is no name of an image";
            }
            else if (image.Docker.Config is not null)
            {
                yield return "its image brings a configuration as a secret, which is not supported (put .docker/config.json into the sandbox with a URI)";
            }
        }
    }

    private static IEnumerable<string> OfCommand(CommandInfo? command)
    {
        if (command is { Shell: true } && (!command.HasValue || command.Value.Length == 0))
        {
            yield return "its command is one for a shell and has no value (set shell to false to run what the image says)";
        }
    }

    private static IEnumerable<string> OfNetwork(ContainerInfo container, ResourceBag bag)
    {
        var infos = container.NetworkInfos;
        if (container.Docker is { } docker && container.Type == ContainerInfo.Types.Type.Docker)
        {
            var mode = docker.HasNetwork ? docker.Network : NetworkMode.Host;
            if (mode == NetworkMode.User && (infos.Count == 0 || infos[0].Name.Length == 0))
            {
                yield return "its network is USER and no network is named in network_infos";
            }
            if (infos.Count > 1)
            {
                yield return "Only a single network can be defined in Docker run";
            }
            if (docker.PortMappings.Count > 0 && mode is NetworkMode.Host or NetworkMode.None)
            {
                yield return "Port mappings are only supported for bridge and user-defined networks";
            }
            if (container.Hostname.Length > 0 && mode == NetworkMode.Host)
            {
                yield return "Unable to set hostname with host network mode";
            }
            foreach (var port in docker.PortMappings)
            {
                if (PortProblem(bag, port.HostPort, port.ContainerPort, port.Protocol) is { } problem)
                {
                    yield return problem;
                }
            }
            yield break;
        }
        var named = infos.Where(info => info.Name.Length > 0).ToList();
        if (named.Count > 1)
        {
            yield return "it joins more than one network, and a container from an image joins one";
        }
        if (named.Count == 0 && container.Hostname.Length > 0)
        {
            yield return "Unable to set hostname with host network mode";
        }
        foreach (var problem in infos.SelectMany(info => OfMappings(info, bag)))
        {
            yield return problem;
        }
    }

    /// <summary>What is wrong with the ports that are mapped into a network.</summary>
    public static IEnumerable<string> OfMappings(NetworkInfo info, ResourceBag bag)
    {
        if (info.PortMappings.Count > 0 && info.Name.Length == 0)
        {
            yield return "Port mappings are only supported for bridge and user-defined networks";
        }
        foreach (var port in info.PortMappings)
        {
            if (PortProblem(bag, port.HostPort, port.ContainerPort, port.Protocol) is { } problem)
            {
                yield return problem;
            }
        }
    }

    private static string? PortProblem(ResourceBag bag, uint host, uint container, string protocol) =>
        (host, container, protocol.ToLowerInvariant()) switch
    {
        (> ushort.MaxValue, _, _) or (_, 0 or > ushort.MaxValue, _) => $"it maps port {host} to {container}, and ports go from 1 to 65535",
        (_, _, not ("" or "tcp" or "udp" or "sctp")) =>
            $"it maps port {host} for protocol '{protocol}', and only tcp, udp and sctp are known",
        _ when !DockerResources.HasPort(bag, host) => $"Port [{host}] not included in resources",
        _ => null,
    };

    private static IEnumerable<string> OfParameters(ContainerInfo container) =>
        container.Type == ContainerInfo.Types.Type.Docker
            ? (container.Docker?.Parameters ?? []).Select(parameter => DockerParameters.Problem(parameter.Key, parameter.Value))
                .OfType<string>()
            : [];

    /// <summary>It becomes part of a request's address; the engine knows the fine rules.</summary>
    private static bool IsName(string image) =>
        image.Length is > 0 and <= 1024 && !image.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '?' or '#' or '%');
}
