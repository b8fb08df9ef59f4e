using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook offers</c>: who was offered what, and what became of it.</summary>
internal static class OffersCommand
{
    private static readonly string[] Filters = ["agent", "framework", "role", "from", "until", "outcome"];

    public static Command Create()
    {
        var options = Filters.Select(name =>
            new Option<string?>("--" + name) { Description = Describe(name), HelpName = name is "from" or "until" ? "time" : name })
            .ToList();
        var limit = new Option<int>("--limit") { Description = "At most so many, newest first (1 to 1000)",
            DefaultValueFactory = _ => 100 };
        var cursor = new Option<string?>("--cursor") { Description = "Go on where the page before ended" };
        var (master, json) = (EndpointOption.Master(), Common.Json());
        var command = new Command("offers", "Show offers: who got them, and what became of them") { limit, cursor, master.Option, json };
        options.ForEach(command.Options.Add);
        command.SetAction(async (parsed, cancellation) =>
        {
            var query = Filters.Zip(options).Select(pair => (pair.First, Value: parsed.GetValue(pair.Second)))
                .Append(("limit", parsed.GetValue(limit).ToString(System.Globalization.CultureInfo.InvariantCulture)))
                .Append(("cursor", parsed.GetValue(cursor)));
            using var client = new ApiClient(master.Resolve(parsed));
            var answer = await client.RequireAsync(HttpMethod.Get, BookQuery.Path("offers", query), null, cancellation);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(answer);
            }
            else
            {
                Print(answer);
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static string Describe(string filter) => filter switch
    {
        "agent" => "Only of this agent: its id or its host",
        "framework" => "Only to this framework: its id or its name",
        "role" => "Only in this role",
        "from" => "Only those that were out at this time or later, as 2026-11-22T10:00:00Z",
        "until" => "Only those that were made by this time",
        _ => "Only with this outcome: outstanding, accepted, declined, timed_out, rescinded or dropped",
    };

    private static void Print(JToken answer)
    {
        var table = Common.NewTable("MADE", "HELD", "HOST", "FRAMEWORK", "ROLE", "RESOURCES", "OUTCOME");
        foreach (var offer in answer["offers"]!)
        {
            table.Row(BookQuery.Time(offer["made_at"]), BookQuery.Seconds(offer["held_seconds"]), offer["hostname"],
                offer["framework_name"], offer["role"],
                BookQuery.Amounts(offer["amounts"]), Outcome(offer));
        }
        Common.PrintTable(table);
        if ((string?)answer["next_cursor"] is { } next)
        {
            Console.Error.WriteLine($"there may be more: --cursor {next}");
        }
    }

    private static string Outcome(JToken offer)
    {
        var outcome = (string)offer["outcome"]!;
        return outcome switch
        {
            "accepted" => $"accepted: {Operations(offer["operations"])}, used {BookQuery.Amounts(offer["used"])}",
            "declined" when offer["refuse_seconds"] is { } seconds => $"declined for {BookQuery.Seconds(seconds)}",
            _ => (string?)offer["reason"] is { } reason ? $"{outcome}: {reason}" : outcome,
        };
    }

    private static string Operations(JToken? operations) => string.Join(", ",
        (operations ?? new JArray()).Select(operation => operation["tasks"] is { } tasks
            ? $"{operation["type"]} of {tasks}" : $"{operation["count"]} {operation["type"]}"));
}
