using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

public static class NetworkRules
{
    public static void Check(AppDefinition app, string path, PathErrors errors)
    {
        CheckNetworks(app, path + "/networks", errors);
        CheckPortDefinitions(app.PortDefinitions, path + "/portDefinitions", errors);
        CheckPortMappings(app, path + "/container/portMappings", errors);
        if (app.Container?.Type == EngineType.Docker && app.Networks.Count(network => network.Mode == NetworkMode.Container) > 1)
        {
            errors.Add(path, "may only specify a single container network when using the Docker container engine");
        }
    }

    internal static void CheckNetworks(RunSpec app, string path, PathErrors errors)
    {
        var networks = app.Networks;
        if (networks.Any(network => network.Mode == NetworkMode.Host && (network.Name is not null || network.Labels.Count > 0)))
        {
            errors.Add(path, "Host networks may not have names or labels");
        }
        if (networks.Any(network => network is { Mode: NetworkMode.ContainerBridge, Name: not null }))
        {
            errors.Add(path, "Bridge networks may not have names");
        }
        if (HasDuplicates(networks.Where(network => network.Mode == NetworkMode.Container).Select(network => network.Name ?? "")))
        {
            errors.Add(path, "Duplicate networks are not allowed");
        }
        var modes = networks.Select(network => network.Mode).Distinct().ToList();
        if (modes.Count > 1 || (modes[0] != NetworkMode.Container && networks.Count > 1))
        {
            errors.Add(path, "May specify a single host network, single bridge network, or else 1-to-n container networks");
        }
        if (networks.Any(network => network is { Mode: NetworkMode.Container, Name: null }))
        {
            errors.Add(path, "Network name must be specified when container network is selected.");
        }
    }

    private static void CheckPortDefinitions(ValueList<PortDefinition> ports, string path, PathErrors errors)
    {
        if (HasDuplicates(ports.Select(port => port.Name).OfType<string>()))
        {
            errors.Add(path, "Port names must be unique.");
        }
        if (HasDuplicates(ports.Select(port => port.Port).Where(port => port != 0)))
        {
            errors.Add(path, "Ports must be unique.");
        }
    }

    private static void CheckPortMappings(AppDefinition app, string path, PathErrors errors)
    {
        var mappings = app.PortMappings;
        if (HasDuplicates(mappings.Select(mapping => mapping.Name).OfType<string>()))
        {
            errors.Add(path, "Port names must be unique.");
        }
        var names = app.Networks.Select(network => network.Name).OfType<string>().ToList();
        var isOnSeveral = app.Networks.Count(network => network.Mode == NetworkMode.Container) > 1;
        for (var i = 0; i < mappings.Count; i++)
        {
            if (isOnSeveral && mappings[i].HostPort is not null && mappings[i].NetworkNames.Count != 1)
            {
                errors.Add(path + "(" + i + ")",
                    "networkNames must be a single item list when hostPort is specified and more than 1 container network is defined");
            }
            for (var j = 0; j < mappings[i].NetworkNames.Count; j++)
            {
                if (!names.Contains(mappings[i].NetworkNames[j]))
                {
                    errors.Add(path + "(" + i + ")/networkNames(" + j + ")",
                        $"got {mappings[i].NetworkNames[j]}, expected one of: [{string.Join(", ", names)}]");
                }
            }
        }
    }

    private static bool HasDuplicates<T>(IEnumerable<T> items)
    {
        var seen = new HashSet<T>();
        return items.Any(item => !seen.Add(item));
    }
}
