using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary>
/// <c>offerbook kill TASK|APP…</c>: ends tasks. They come back unless <c>--scale</c> lowers the app's instances with them.
/// </summary>
internal static class KillCommand
{
    public static Command Create()
    {
        var target =
            new Argument<string>("task") { Description = "A task id, or the id of an app (with a slash in front) for all its tasks" };
        var scale = new Option<bool>("--scale") { Description = "Also lower the app's instances, so that the tasks do not come back" };
        var endpoint = EndpointOption.Apps();
        var (force, json) = (Common.Force(), Common.Json());
        var command = new Command("kill", "Kill a task, or all tasks of an app") { target, scale, endpoint.Option, force, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var apps = new ApiClient(endpoint.Resolve(parsed));
            var query = $"?scale={(parsed.GetValue(scale) ? "true" : "false")}&force={(parsed.GetValue(force) ? "true" : "false")}";
            var answer = await KillAsync(apps, parsed.GetValue(target)!, query, cancellation);
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

    private static async Task<JToken> KillAsync(ApiClient apps, string target, string query, CancellationToken cancellation)
    {
        if (target.StartsWith('/'))
        {
            return await apps.RequireAsync(HttpMethod.Delete, $"{Common.AppPath(target)}/tasks{query}", null, cancellation);
        }
        var answer = await apps.RequireAsync(HttpMethod.Post, "/v2/tasks/delete" + query, new JObject { ["ids"] = new JArray(target) },
            cancellation);
        if (answer["tasks"] is JArray { Count: 0 })
        {
            throw new CliException(ExitCode.NotFound, $"there is no task '{target}'", "'offerbook status' lists the tasks");
        }
        return answer;
    }

    private static void Print(JToken answer)
    {
        if (answer["deploymentId"] is { } deployment)
        {
            Console.Out.WriteLine($"deployment {deployment} accepted");
        }
        foreach (var task in answer["tasks"] ?? new JArray())
        {
            Console.Out.WriteLine($"killing {task["id"]}");
        }
    }
}
