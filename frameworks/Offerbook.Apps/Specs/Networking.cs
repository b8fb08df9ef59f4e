namespace Offerbook.Apps.Specs;

public enum NetworkMode
{
    /// <summary>An address of its own on a named container network.</summary>
    Container,

    /// <summary>Behind the agent's bridge, host ports mapped.</summary>
    ContainerBridge,

    /// <summary>The agent's own network: the default.</summary>
    Host,
}

/// <param name="Name">Of a container network; null for host and bridge.</param>
public sealed record Network(NetworkMode Mode, string? Name, ValueMap<string> Labels)
{
    public static Network Host { get; } = new(NetworkMode.Host, null, ValueMap<string>.Empty);
}

public enum NetworkProtocol
{
    Tcp,
    Udp,

    /// <summary>Both, written <c>udp,tcp</c>.</summary>
    UdpTcp,
}

/// <summary>A port of an app with host networking.</summary>
/// <param name="Port">The service port, and with <see cref="AppDefinition.RequirePorts"/> also the host port; 0 asks for a free service
/// port.</param>
public sealed record PortDefinition(int Port, NetworkProtocol Protocol, string? Name, ValueMap<string> Labels)
{
    public static PortDefinition Default { get; } = new(0, NetworkProtocol.Tcp, "default", ValueMap<string>.Empty);
}

/// <summary>A port of an app with container or bridge networking.</summary>
/// <param name="ContainerPort">0 takes the number of the host port.</param>
/// <param name="HostPort">0 takes any offered one; null maps none.</param>
/// <param name="ServicePort">For load balancers to listen on; 0 asks for a free one.</param>
/// <param name="NetworkNames">The networks it is for; empty means all.</param>
public sealed record PortMapping(
    int ContainerPort,
    int? HostPort,
    int ServicePort,
    NetworkProtocol Protocol,
    string? Name,
    ValueMap<string> Labels,
    ValueList<string> NetworkNames)
{
    public static PortMapping Default { get; } =
        new(0, null, 0, NetworkProtocol.Tcp, "default", ValueMap<string>.Empty, ValueList<string>.Empty);
}
