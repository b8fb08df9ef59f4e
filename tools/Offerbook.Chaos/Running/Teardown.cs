using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Running;

/// <summary>Removes everything through the API, stops the parts in order, and looks at what is left.</summary>
internal sealed class Teardown(ChaosCluster cluster, Leaders leaders, TaskWatch tasks)
{
    private static readonly TimeSpan RemovalPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken stop)
    {
        var left = new List<string>();
        using (var http = new HttpClient(cluster.Sockets.Handler()) { Timeout = TimeSpan.FromSeconds(30) })
        {
            if (await leaders.AppsAsync() is not { } apps || await leaders.MasterAsync() is not { } master)
            {
                return ["nobody leads who could remove what is there"];
            }
            using var answer = await http.DeleteAsync(new Uri(apps.Address, "v2/groups/?force=true"), stop);
            if (!answer.IsSuccessStatusCode)
            {
                left.Add($"removing everything was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(stop)}");
            }
            await Polling.HoldsAsync(
                async () => tasks.Lives().All(life => life.End is not null) && (await ClaimsAsync(master)).Count == 0,
                RemovalPatience, stop);
            left.AddRange(tasks.Lives().Where(life => life.End is null)
                .Select(life => $"{life.Task} still runs on {life.Host} (process {life.Process})"));
            left.AddRange(await ClaimsAsync(master));
        }
        await Polling.HoldsAsync(async () => (await cluster.StrayProcessesAsync()).Count == 0, RemovalPatience, stop);
        left.AddRange((await cluster.StrayProcessesAsync()).Select(process => $"process {process}: {CommandLine(process)}"));
        await Polling.HoldsAsync(async () => (await cluster.ContainersLeftAsync()).Count == 0, RemovalPatience, stop);
        left.AddRange(await cluster.ContainersLeftAsync());
        left.AddRange(await StopPartsAsync());
        left.AddRange(ChaosCluster.ControlGroupsLeft().Select(group => $"control group {group}"));
        return left;
    }

    /// <summary>What the master still counts as used although nothing runs.</summary>
    private async Task<IReadOnlyList<string>> ClaimsAsync(Part master)
    {
        if (await leaders.ReadAsync(new Uri(master.Address, "slaves")) is not { } answer)
        {
            return [$"{master.Name} does not say what is used"];
        }
        return [.. (answer["slaves"] ?? new JArray())
            .Where(agent => (double?)agent["used_resources"]?["cpus"] > 0 || (double?)agent["used_resources"]?["mem"] > 0)
            .Select(agent => $"{master.Name} counts {agent["used_resources"]?["cpus"]} cpus and "
                + $"{agent["used_resources"]?["mem"]} MB on {agent["hostname"]} as used")];
    }

    private async Task<IReadOnlyList<string>> StopPartsAsync()
    {
        var left = new List<string>();
        foreach (var part in new[] { Role.Batch, Role.Apps, Role.Agent, Role.Engine, Role.Master }.SelectMany(cluster.Of))
        {
            if (!await part.StopAsync(StopPatience))
            {
                var said = part.Tail().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(4);
                left.Add($"{part.Name} did not end well on SIGTERM: {string.Join(" / ", said)}");
            }
        }
        return left;
    }

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ').Trim();
        }
        catch (IOException)
        {
            return "gone by now";
        }
    }
}
