using System.Net;
using System.Net.Sockets;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Chaos;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>kill -9 of an agent while it starts a task group: what of it runs must not go on alone.</summary>
[TestFixture]
internal sealed class PodRecoveryTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>
    /// One task runs, the other waits for a file that never comes: that is the instant between two starts, however long it lasts.
    /// </summary>
    [Test]
    public async Task Agent_KilledBetweenTwoStarts_EndsTheGroup()
    {
        using var slow = new TcpListener(IPAddress.Loopback, 0);
        slow.Start();
        await using var pair = await MasterAndAgent.StartAsync();
        using var scheduler = await pair.SubscribeAsync("pods");
        var offer = await scheduler.NextOfferAsync();
        var run = Path.GetFileName(pair.DataDirectory);
        var first = Task(offer, "first", "exec sleep 3600");
        var second = Task(offer, "second", "echo began >began");
        second["command"]!["uris"] =
            new JArray(new JObject { ["value"] = $"http://127.0.0.1:{((IPEndPoint)slow.LocalEndpoint).Port}/never" });
        await scheduler.CallAsync(new JObject
        {
            ["type"] = "ACCEPT",
            ["accept"] = new JObject
            {
                ["offer_ids"] = new JArray(offer["id"]!), ["filters"] = new JObject { ["refuse_seconds"] = 3600 },
                ["operations"] = new JArray(new JObject
                {
                    ["type"] = "LAUNCH_GROUP",
                    ["launch_group"] = new JObject
                    {
                        ["executor"] = new JObject
                        {
                            ["type"] = "DEFAULT", ["executor_id"] = new JObject { ["value"] = "pod" },
                            ["framework_id"] = offer["framework_id"], ["resources"] = Resources(),
                        },
                        ["task_group"] = new JObject { ["tasks"] = new JArray(first, second) },
                    },
                }),
            },
        });
        await ReachAsync(scheduler, "first", "TASK_RUNNING");
        using var asked = await slow.AcceptTcpClientAsync().WaitAsync(Soon);
        var process = MarkedProcesses.Of(run)
            .Keys.Single(found => TaskProcesses.CommandLine(found).StartsWith("sleep 3600", StringComparison.Ordinal));

        await pair.KillAgentAsync();
        Assert.That(MarkedProcesses.Of(run).Keys, Does.Contain(process), "it outlives its agent");
        await pair.StartAgentAsync();

        var ends = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (ends.Count < 2)
        {
            var status = await UpdateAsync(scheduler);
            if ((string)status["state"]! is var state and not ("TASK_STARTING" or "TASK_RUNNING"))
            {
                ends[(string)status["task_id"]!["value"]!] = state;
            }
        }
        Assert.That(ends, Is.EqualTo(new Dictionary<string, string> { ["first"] = "TASK_KILLED", ["second"] = "TASK_LOST" }));
        await Eventually.HoldsAsync(() => System.Threading.Tasks.Task.FromResult(MarkedProcesses.Of(run).Count == 0),
            "no process of the pod is left", Soon,
            () => System.Threading.Tasks.Task.FromResult(
                string.Join('\n', MarkedProcesses.Of(run).Select(left => $"{left.Key} {left.Value}")) + pair.Describe()));
        Assert.That(Directory.EnumerateFiles(pair.AgentDirectory, "began", SearchOption.AllDirectories), Is.Empty, "the second never ran");
    }

    private static async System.Threading.Tasks.Task ReachAsync(SchedulerStream scheduler, string task, string state)
    {
        JToken status;
        do
        {
            status = await UpdateAsync(scheduler);
        }
        while ((string)status["task_id"]!["value"]! != task || (string)status["state"]! != state);
    }

    /// <summary>The next one, acknowledged.</summary>
    private static async Task<JToken> UpdateAsync(SchedulerStream scheduler)
    {
        var status = (await scheduler.NextAsync("UPDATE"))["update"]!["status"]!;
        if (status["uuid"] is { } uuid)
        {
            await scheduler.CallAsync(new JObject
            {
                ["type"] = "ACKNOWLEDGE",
                ["acknowledge"] = new JObject { ["agent_id"] = status["agent_id"], ["task_id"] = status["task_id"], ["uuid"] = uuid },
            });
        }
        return status;
    }

    private static JObject Task(JToken offer, string id, string command) => new()
    {
        ["name"] = id, ["task_id"] = new JObject { ["value"] = id }, ["agent_id"] = offer["agent_id"], ["resources"] = Resources(),
        ["command"] = new JObject { ["value"] = command },
    };

    private static JArray Resources() => new(new[] { ("cpus", 0.1), ("mem", 32.0), ("disk", 1.0) }.Select(amount => new JObject
    {
        ["name"] = amount.Item1, ["type"] = "SCALAR", ["scalar"] = new JObject { ["value"] = amount.Item2 },
    }));
}
