using System.CommandLine;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook events</c>: follows the events of Apps until it is interrupted or the stream ends.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var apps = new Option<string[]>(
            "--app") { Description = "Only about this app or pod, or with /* at the end about those of a group; may be repeated" };
        var types = new Option<string[]>("--type") { Description = "Only of this type; may be repeated" };
        var label =
            new Option<string?>("--label") { Description = "Only about apps and pods that this selector chooses, such as tier==front" };
        var after = new Option<long?>("--after") { Description = "Go on after the event with this id", HelpName = "id" };
        var snapshot = new Option<bool>("--snapshot") { Description = "Show the state first" };
        var (endpoint, json) = (EndpointOption.Apps(), Common.Json());
        var command = new Command("events", "Follow what happens to apps") { apps, types, label, after, snapshot, endpoint.Option, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var query = parsed.GetValue(apps)!.Select(app => ("app", app))
                .Concat(parsed.GetValue(types)!.Select(type => ("event_type", type)))
                .Concat(parsed.GetValue(label) is { } selector ? [("label", selector)] : [])
                .Concat(parsed.GetValue(after) is { } id
                    ? [("last_event_id", id.ToString(System.Globalization.CultureInfo.InvariantCulture))] : [])
                .Concat(parsed.GetValue(snapshot) ? [("snapshot", "true")] : [])
                .Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}");
            using var client = new ApiClient(endpoint.Resolve(parsed));
            using var events = await client.OpenEventsAsync("/v2/events?" + string.Join('&', query), cancellation);
            await foreach (var happened in events.ReadAsync(cancellation))
            {
                Console.WriteLine(parsed.GetValue(json) ? happened.ToString(Formatting.None) : Describe(happened));
            }
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Time, type, and what tells most: whom it is about, what it is now, why.</summary>
    private static string Describe(JObject happened)
    {
        var subject = happened["appId"] ?? happened["runSpecId"] ?? happened["groupId"] ?? happened["appDefinition"]?["id"]
            ?? happened["app"]?["id"]
            ?? happened["plan"]?["id"] ?? happened["remoteAddress"];
        var actions = string.Join(", ",
            happened["currentStep"]?["actions"]?.Select(action => $"{action["action"]} {action["app"] ?? action["pod"]}") ?? []);
        var parts = new[] { subject, actions, happened["taskId"] ?? happened["instanceId"], happened["taskStatus"]
            ?? happened["condition"], happened["reason"], happened["message"] }
            .Select(part => part is { Type: JTokenType.String } ? (string?)part : null)
            .Where(part => !string.IsNullOrEmpty(part));
        return $"{(string?)happened["timestamp"]} {(string?)happened["eventType"],-32} {string.Join(' ', parts)}".TrimEnd();
    }
}
