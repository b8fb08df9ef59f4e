using System.Globalization;
using System.Text;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>
/// The plain text that load balancers read: one line for each app and service port, a TAB after every column.
/// <c>shop_web TAB 10000 TAB host:31000 TAB host:31002 TAB</c>. An app without ports has a space for the port and bare host names.
/// </summary>
internal static class TaskListText
{
    public static QueryParameter ContainerNetworks { get; } = new("containerNetworks", "text",
        "For text/plain: container networks, separated by commas, or *, on which ports are told by the container's address and port");

    /// <summary>JSON wins unless text is named and liked better.</summary>
    public static bool IsWanted(ApiRequest request) =>
        request.Accepts.Names("text/plain") && request.Accepts.Quality("text/plain") > request.Accepts.Quality("application/json");

    public static string Write(AppsView view, IEnumerable<AppDefinition> apps, ApiRequest request)
    {
        var networks = request.Text("containerNetworks")?.Split(',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var text = new StringBuilder();
        foreach (var app in apps)
        {
            var running = view.State.Instances.Of(app.Id).Where(instance => instance.Condition == Condition.Running).ToList();
            var ports = app.ServicePorts.ToList();
            if (ports.Count == 0)
            {
                AppendLine(text, app.Id, " ", running.Select(instance => instance.Placement!.Host));
            }
            for (var i = 0; i < ports.Count; i++)
            {
                AppendLine(text, app.Id, ports[i].ToString(CultureInfo.InvariantCulture),
                    running.Select(instance => Address(view.State.DefinitionOf(instance), instance, i, networks)).OfType<string>());
            }
        }
        return text.ToString();
    }

    /// <summary>
    /// Where one port of an instance is reached: on its host, or on a container network that was asked for. Null: nowhere.
    /// </summary>
    private static string? Address(RunSpec spec, Instance instance, int port, string[] networks)
    {
        if (port < instance.Placement!.HostPorts.Count && instance.Placement.HostPorts[port] is { } number)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{instance.Placement.Host}:{number}");
        }
        if (networks.Length == 0 || spec is not AppDefinition app || port >= app.PortMappings.Count || instance.Addresses.Count == 0)
        {
            return null;
        }
        var mapping = app.PortMappings[port];
        var on = mapping.NetworkNames.Count > 0 ? mapping.NetworkNames : app.Networks.Select(network => network.Name).OfType<string>();
        return networks is ["*"] || on.Intersect(networks, StringComparer.Ordinal).Any()
            ? string.Create(CultureInfo.InvariantCulture, $"{instance.Addresses[0].Address}:{mapping.ContainerPort}")
            : null;
    }

    private static void AppendLine(StringBuilder text, PathId app, string port, IEnumerable<string> addresses)
    {
        text.Append(app.SafeId).Append('\t').Append(port).Append('\t');
        foreach (var address in addresses.Order(StringComparer.Ordinal))
        {
            text.Append(address).Append('\t');
        }
        text.Append('\n');
    }
}
