using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Commands;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Local;

/// <summary>One run of <c>offerbook local</c>: start, say where everything is, submit the group, wait, stop.</summary>
internal sealed class LocalSession(LocalOptions options)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        // Read before anything is started: a mistake in the file should cost nothing.
        var group = options.Group is null ? null : Common.ReadDocument(options.Group);
        var cluster = await LocalCluster.StartAsync(options, cancellation);
        try
        {
            Announce(cluster);
            if (group is not null)
            {
                await SubmitAsync(cluster, group, cancellation);
            }
            await cluster.FailureOr(cancellation);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Success; // Told to stop: that is how a cluster ends.
        }
        finally
        {
            Console.Out.WriteLine(options.StopTasks ? "stopping, tasks too …" : "stopping; tasks go on running (--stop-tasks ends them) …");
            await cluster.StopAsync(options.StopTasks);
            Console.Out.WriteLine("stopped");
        }
    }

    private void Announce(LocalCluster cluster)
    {
        Console.Out.WriteLine($"master   {cluster.Master.Address.GetLeftPart(UriPartial.Authority)}");
        foreach (var agent in cluster.Agents)
        {
            Console.Out.WriteLine($"agent    {agent.Address.GetLeftPart(UriPartial.Authority)}");
        }
        Console.Out.WriteLine($"apps     {cluster.Apps.Address.GetLeftPart(UriPartial.Authority)}/v2/apps");
        Console.Out.WriteLine($"batch    {cluster.Batch.Address.GetLeftPart(UriPartial.Authority)}/v1/jobs");
        Console.Out.WriteLine($"data     {options.DataDirectory}");
        Console.Out.WriteLine($"ready after {_clock.Elapsed.TotalSeconds:0.0} s; Ctrl-C stops the cluster");
    }

    private async Task SubmitAsync(LocalCluster cluster, JToken group, CancellationToken cancellation)
    {
        using var apps = new ApiClient(new Endpoint(cluster.Apps.Address, "the app framework", "--apps-port", "OFFERBOOK_APPS_URL"));
        var wait = new WaitOptions(NoWait: false, TimeSpan.FromMinutes(10), Json: false);
        try
        {
            // A cluster that still runs the group from last time has it deployed again: what did not change is left alone.
            var status = await DeployCommand.SubmitAsync(apps, group, force: true, wait, cancellation);
            var id = (string?)group["id"] ?? "/";
            if (status == ExitCode.Success)
            {
                await PrintAddressesAsync(apps, Common.AbsoluteId(id), cancellation);
                Console.Out.WriteLine($"{id} is healthy {_clock.Elapsed.TotalSeconds:0.0} s after the start");
            }
        }
        catch (CliException problem)
        {
            // The cluster is up and stays up; the group can be corrected and deployed again.
            Console.Error.WriteLine($"offerbook: {options.Group} was not deployed: {problem.Message}");
        }
    }

    private static async Task PrintAddressesAsync(ApiClient apps, string group, CancellationToken cancellation)
    {
        var list = await apps.RequireAsync(HttpMethod.Get, "/v2/apps?embed=apps.tasks", null, cancellation);
        foreach (var app in (list["apps"] ?? new JArray()).OrderBy(app => (string?)app["id"], StringComparer.Ordinal))
        {
            if (((string)app["id"]!).StartsWith(group.TrimEnd('/') + "/", StringComparison.Ordinal))
            {
                var addresses = (app["tasks"] ?? new JArray()).Where(task => task["ports"]?.HasValues == true)
                    .Select(task => $"http://{task["host"]}:{task["ports"]![0]}");
                Console.Out.WriteLine($"{app["id"]}  {string.Join("  ", addresses)}");
            }
        }
    }
}
