using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook scale APP N</c></summary>
internal static class ScaleCommand
{
    public static Command Create()
    {
        var app = new Argument<string>("app") { Description = "Id of the app" };
        var instances = new Argument<int>("instances") { Description = "How many instances to run; 0 suspends the app" };
        var endpoint = EndpointOption.Apps();
        var (force, noWait, timeout, json) = (Common.Force(), Common.NoWait(), Common.Timeout(), Common.Json());
        var command = new Command("scale", "Change how many instances of an app run") { app, instances, endpoint.Option, force, noWait,
            timeout, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var apps = new ApiClient(endpoint.Resolve(parsed));
            var wait = new WaitOptions(parsed.GetValue(noWait), TimeSpan.FromSeconds(parsed.GetValue(timeout)), parsed.GetValue(json));
            var path = Common.AppPath(parsed.GetValue(app)!) + (parsed.GetValue(force) ? "?force=true" : "");
            // PATCH, not PUT: a mistyped id must not create an app.
            return await Common.SubmitAsync(apps, HttpMethod.Patch, path, new JObject { ["instances"] = parsed.GetValue(instances) }, wait,
                cancellation);
        });
        return command;
    }
}
