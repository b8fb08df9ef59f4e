using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook deploy FILE</c>: an app, a pod, a list of apps, or a group; created or updated; followed to its end.</summary>
internal static class DeployCommand
{
    public static Command Create()
    {
        var file = new Argument<string>(
            "file") { Description = "An app, a pod, a list of apps or a group as JSON; - reads standard input" };
        var endpoint = EndpointOption.Apps();
        var (force, noWait, timeout, json) = (Common.Force(), Common.NoWait(), Common.Timeout(), Common.Json());
        var command = new Command("deploy", "Create or update apps, a pod or a group of apps") { file, endpoint.Option, force, noWait,
            timeout, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var document = Common.ReadDocument(parsed.GetValue(file)!);
            using var apps = new ApiClient(endpoint.Resolve(parsed));
            var wait = new WaitOptions(parsed.GetValue(noWait), TimeSpan.FromSeconds(parsed.GetValue(timeout)), parsed.GetValue(json));
            return await SubmitAsync(apps, document, parsed.GetValue(force), wait, cancellation);
        });
        return command;
    }

    public static Task<int> SubmitAsync(ApiClient apps, JToken document, bool force, WaitOptions wait, CancellationToken cancellation)
    {
        var query = force ? "?force=true" : "";
        switch (document)
        {
            case JArray:
                return Common.SubmitAsync(apps, HttpMethod.Put, "/v2/apps" + query, document, wait, cancellation);
            case JObject group when group.ContainsKey("apps") || group.ContainsKey("groups"):
                return Common.SubmitAsync(apps, HttpMethod.Put, "/v2/groups" + query, document, wait, cancellation);
            case JObject pod when pod.ContainsKey("containers") && pod["id"] is JValue { Value: string id }:
                return Common.SubmitAsync(apps, HttpMethod.Put, $"/v2/pods{Common.AbsoluteId(id)}{query}", document, wait, cancellation);
            case JObject app when app["id"] is JValue { Value: string id }:
                var full = "partialUpdate=false" + (force ? "&force=true" : "");
                return Common.SubmitAsync(apps, HttpMethod.Put, $"{Common.AppPath(id)}?{full}", document, wait, cancellation);
            default:
                throw new CliException(ExitCode.BadInput,
                    "the document is neither an app (with an 'id'), a pod (with 'containers'), a list of apps, "
                    + "nor a group (with 'apps' or 'groups')");
        }
    }
}
