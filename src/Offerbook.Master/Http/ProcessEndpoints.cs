using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.Metrics;
using Offerbook.Master.Operator;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>Endpoints about the master's process: /logging/toggle, /system/stats.json, /help.</summary>
internal static class ProcessEndpoints
{
    /// <summary>Without a query tells the verbosity of the log; <c>?level=2&amp;duration=10mins</c> changes it for that time.</summary>
    public static async Task ToggleLoggingAsync(HttpContext context, MasterProcess master)
    {
        var (status, text) = LoggingToggle.Answer(master.Verbosity, context.Request.Query["level"].ToString(),
            context.Request.Query["duration"].ToString());
        await context.Response.WriteTextAsync(status, text);
    }

    public static Task SystemAsync(HttpContext context, MasterProcess master) => ReadEndpoint.SendAsync(context, json =>
    {
        json.BeginObject();
        foreach (var (name, value) in SystemMetrics.Read()
            .Select(pair => (Name: pair.Name.StartsWith("load_", StringComparison.Ordinal) ? "avg_" + pair.Name : pair.Name, pair.Value))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            json.Named(name).Double(value);
        }
        json.EndObject();
    });

    /// <summary>Names the endpoints; what they do is in the documents.</summary>
    public static Task HelpAsync(HttpContext context, MasterProcess master) => context.Response.WriteTextAsync(StatusCodes.Status200OK,
        "Endpoints of this master, each also below /master:\n\n"
        + string.Concat(MasterRouter.Paths.Order(StringComparer.Ordinal).Select(path => $"  {path}\n"))
        + "\nThe scheduler API and the operator API are those of Mesos v1.\n");
}
