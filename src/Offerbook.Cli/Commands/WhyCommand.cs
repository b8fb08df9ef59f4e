using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary>
/// <c>offerbook why</c>: what keeps each agent from a framework in a role, or with an app what keeps that from being where it shall be.
/// </summary>
internal static class WhyCommand
{
    public static Command Create()
    {
        var app = new Argument<string?>("app") { Description = "An app: tell why it waits instead", Arity = ArgumentArity.ZeroOrOne };
        var framework =
            new Option<string?>("--framework") { Description = "The framework's id or name; without it, whoever is in the role" };
        var role = new Option<string?>("--role") { Description = "The role; may be left out if the framework has only one" };
        var agent = new Option<string?>("--agent") { Description = "Only this agent: its id or its host" };
        var agents = new Option<bool>("--agents") { Description = "List the agents with their reasons, not only the summary" };
        var limit = new Option<int>("--limit") { Description = "List at most so many agents (1 to 1000)", DefaultValueFactory = _ => 100 };
        var cursor = new Option<string?>("--cursor") { Description = "Go on where the page before ended" };
        var (master, apps, json) = (EndpointOption.Master(), EndpointOption.Apps(), Common.Json());
        var command = new Command("why", "Show why an app waits, or why agents are not offered to a framework in a role")
        {
            app, apps.Option, framework, role, agent, agents, limit, cursor, master.Option, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(app) is { } id)
            {
                using var appsClient = new ApiClient(apps.Resolve(parsed));
                return await AppWaits.ShowAsync(appsClient, id, parsed.GetValue(json), cancellation);
            }
            var query = new[]
            {
                ("framework", parsed.GetValue(framework)), ("role", parsed.GetValue(role)), ("agent", parsed.GetValue(agent)),
                ("limit", parsed.GetValue(limit).ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("cursor", parsed.GetValue(cursor)),
            };
            using var client = new ApiClient(master.Resolve(parsed));
            var answer = await client.RequireAsync(HttpMethod.Get, BookQuery.Path("why", query), null, cancellation);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(answer);
            }
            else
            {
                Print(answer, parsed.GetValue(agents) || parsed.GetValue(agent) is not null || parsed.GetValue(cursor) is not null);
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static void Print(JToken answer, bool agents)
    {
        foreach (var reason in answer["general"]!)
        {
            Console.Out.WriteLine($"for all agents: {Text(reason)}");
        }
        if (answer["summary"] is { } summary)
        {
            var groups = Common.NewTable("AGENTS", "FREE", "REASONS", "FOR INSTANCE");
            foreach (var group in summary["groups"]!)
            {
                var names = group["reasons"]!.Select(reason => Words((string)reason!));
                groups.Row(group["agents"], BookQuery.Amounts(group["free"]), string.Join(", ", names),
                    string.Join(", ", group["hostnames"]!));
            }
            Common.PrintTable(groups);
            Console.Out.WriteLine();
            var reasons = Common.NewTable("AGENTS", "REASON", "AMOUNT");
            foreach (var reason in summary["reasons"]!)
            {
                reasons.Row(reason["agents"], Text(reason), BookQuery.Amounts(reason["amount"]));
            }
            Common.PrintTable(reasons);
        }
        if (!agents)
        {
            return;
        }
        Console.Out.WriteLine();
        var table = Common.NewTable("HOST", "FREE", "REASONS");
        foreach (var agent in answer["agents"]!)
        {
            table.Row(agent["hostname"], BookQuery.Amounts(agent["free"]), string.Join("; ", agent["reasons"]!.Select(Text)));
        }
        Common.PrintTable(table);
        if ((string?)answer["next_cursor"] is { } next)
        {
            Console.Error.WriteLine($"there are more: --cursor {next}");
        }
    }

    /// <summary>A reason with its numbers in a few words.</summary>
    private static string Text(JToken reason)
    {
        var name = (string)reason["reason"]!;
        return name switch
        {
            "held_by" => $"held by {reason["framework_name"] ?? reason["framework_id"]} in {reason["role"]}" + Parts(reason),
            "reserved_to" => $"reserved to {reason["role"]}",
            "quota_limit" => $"quota of {reason["role"]}: {reason["consumed"]} of {reason["limit"]} {reason["resource"]} consumed",
            "headroom" => $"headroom: {reason["required"]} {reason["resource"]} kept for guarantees of {reason["available"]} free",
            "too_many_offers" => $"sits on {reason["offers"]} offers",
            "refused" or "refused_lately" =>
                (reason["until"] ?? reason["first_until"]) is { } until ? $"{Words(name)} until {BookQuery.Time(until)}" : Words(name),
            "not_its_turn" when (int)reason["roles_before"]! + (int)reason["frameworks_before"]! == 0 => "nobody comes before it",
            "not_its_turn" => $"not its turn: {reason["roles_before"]} roles and {reason["frameworks_before"]} frameworks before it",
            _ when reason["lacks"] is { } lacks => $"{Words(name)}: lacks {string.Join(", ", lacks)}",
            _ => Words(name),
        };
    }

    private static string Parts(JToken reason) => reason["used"] is null ? ""
        : $" ({BookQuery.Amounts(reason["used"])} used, {BookQuery.Amounts(reason["offered"])} offered)";

    private static string Words(string name) => name.Replace('_', ' ');
}
