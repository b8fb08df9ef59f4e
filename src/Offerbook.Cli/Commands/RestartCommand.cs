using System.CommandLine;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook restart APP</c>: replaces every instance, keeping the app's health capacity.</summary>
internal static class RestartCommand
{
    public static Command Create()
    {
        var app = new Argument<string>("app") { Description = "Id of the app" };
        var endpoint = EndpointOption.Apps();
        var (force, noWait, timeout, json) = (Common.Force(), Common.NoWait(), Common.Timeout(), Common.Json());
        var command = new Command("restart", "Replace all instances of an app, a few at a time") { app, endpoint.Option, force, noWait,
            timeout, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var apps = new ApiClient(endpoint.Resolve(parsed));
            var wait = new WaitOptions(parsed.GetValue(noWait), TimeSpan.FromSeconds(parsed.GetValue(timeout)), parsed.GetValue(json));
            var path = Common.AppPath(parsed.GetValue(app)!) + "/restart" + (parsed.GetValue(force) ? "?force=true" : "");
            return await Common.SubmitAsync(apps, HttpMethod.Post, path, null, wait, cancellation);
        });
        return command;
    }
}
