using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary>
/// <c>offerbook plan FILE</c>: what <c>deploy FILE</c> would do. Exit status 0: nothing; 10: changes, and what would start fits now (or
/// nothing would start); 11: changes whose instances do not all fit now; as for every verb when it cannot tell.
/// </summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var file = new Argument<string>(
            "file") { Description = "An app, a pod, a list of apps or a group as JSON; - reads standard input" };
        var endpoint = EndpointOption.Apps();
        var restart =
            new Option<string?>("--restart") { Description = "always or needed: what differences restart (else as the server has it)" };
        var (force, json) = (Common.Force(), Common.Json());
        var command = new Command("plan", "Show what deploying a document would change, restart and need, without doing it") { file,
            endpoint.Option, restart, force, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var document = Common.ReadDocument(parsed.GetValue(file)!);
            using var apps = new ApiClient(endpoint.Resolve(parsed));
            var query = $"?force={(parsed.GetValue(force) ? "true" : "false")}"
                + (parsed.GetValue(restart) is { } when ? "&restart=" + Uri.EscapeDataString(when) : "");
            var plan = await apps.RequireAsync(HttpMethod.Post, "/offerbook/v1/plan" + query, document, cancellation);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(plan);
            }
            else
            {
                Print(plan);
            }
            return !(bool)plan["changes"]! ? ExitCode.Success : (string?)plan["fit"]!["verdict"] is "no" or "partly"
                ? ExitCode.ChangesWithoutRoom : ExitCode.Changes;
        });
        return command;
    }

    private static void Print(JToken plan)
    {
        if (!(bool)plan["changes"]!)
        {
            Console.Out.WriteLine("nothing would change");
        }
        foreach (var app in plan["apps"]!)
        {
            var (from, to) = (app["instances"]!["from"], app["instances"]!["to"]);
            Console.Out.WriteLine($"{app["change"]} {app["id"]}: instances {from} -> {to}{((bool)app["restarts"]! ? ", restarts" : "")}");
            foreach (var member in app["members"]!.Where(member => (string?)member["member"] != "instances"))
            {
                Console.Out.WriteLine($"  {member["member"]}: {Text(member["from"])} -> {Text(member["to"])}");
            }
        }
        var step = 0;
        foreach (var actions in plan["steps"]!)
        {
            Console.Out.WriteLine(
                $"step {++step}: "
                + string.Join(", ", actions["actions"]!.Select(action => $"{action["action"]} {action["app"] ?? action["pod"]}")));
        }
        foreach (var conflict in plan["conflicts"]!)
        {
            Console.Out.WriteLine($"in the way: deployment {conflict}");
        }
        foreach (var warning in plan["warnings"]!)
        {
            Console.Out.WriteLine($"warning: {warning}");
        }
        var fit = plan["fit"]!;
        foreach (var app in fit["apps"]!)
        {
            Console.Out.WriteLine(Room(app, fit["agents"]!));
            foreach (var offer in app["offers"] ?? new JArray())
            {
                Console.Out.WriteLine($"  {offer["host"]}: {string.Join("; ", offer["reasons"]!.Select(AppWaits.Refusal))}");
            }
        }
        if ((string?)fit["verdict"] == "unknown")
        {
            Console.Out.WriteLine("whether it fits is not known: nothing has been offered");
        }
    }

    /// <summary>What the step starts in all, what of that before old ones go, and whether there is room for that.</summary>
    private static string Room(JToken app, JToken agents)
    {
        var (wanted, later) = ((int)app["wanted"]!, (int?)app["later"] ?? 0);
        var room = $"room for {app["placed"]} of {wanted} instances of {app["id"]} on {agents} agents";
        return later == 0 ? room
            : wanted == 0 ? $"{later} instances of {app["id"]} start as old ones go, in their room"
            : $"{room} beside the old ones; {later} more start as old ones go, in their room";
    }

    private static string Text(JToken? value) => value?.ToString(Newtonsoft.Json.Formatting.None) ?? "(absent)";
}
