using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;
using Offerbook.Storage.Formats;

namespace Offerbook.Cli.Commands;

/// <summary>
/// <c>offerbook upgrade</c>: the format level of each part's journal and, with <c>--finish</c>, the last step of an upgrade.
/// </summary>
internal static class UpgradeCommand
{
    private static readonly string[] Parts = ["master", "apps", "batch"];

    public static Command Create()
    {
        var finish = new Option<bool>(
            "--finish") { Description = "Raise the journals to the newest format: programs of the version before cannot lead any more" };
        var force = new Option<bool>("--force") { Description = "Finish although agents are old, or cannot be asked" };
        var only = new Option<string[]>("--part") { Description = "Only this part; may be given several times (else all three)",
            HelpName = "part", DefaultValueFactory = _ => Parts };
        only.AcceptOnlyFromAmong(Parts);
        var (master, apps, batch, json) = (EndpointOption.Master(), EndpointOption.Apps(), EndpointOption.Batch(), Common.Json());
        var command = new Command("upgrade", "Show how far an upgrade has come, or finish it")
        {
            finish, force, only, master.Option, apps.Option, batch.Option, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var asked = Parts.Zip([master, apps, batch]).Where(part => parsed.GetValue(only)!.Contains(part.First)).ToList();
            // All answer before anything is raised.
            var found = new SortedDictionary<string, JToken>(StringComparer.Ordinal);
            foreach (var (part, endpoint) in asked)
            {
                found[part] = await AskAsync(endpoint.Resolve(parsed), HttpMethod.Get, FormatAnswer.Path, cancellation);
            }
            if (parsed.GetValue(finish) && !parsed.GetValue(force) && found.TryGetValue("master", out var led) && !IsFinished(led))
            {
                await OldAgents.RefuseAsync(master.Resolve(parsed), (string)led["build"]!, cancellation);
            }
            foreach (var (part, endpoint) in parsed.GetValue(finish) ? asked.Where(part => !IsFinished(found[part.First])) : [])
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{FormatAnswer.Path}?level={(int)found[part]["newest"]!}");
                found[part] = await AskAsync(endpoint.Resolve(parsed), HttpMethod.Post, path, cancellation);
            }
            Show(asked.ConvertAll(part => (part.First, found[part.First])), parsed.GetValue(json));
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<JToken> AskAsync(Endpoint endpoint, HttpMethod method, string path, CancellationToken cancellation)
    {
        using var client = new ApiClient(endpoint);
        return await client.RequireAsync(method, path, null, cancellation);
    }

    private static bool IsFinished(JToken part) => (int)part["level"]! >= (int)part["newest"]!;

    private static void Show(List<(string Part, JToken Format)> parts, bool asJson)
    {
        if (asJson)
        {
            Common.PrintJson(new JObject(parts.Select(part => new JProperty(part.Part, part.Format))));
            return;
        }
        var table = Common.NewTable("PART", "LEADER'S VERSION", "FORMAT LEVEL", "NEWEST", "UPGRADE");
        foreach (var (part, format) in parts)
        {
            table.Row(part, format["build"], format["level"], format["newest"], IsFinished(format)
                ? "finished" : "open: can go back; finish with --finish");
        }
        Common.PrintTable(table);
    }
}
