using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Drafts;

/// <summary>
/// Rewrites what older clients still send into today's members: <c>ports</c> → port definitions, <c>uris</c> → fetch,
/// <c>container.docker.network</c> and <c>ipAddress</c> → networks, <c>container.docker.portMappings</c> → the container's.
/// Never written again.
/// </summary>
public static class LegacyMembers
{
    /// <summary>What the fetcher unpacks when asked the old way, where one could not say.</summary>
    private static readonly string[] Archives =
        [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip"];

    public static AppDraft Rewrite(AppDraft draft, string path, PathErrors errors)
    {
        Check(draft, path, errors);
        return RewriteNetworking(RewritePorts(RewriteUris(draft)));
    }

    private static void Check(AppDraft draft, string path, PathErrors errors)
    {
        if (draft.Container is { } container)
        {
            CheckContainer(container, path + "/container/docker", errors);
        }
        if (draft.Uris is { Count: > 0 } && draft.Fetch is { Count: > 0 })
        {
            errors.Add(path + "/uris", "may not be set in conjunction with fetch");
        }
        if (draft.Container?.DockerNetwork is not null && draft.Networks is { Count: > 0 })
        {
            errors.Add(path, "must not specify both container.docker.network and networks");
        }
        if (draft.IpAddress is not null && draft.Networks is { Count: > 0 })
        {
            errors.Add(path, "must not specify both networks and ipAddress");
        }
        if (draft.IpAddress?.Ports is not null && draft.Container?.Container.Type == EngineType.Docker)
        {
            errors.Add(path + "/ipAddress", "ipAddress/discovery is not allowed for Docker containers");
        }
        if (draft.IpAddress is not null && (draft.Ports is { Count: > 0 } || draft.PortDefinitions is { Count: > 0 }))
        {
            errors.Add(path, "cannot specify both an IP address and port");
        }
        var ports = draft.Ports?.Cast<int>().ToList();
        if (ports is not null && ports.Where(port => port != 0).Distinct().Count() != ports.Count(port => port != 0))
        {
            errors.Add(path, "ports must be unique");
        }
        if (ports is { Count: > 0 } && draft.PortDefinitions is { Count: > 0 } definitions
            && !definitions.Select(definition => definition.Port).SequenceEqual(ports))
        {
            errors.Add(path, "cannot specify both ports and port definitions");
        }
    }

    private static void CheckContainer(ContainerDraft container, string path, PathErrors errors)
    {
        if (container.HasCredential)
        {
            errors.Add(path + "/credential", "must be empty");
        }
        if (container.DockerPortMappings is not null && container.HasPortMappings)
        {
            errors.Add(path + "/portMappings", "cannot specify both container.portMappings and container.docker.portMappings");
        }
        if (container.DockerNetwork == LegacyDockerNetwork.None)
        {
            errors.Add(path + "/network", "network mode NONE is not supported");
        }
        if (container.Container.Type != EngineType.Mesos)
        {
            return;
        }
        if (container.DockerNetwork is not null)
        {
            errors.Add(path + "/network", "must be empty");
        }
        if (container.Container.Docker is { Parameters.Count: > 0 })
        {
            errors.Add(path + "/parameters", "must be empty");
        }
        if (container.DockerPortMappings is { Count: > 0 })
        {
            errors.Add(path + "/portMappings", "must be empty");
        }
    }

    private static AppDraft RewriteUris(AppDraft draft) => draft.Uris is { Count: > 0 } uris && draft.Fetch is not { Count: > 0 }
        ? draft with { Fetch = uris.Select(uri => new Artifact(uri, IsArchive(uri), false, false, null)).ToValueList(), Uris = null }
        : draft with { Uris = null };

    private static bool IsArchive(string uri) => Archives.Any(extension => uri.EndsWith(extension, StringComparison.Ordinal));

    private static AppDraft RewritePorts(AppDraft draft) => draft with
    {
        PortDefinitions = draft.PortDefinitions
            ?? draft.Ports?.Select(port => new PortDefinition((int)port, NetworkProtocol.Tcp, null, ValueMap<string>.Empty)).ToValueList(),
        Ports = null,
    };

    private static AppDraft RewriteNetworking(AppDraft draft)
    {
        var networks = draft.Container?.DockerNetwork switch
        {
            LegacyDockerNetwork.Host => [Network.Host],
            LegacyDockerNetwork.Bridge => [new Network(NetworkMode.ContainerBridge, null, ValueMap<string>.Empty)],
            LegacyDockerNetwork.User => [ContainerNetwork(draft.IpAddress)],
            _ => draft.IpAddress is null ? draft.Networks : [ContainerNetwork(draft.IpAddress)],
        };
        var container = draft.Container;
        if (container is { HasPortMappings: false, DockerPortMappings: { } mappings }
            && container.DockerNetwork != LegacyDockerNetwork.Host)
        {
            container = container with { Container = container.Container with { PortMappings = mappings }, HasPortMappings = true };
        }
        if (draft.IpAddress?.Ports is { } discovery && container is not { HasPortMappings: true })
        {
            var host = container?.Container ?? AppAssembly.ImagelessContainer;
            container = new ContainerDraft(host with { PortMappings = discovery }, true, null, null, false);
        }
        return draft with
        {
            Networks = networks,
            IpAddress = null,
            Container = container is null ? null : container with { DockerNetwork = null, DockerPortMappings = null },
        };
    }

    private static Network ContainerNetwork(IpAddressDraft? address) =>
        new(NetworkMode.Container, address?.NetworkName, address?.Labels ?? ValueMap<string>.Empty);
}
