using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Drafts;

/// <summary>Networks, container and ports of an app, which only make sense together.</summary>
public sealed record NetworkAssembly(ValueList<Network> Networks, Container? Container, ValueList<PortDefinition> PortDefinitions)
{
    public bool IsHost => Networks.All(network => network.Mode == NetworkMode.Host);

    /// <summary>
    /// Ports that the draft does not give are kept only while the kind of networking stays; else they mean something else.
    /// </summary>
    public static NetworkAssembly Assemble(AppDraft draft, AppDefinition? existing, DraftContext context, PathErrors errors)
    {
        var networks = (draft.Networks ?? existing?.Networks) is { Count: > 0 } given
            ? given.Select(network => Named(network, context)).ToValueList()
            : [Network.Host];
        var isHost = networks.All(network => network.Mode == NetworkMode.Host);
        var kept = existing is not null && existing.IsHostNetworking == isHost ? existing : null;

        var container = draft.Container?.Container ?? existing?.Container;
        var hasMappings = draft.Container?.HasPortMappings ?? kept?.Container is not null;
        if (isHost)
        {
            CheckHostPorts(draft, context, errors);
            var definitions = draft.PortDefinitions ?? kept?.PortDefinitions ?? [PortDefinition.Default];
            return new NetworkAssembly(networks, container is null ? null : container with { PortMappings = [] }, definitions);
        }
        if (draft.PortDefinitions is { Count: > 0 })
        {
            errors.Add(context.Path, "portDefinitions are only allowed with host-networking");
        }
        container ??= AppAssembly.ImagelessContainer;
        var mappings = hasMappings ? container.PortMappings : [PortMapping.Default];
        var isBridge = networks.Any(network => network.Mode == NetworkMode.ContainerBridge);
        return new NetworkAssembly(networks,
            container with { PortMappings = isBridge ? mappings.Select(WithHostPort).ToValueList() : mappings }, []);
    }

    private static void CheckHostPorts(AppDraft draft, DraftContext context, PathErrors errors)
    {
        if (draft.Container is { Container.PortMappings.Count: > 0 })
        {
            errors.Add(context.Path, "portMappings are not allowed with host-networking");
        }
    }

    private static PortMapping WithHostPort(PortMapping mapping) => mapping with { HostPort = mapping.HostPort ?? 0 };

    private static Network Named(Network network, DraftContext context) =>
        network is { Mode: NetworkMode.Container, Name: null } ? network with { Name = context.Settings.DefaultNetworkName } : network;
}
