using System.CommandLine;
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
        var command = new Command("list", "Deployments that run, what they wait for, and how the last ones ended") { endpoint.Option, json };
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
                Console.Out.WriteLine($"{deployment["id"]} {deployment["state"]}, step {deployment["currentStep"]} of {deployment["totalSteps"]}");
                foreach (var app in deployment["progress"]!)
                {
                    Console.Out.WriteLine($"  {app["app"] ?? app["pod"]}: {app["ready"]} of {app["instances"]} ready, {app["old"]} old, {app["failures"]} failed");
                }
                foreach (var reason in deployment["waiting"]!.SelectMany(app => app["reasons"]!))
                {
                    Console.Out.WriteLine($"  {reason["reason"]}: {reason["message"]}");
                }
            }
            foreach (var deployment in answer["finished"]!)
            {
                Console.Out.WriteLine($"{deployment["id"]} {deployment["state"]} at {deployment["endedAt"]}{(deployment["reason"] is { } reason ? ": " + reason : "")}");
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Act(string verb, string description)
    {
        var deployment = new Argument<string>("deployment") { Description = "The deployment's id" };
        var (endpoint, json) = (EndpointOption.Apps(), Common.Json());
        var command = new Command(verb, description) { deployment, endpoint.Option, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var apps = new ApiClient(endpoint.Resolve(parsed));
            var id = Uri.EscapeDataString(parsed.GetValue(deployment)!);
            var answer = await apps.RequireAsync(HttpMethod.Post, $"/offerbook/v1/deployments/{id}/{verb}", null, cancellation);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(answer);
            }
            else
            {
                Console.Out.WriteLine(verb == "abort" ? $"rolled back by deployment {answer["deploymentId"]}" : $"deployment {answer["deploymentId"]}: {verb} done");
            }
            return ExitCode.Success;
        });
        return command;
    }
}
