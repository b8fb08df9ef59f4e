using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

/// <summary>What an update may not change once instances hold reservations and volumes: these cannot be resized in place.</summary>
public static class ResidentRules
{
    public static void Check(AppDefinition from, AppDefinition to, bool force, string path, PathErrors errors)
    {
        if (!from.PersistentVolumes.ToValueSet().Equals(to.PersistentVolumes.ToValueSet()))
        {
            errors.Add(path, "Services with persistent volumes configured may not change their persistent volumes.");
            return;
        }
        if (from.Resources != to.Resources || from.RequirePorts != to.RequirePorts || !HostPorts(from).SequenceEqual(HostPorts(to)))
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

    /// <summary>Which host ports, and how many free ones, an instance reserves.</summary>
    private static IEnumerable<int> HostPorts(AppDefinition app) => app.IsHostNetworking
        ? app.PortDefinitions.Select(port => app.RequirePorts ? port.Port : 0)
        : app.PortMappings.Select(mapping => mapping.HostPort).OfType<int>();
}
