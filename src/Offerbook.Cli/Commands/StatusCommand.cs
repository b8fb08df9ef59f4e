using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook status [ID]</c>: agents, apps and their tasks, running deployments.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "Only this app, or the apps of this group", Arity = ArgumentArity.ZeroOrOne };
        var (master, appsAt) = (EndpointOption.Master(), EndpointOption.Apps());
        var json = Common.Json();
        var command = new Command("status", "Show agents, apps, tasks and deployments") { id, master.Option, appsAt.Option, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var masterClient = new ApiClient(master.Resolve(parsed));
            using var apps = new ApiClient(appsAt.Resolve(parsed));
            var status = await ReadAsync(masterClient, apps, parsed.GetValue(id), cancellation);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(status);
            }
            else
            {
                Print(status);
            }
            return ExitCode.Success;
        });
        return command;
    }

    public static async Task<JObject> ReadAsync(ApiClient master, ApiClient apps, string? id, CancellationToken cancellation)
    {
        var agents = await master.RequireAsync(HttpMethod.Get, "/slaves", null, cancellation);
        var list = await apps.RequireAsync(HttpMethod.Get, "/v2/apps?embed=apps.tasks", null, cancellation);
        var deployments = await apps.RequireAsync(HttpMethod.Get, "/v2/deployments", null, cancellation);
        var wanted = id is null ? null : Common.AbsoluteId(id);
        var shown = (list["apps"] ?? new JArray())
            .Where(app => wanted is null || (string?)app["id"] == wanted
                || ((string)app["id"]!).StartsWith(wanted.TrimEnd('/') + "/", StringComparison.Ordinal))
            .OrderBy(app => (string?)app["id"], StringComparer.Ordinal)
            .ToList();
        if (wanted is not null && shown.Count == 0)
        {
            throw new CliException(ExitCode.NotFound, $"there is no app or group '{wanted}'", "'offerbook status' without an id shows all");
        }
        return new JObject { ["agents"] = agents["slaves"], ["apps"] = new JArray(shown), ["deployments"] = deployments };
    }

    private static void Print(JObject status)
    {
        var agents = Common.NewTable("AGENT", "HOST", "STATE", "CPUS", "MEM", "DISK");
        foreach (var agent in status["agents"]!)
        {
            agents.Row(agent["id"], $"{agent["hostname"]}:{agent["port"]}", (bool?)agent["active"] == true ? "active" : "inactive",
                Used(agent, "cpus"), Used(agent, "mem"), Used(agent, "disk"));
        }
        Common.PrintTable(agents);
        Console.Out.WriteLine();

        var apps = Common.NewTable("APP", "INSTANCES", "RUNNING", "HEALTHY", "VERSION");
        var tasks = Common.NewTable("TASK", "STATE", "HEALTH", "ADDRESS");
        foreach (var app in status["apps"]!)
        {
            apps.Row(app["id"], app["instances"], app["tasksRunning"], Common.HasHealthChecks(app) ? app["tasksHealthy"] : "-",
                app["version"]);
            foreach (var task in (app["tasks"] ?? new JArray()).OrderBy(task => (string?)task["id"], StringComparer.Ordinal))
            {
                tasks.Row(task["id"], task["state"], Health(task), Address(task));
            }
        }
        Common.PrintTable(apps);
        Console.Out.WriteLine();
        Common.PrintTable(tasks);
        foreach (var plan in status["deployments"]!)
        {
            Console.Out.WriteLine(
                $"\ndeployment {plan["id"]}: step {plan["currentStep"]} of {plan["totalSteps"]}, "
                + string.Join(" ", plan["affectedApps"]!));
        }
    }

    private static string Used(JToken agent, string name) => $"{agent["used_resources"]?[name] ?? 0}/{agent["resources"]?[name] ?? 0}";

    private static string Address(JToken task) => task["ports"]?.First is { } port ? $"{task["host"]}:{port}" : (string?)task["host"] ?? "";

    private static string Health(JToken task)
    {
        var results = task["healthCheckResults"] as JArray;
        return results is null or { Count: 0 } ? "-" : results.All(result => (bool?)result["alive"] == true) ? "healthy" : "unhealthy";
    }
}
