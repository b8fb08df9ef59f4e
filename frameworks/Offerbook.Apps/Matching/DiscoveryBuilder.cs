using Mesos.V1;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Matching;

/// <summary>What service discovery is told: the app's name and its ports, one entry for each protocol of a port.</summary>
internal static class DiscoveryBuilder
{
    public static DiscoveryInfo Build(AppDefinition app, IReadOnlyList<AssignedPort> ports)
    {
        var discovery = new DiscoveryInfo
        {
            Visibility = DiscoveryInfo.Types.Visibility.Framework,
            Name = TaskBuilder.HostForm(app.Id),
            Ports = new Ports(),
        };
        for (var i = 0; i < ports.Count; i++)
        {
            discovery.Ports.Ports_.Add(app.IsHostNetworking
                ? PortsOf(app.PortDefinitions[i].Name, app.PortDefinitions[i].Protocol, app.PortDefinitions[i].Labels,
                    ports[i].HostPort!.Value, "host")
                : PortsOf(app.PortMappings[i].Name, app.PortMappings[i].Protocol, app.PortMappings[i].Labels,
                    app.PortMappings[i].HostPort is null
                    ? ports[i].ContainerPort
                    : ports[i].Effective, app.PortMappings[i].HostPort is null ? "container" : "host"));
        }
        return discovery;
    }

    public static IEnumerable<string> NamesOf(NetworkProtocol protocol) => protocol switch
    {
        NetworkProtocol.Udp => ["udp"],
        NetworkProtocol.UdpTcp => ["udp", "tcp"],
        _ => ["tcp"],
    };

    private static IEnumerable<Port> PortsOf(string? name, NetworkProtocol protocol, ValueMap<string> labels, int number, string scope)
    {
        foreach (var text in NamesOf(protocol))
        {
            var port = new Port { Number = (uint)number, Protocol = text, Labels = TaskBuilder.Labels(labels) ?? new Labels() };
            port.Labels.Labels_.Add(new Label { Key = "network-scope", Value = scope });
            if (name is not null)
            {
                port.Name = name;
            }
            yield return port;
        }
    }
}
