using System.Globalization;
using System.Text;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>
/// The plain text that load balancers read: one line for each app and service port, a TAB after every column.
/// <c>shop_web TAB 10000 TAB host:31000 TAB host:31002 TAB</c>. An app without ports has a space for the port and bare host names.
/// </summary>
internal static class TaskListText
{
    /// <summary>JSON wins unless text is asked for and JSON is not.</summary>
    public static bool IsWanted(ApiRequest request)
    {
        var accept = string.Join(',', request.Context.Request.Headers.Accept.OfType<string>());
        return accept.Contains("text/plain", StringComparison.OrdinalIgnoreCase)
            && !accept.Contains("application/json", StringComparison.OrdinalIgnoreCase)
            && !accept.Contains("*/*", StringComparison.Ordinal);
    }

    public static string Write(AppsView view, IEnumerable<AppDefinition> apps)
    {
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
                AppendLine(text, app.Id, ports[i].ToString(CultureInfo.InvariantCulture), running.Select(instance => Address(instance, i)).OfType<string>());
            }
        }
        return text.ToString();
    }

    private static string? Address(Instance instance, int port) =>
        port < instance.Placement!.HostPorts.Count && instance.Placement.HostPorts[port] is { } number
        ? string.Create(CultureInfo.InvariantCulture, $"{instance.Placement.Host}:{number}")
        : null;

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
