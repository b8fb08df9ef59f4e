using System.Globalization;
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
    public static async Task ToggleLoggingAsync(HttpContext context, RunningMaster master)
    {
        var level = context.Request.Query["level"].ToString();
        var duration = context.Request.Query["duration"].ToString();
        var (status, text) = (level.Length, duration.Length) switch
        {
            (0, 0) => (StatusCodes.Status200OK, master.Verbosity.Verbosity.ToString(CultureInfo.InvariantCulture) + "\n"),
            (_, 0) => (StatusCodes.Status400BadRequest, "Expecting 'duration=value' in query.\n"),
            (0, _) => (StatusCodes.Status400BadRequest, "Expecting 'level=value' in query.\n"),
            _ => Toggle(master, level, duration),
        };
        await context.Response.WriteTextAsync(status, text);
    }

    public static Task SystemAsync(HttpContext context, RunningMaster master) => ReadEndpoint.SendAsync(context, json =>
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
    public static Task HelpAsync(HttpContext context, RunningMaster master) => context.Response.WriteTextAsync(StatusCodes.Status200OK,
        "Endpoints of this master, each also below /master:\n\n"
        + string.Concat(MasterRouter.Paths.Order(StringComparer.Ordinal).Select(path => $"  {path}\n"))
        + "\nThe scheduler API and the operator API are those of Mesos v1.\n");

    private static (int Status, string Text) Toggle(RunningMaster master, string level, string duration)
    {
        if (!int.TryParse(level, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var verbosity))
        {
            return (StatusCodes.Status400BadRequest, $"Failed to convert '{level}' to number.\n");
        }
        if (verbosity < 0)
        {
            return (StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture, $"Invalid level '{verbosity}'.\n"));
        }
        if (!DurationText.TryParse(duration, out var time, out var wrong))
        {
            return (StatusCodes.Status400BadRequest, wrong + ".\n");
        }
        master.Verbosity.Set(verbosity, time);
        return (StatusCodes.Status200OK, "");
    }
}
