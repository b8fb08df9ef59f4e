using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook rollout</c>: look at deployments, and promote, pause or abort them.</summary>
internal static class RolloutCommand
{
    public static Command Create() => new("rollout", "Look at deployments; promote, pause or abort one")
    {
        List(),
        Act("promote", "Let a deployment go on: past its pause point, or out of a pause or a hold"),
        Act("pause", "Let a deployment stand still until it is promoted or aborted"),
        Act("abort", "Roll a deployment back"),
    };

    private static Command List()
    {
        var (endpoint, json) = (EndpointOption.Apps(), Common.Json());
        var command = new Command("list", "Deployments that run, what they wait for, and how the last ones ended") { endpoint.Option,
            json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var apps = new ApiClient(endpoint.Resolve(parsed));
            var answer = await apps.RequireAsync(HttpMethod.Get, "/offerbook/v1/deployments", null, cancellation);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(answer);
                return ExitCode.Success;
            }
            foreach (var deployment in answer["running"]!)
            {
                Console.Out.WriteLine(
                    $"{deployment["id"]} {Affected(deployment)} {deployment["state"]}, "
                    + $"step {deployment["currentStep"]} of {deployment["totalSteps"]}");
                foreach (var app in deployment["progress"]!)
                {
                    Console.Out.WriteLine(
                        $"  {app["app"] ?? app["pod"]}: {app["ready"]} of {app["instances"]} ready, "
                        + $"{app["old"]} old, {app["failures"]} failed");
                }
                foreach (var reason in deployment["waiting"]!.SelectMany(app => app["reasons"]!))
                {
                    Console.Out.WriteLine($"  {reason["reason"]}: {reason["message"]}");
                }
            }
            foreach (var deployment in answer["finished"]!)
            {
                Console.Out.WriteLine(
                    $"{deployment["id"]} {Affected(deployment)} {deployment["state"]} at {deployment["endedAt"]}"
                    + (deployment["reason"] is { } reason ? $": {reason}" : ""));
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Act(string verb, string description)
    {
        var deployment = new Argument<string>(
            "deployment") { Description = "The deployment's id, or an app or pod (beginning with /) that a running one changes" };
        var (endpoint, json) = (EndpointOption.Apps(), Common.Json());
        var command = new Command(verb, description) { deployment, endpoint.Option, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var apps = new ApiClient(endpoint.Resolve(parsed));
            var id = await IdAsync(apps, parsed.GetValue(deployment)!, cancellation);
            var sent = await apps.SendAsync(HttpMethod.Post, $"/offerbook/v1/deployments/{Uri.EscapeDataString(id)}/{verb}", null,
                cancellation);
            var answer = sent switch
            {
                { IsSuccess: true } => sent.Body ?? new JObject(),
                { Status: 404 } => throw Unknown($"there is no running deployment '{id}'"),
                _ => throw Refusal.From(sent, verb),
            };
            if (parsed.GetValue(json))
            {
                Common.PrintJson(answer);
            }
            else
            {
                Console.Out.WriteLine(verb switch
                {
                    "abort" => $"deployment {id} is aborted; deployment {answer["deploymentId"]} rolls it back",
                    "pause" => $"deployment {id} stands still until it is promoted or aborted",
                    _ => $"deployment {id} goes on",
                });
            }
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>An id as it is; for an app or pod, that of the running deployment that changes it (there is at most one).</summary>
    private static async Task<string> IdAsync(ApiClient apps, string named, CancellationToken cancellation)
    {
        if (!named.StartsWith('/'))
        {
            return named;
        }
        var running = await apps.RequireAsync(HttpMethod.Get, "/v2/deployments", null, cancellation);
        var found = running.FirstOrDefault(plan => Changed(plan).Contains(named));
        return (string?)found?["id"] ?? throw Unknown($"no running deployment changes '{named}'");
    }

    private static CliException Unknown(string message) =>
        new(ExitCode.NotFound, message, "'offerbook rollout list' shows which run and how the last ones ended");

    private static IEnumerable<string> Changed(JToken deployment) =>
        new[] { deployment["affectedApps"], deployment["affectedPods"] }.SelectMany(ids => ids?.Values<string>() ?? []).OfType<string>();

    private static string Affected(JToken deployment) => string.Join(' ', Changed(deployment));
}
