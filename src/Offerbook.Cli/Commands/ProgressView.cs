using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary>
/// Shows how far a deployment is: in a terminal one line that is rewritten, otherwise a plain line whenever something changed.
/// </summary>
internal sealed class ProgressView(ApiClient apps, string deployment, bool quiet)
{
    private readonly bool _terminal = !Console.IsOutputRedirected;
    private string _shown = "";

    public async Task ShowAsync(CancellationToken cancellation)
    {
        if (quiet)
        {
            return;
        }
        var running = await apps.RequireAsync(HttpMethod.Get, "/v2/deployments?embed=progress", null, cancellation) as JArray;
        if (running?.FirstOrDefault(plan => (string?)plan["id"] == deployment) is not { } plan)
        {
            return;
        }
        var list = await apps.RequireAsync(HttpMethod.Get, "/v2/apps", null, cancellation);
        var affected = plan["affectedApps"]?.Values<string>().ToHashSet() ?? [];
        var parts = from app in list["apps"] ?? new JArray()
                    where affected.Contains((string?)app["id"])
                    orderby (string?)app["id"]
                    select Common.HasHealthChecks(app)
                        ? $"{app["id"]} {app["tasksHealthy"]}/{app["instances"]} healthy ({app["tasksRunning"]} running)"
                        : $"{app["id"]} {app["tasksRunning"]}/{app["instances"]} running";
        var state = (string?)plan["state"] is "paused" or "held"
            ? $" {plan["state"]}: offerbook rollout promote {deployment} lets it go on" : "";
        Show($"step {plan["currentStep"]}/{plan["totalSteps"]}{state}  {string.Join("  ", parts)}");
    }

    /// <summary>Ends the rewritten line, so that what follows stands on its own.</summary>
    public void Finish()
    {
        if (_terminal && _shown.Length > 0)
        {
            Console.Out.WriteLine();
        }
    }

    private void Show(string line)
    {
        if (line == _shown)
        {
            return;
        }
        if (_terminal)
        {
            var width = Math.Max(20, Console.WindowWidth - 1);
            Console.Out.Write("\r\e[K" + (line.Length > width ? line[..width] : line));
        }
        else
        {
            Console.Out.WriteLine(line);
        }
        _shown = line;
    }
}
