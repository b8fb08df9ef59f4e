using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Health;

/// <summary>
/// Where a check of an instance is to be asked: the agent's host and a host port, or the container's own address and port.
/// </summary>
internal static class ProbeTarget
{
    /// <returns>Null when the instance has no such port.</returns>
    public static HealthProbe? Of(AppDefinition app, HealthCheck check, Instance instance)
    {
        if (Locate(app, instance, check.Port, check.PortIndex) is not { } at)
        {
            return null;
        }
        var timeout = TimeSpan.FromSeconds(check.TimeoutSeconds);
        return check.Protocol == HealthProtocol.Tcp
            ? new HealthProbe.Tcp(at.Host, at.Port, timeout)
            : new HealthProbe.Http(at.Host, at.Port, timeout, check.Protocol == HealthProtocol.Https, check.Path ?? "/");
    }

    public static HealthProbe? Of(AppDefinition app, ReadinessCheck check, Instance instance)
    {
        var names = app.IsHostNetworking ? app.PortDefinitions.Select(port => port.Name) : app.PortMappings.Select(mapping => mapping.Name);
        var index = names.ToList().IndexOf(check.PortName);
        return index >= 0 && Locate(app, instance, null, index) is { } at
            ? new HealthProbe.Http(at.Host, at.Port, TimeSpan.FromSeconds(check.TimeoutSeconds), check.Protocol == HttpScheme.Https,
                check.Path)
            : null;
    }

    private static (string Host, int Port)? Locate(AppDefinition app, Instance instance, int? port, int? portIndex)
    {
        if (instance.Placement is not { } placement)
        {
            return null;
        }
        if (port is { } number)
        {
            return (app.IsHostNetworking ? placement.Host : ContainerAddress(instance) ?? placement.Host, number);
        }
        var index = portIndex ?? 0;
        if (index < placement.HostPorts.Count && placement.HostPorts[index] is { } hostPort)
        {
            return (placement.Host, hostPort);
        }
        return index < app.PortMappings.Count && ContainerAddress(instance) is { } address
            ? (address, app.PortMappings[index].ContainerPort) : null;
    }

    private static string? ContainerAddress(Instance instance) => instance.Addresses.Count > 0 ? instance.Addresses[0].Address : null;
}
