using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Reading;

public static class NetworkReader
{
    public const int MaxPort = 65_535;

    public static Network ReadNetwork(ObjectReader network) => new(
        network.Choice("mode", EnumTexts.NetworkModes) ?? NetworkMode.Container,
        network.Text("name", minLength: 1, maxLength: 63, pattern: Patterns.NetworkName),
        network.TextMap("labels") ?? ValueMap<string>.Empty);

    public static PortDefinition ReadPortDefinition(ObjectReader port) => new(
        port.Int("port", max: MaxPort) ?? 0,
        ReadProtocol(port),
        ReadPortName(port),
        port.TextMap("labels") ?? ValueMap<string>.Empty);

    public static PortMapping ReadPortMapping(ObjectReader mapping) => new(
        mapping.Int("containerPort", max: MaxPort) ?? 0,
        mapping.Int("hostPort", max: MaxPort),
        mapping.Int("servicePort", max: MaxPort) ?? 0,
        ReadProtocol(mapping),
        ReadPortName(mapping),
        mapping.TextMap("labels") ?? ValueMap<string>.Empty,
        mapping.Texts("networkNames") ?? []);

    /// <summary>The deprecated way to ask for a container network.</summary>
    public static IpAddressDraft ReadIpAddress(ObjectReader address)
    {
        address.Texts("groups");
        return new IpAddressDraft(
            address.Text("networkName", minLength: 1),
            address.TextMap("labels") ?? ValueMap<string>.Empty,
            address.Object("discovery", discovery => discovery.Objects("ports", ReadDiscoveryPort) ?? []));
    }

    private static PortMapping ReadDiscoveryPort(ObjectReader port) => PortMapping.Default with
    {
        ContainerPort = port.Int("number", max: MaxPort) ?? 0,
        Name = port.Required("name", ReadPortName(port), ""),
        Protocol = ReadProtocol(port),
        Labels = port.TextMap("labels") ?? ValueMap<string>.Empty,
    };

    private static NetworkProtocol ReadProtocol(ObjectReader port) => port.Choice("protocol", EnumTexts.Protocols) ?? NetworkProtocol.Tcp;

    private static string? ReadPortName(ObjectReader port) => port.Text("name", minLength: 1, pattern: Patterns.Name);
}
