using Offerbook.Apps.Errors;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

/// <summary>What an update may not change once instances hold reservations and volumes: these cannot be resized in place.</summary>
public static class ResidentRules
{
    public static void Check(RunSpec from, RunSpec to, bool force, string path, PathErrors errors)
    {
        if (!from.VolumeClaims.ToValueSet().Equals(to.VolumeClaims.ToValueSet()))
        {
            errors.Add(path, "Services with persistent volumes configured may not change their persistent volumes.");
            return;
        }
        if (!Reserved(from).Equals(Reserved(to)))
        {
            errors.Add(path, "Services with persistent volumes configured may not change resource requirements. "
                + "Keep cpus, mem, disk, gpus, requirePorts and the host ports, or create a new service.");
        }
        if (from.Role != to.Role && !force)
        {
            errors.Add(path + "/role", "It is not possible to change the role of a resident service unless force=true is given; "
                + "instances that exist keep the old role.");
        }
    }

    /// <summary>What an instance reserves: amounts, which host ports, and how many free ones.</summary>
    private static ValueList<string> Reserved(RunSpec spec) => spec switch
    {
        PodDefinition pod => pod.Containers.Select(container => container.Resources.ToString())
            .Append(pod.EffectiveExecutorResources.ToString())
            .Concat(pod.Endpoints.Select(pair => $"port {pair.Endpoint.HostPort}"))
            .ToValueList(),
        AppDefinition app =>
            HostPorts(app).Select(port => $"port {port}").Append(app.Resources.ToString()).Append("fixed " + app.RequirePorts)
                .ToValueList(),
        _ => [],
    };

    private static IEnumerable<int> HostPorts(AppDefinition app) => app.IsHostNetworking
        ? app.PortDefinitions.Select(port => app.RequirePorts ? port.Port : 0)
        : app.PortMappings.Select(mapping => mapping.HostPort).OfType<int>();
}
