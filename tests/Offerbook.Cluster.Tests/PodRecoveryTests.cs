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
        await LaunchAsync(scheduler, offer, null, first, second);
        await ReachAsync(scheduler, "first", "TASK_RUNNING");
        using var asked = await slow.AcceptTcpClientAsync().WaitAsync(Soon);
        // The task runs from its shell on; the shell becomes the program a moment later.
        int? Sleeping() => MarkedProcesses.Of(run)
            .Keys.Cast<int?>()
            .SingleOrDefault(found => TaskProcesses.CommandLine(found!.Value).StartsWith("sleep 3600", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => System.Threading.Tasks.Task.FromResult(Sleeping() is not null),
            "the first task's program runs", Soon);
        var process = Sleeping()!.Value;

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

    /// <summary>
    /// A task from an image and one without, in a network that a Docker engine holds: they talk on while no agent is there, and its
    /// successor knows the pod.
    /// </summary>
    [Test]
    public async Task Agent_Killed_LeavesAPodInItsNetwork_AndTheNextPutsMoreIntoIt()
    {
        const string network = "pod-recovery";
        var directory = Directory.CreateTempSubdirectory("offerbook-engine-").FullName;
        await using (var engine = await ChaosEngine.StartAsync(directory))
        {
            await engine.CreateNetworkAsync(network, "10.254.81.0/24");
            await using (var pair = await MasterAndAgent.StartAsync("--containerizers=mesos,docker", $"--docker_socket={engine.Socket}"))
            {
                await TalkAcrossADeathAsync(pair, network);
                await Eventually.HoldsAsync(async () => (await engine.ContainersAsync()).Count == 0, "no container is left", Soon,
                    async () => string.Join('\n', await engine.ContainersAsync()) + pair.Describe());
            }
            await engine.RemoveNetworkAsync(network);
        }
        Directory.Delete(directory, recursive: true);
    }

    private static async System.Threading.Tasks.Task TalkAcrossADeathAsync(MasterAndAgent pair, string network)
    {
        using var scheduler = await pair.SubscribeAsync("pods");
        var offer = await scheduler.NextOfferAsync();
        var image = Task(offer, "image",
            "busybox mkdir /www; echo 'over loopback' > /www/index.html; exec busybox httpd -f -p 127.0.0.1:8080 -h /www");
        image["container"] = new JObject
        {
            ["type"] = "MESOS",
            ["mesos"] = new JObject
            {
                ["image"] = new JObject { ["type"] = "DOCKER", ["docker"] = new JObject { ["name"] = ChaosEngine.Image } },
            },
        };
        const string get = "until busybox wget -qO said http://127.0.0.1:8080/; do sleep 0.05; done; cat said";
        var plain = Task(offer, "plain", $"{get} >before; until test -e go; do sleep 0.05; done; {get} >after; exec sleep 3600");
        await LaunchAsync(scheduler, offer, network, image, plain);
        var addresses = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (addresses.Count < 2)
        {
            var status = await UpdateAsync(scheduler);
            if ((string)status["state"]! == "TASK_RUNNING")
            {
                addresses[(string)status["task_id"]!["value"]!] = AddressOf(status);
            }
        }
        Assert.That(addresses["plain"], Does.StartWith("10.254.81.").And.EqualTo(addresses["image"]));
        string? Find(string name) => Directory.EnumerateFiles(pair.AgentDirectory, name, SearchOption.AllDirectories).FirstOrDefault();
        bool Says(string name) => Find(name) is { } file && File.ReadAllText(file) == "over loopback\n";
        await Eventually.HoldsAsync(() => System.Threading.Tasks.Task.FromResult(Says("before")), "the process hears the image", Soon);

        await pair.KillAgentAsync();
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(Find("before"))!, "go"), "");
        await Eventually.HoldsAsync(() => System.Threading.Tasks.Task.FromResult(Says("after")), "it hears it without an agent", Soon);
        await pair.StartAgentAsync();

        await scheduler.CallAsync(new JObject { ["type"] = "REVIVE" });
        await LaunchAsync(scheduler, await scheduler.NextOfferAsync(), network,
            Task(offer, "late", $"{get}; test $MESOS_CONTAINER_IP = {addresses["plain"]}"));
        var seen = new List<string>();
        JToken last;
        do
        {
            last = await UpdateAsync(scheduler);
            seen.Add($"{last["task_id"]!["value"]} {last["state"]}");
        }
        while (seen[^1] != "late TASK_FINISHED");
        Assert.That(AddressOf(last), Is.EqualTo(addresses["plain"]));
        Assert.That(seen.Where(update => !update.StartsWith("late ", StringComparison.Ordinal)), Has.All.EndsWith(" TASK_RUNNING"),
            "the others went on: nothing is told of them but what the agent that was killed had not seen acknowledged");
        await scheduler.CallAsync(new JObject
        {
            ["type"] = "KILL",
            ["kill"] = new JObject { ["task_id"] = new JObject { ["value"] = "plain" }, ["agent_id"] = offer["agent_id"] },
        });
        await ReachAsync(scheduler, "image", "TASK_KILLED");
    }

    private static string AddressOf(JToken status) =>
        (string)status["container_status"]!["network_infos"]!.Single()["ip_addresses"]!.Single()["ip_address"]!;

    /// <param name="network">Of the pod's own; null: the host's.</param>
    private static System.Threading.Tasks.Task LaunchAsync(SchedulerStream scheduler, JToken offer, string? network, params JObject[] tasks)
    {
        var executor = new JObject
        {
            ["type"] = "DEFAULT", ["executor_id"] = new JObject { ["value"] = "pod" },
            ["framework_id"] = offer["framework_id"], ["resources"] = Resources(),
        };
        if (network is not null)
        {
            executor["container"] = new JObject
            {
                ["type"] = "MESOS", ["network_infos"] = new JArray(new JObject { ["name"] = network }),
            };
        }
        return scheduler.CallAsync(new JObject
        {
            ["type"] = "ACCEPT",
            ["accept"] = new JObject
            {
                ["offer_ids"] = new JArray(offer["id"]!),
                ["filters"] = new JObject { ["refuse_seconds"] = 3600 },
                ["operations"] = new JArray(new JObject
                {
                    ["type"] = "LAUNCH_GROUP",
                    ["launch_group"] = new JObject
                    {
                        ["executor"] = executor, ["task_group"] = new JObject { ["tasks"] = new JArray(tasks.ToArray<object>()) },
                    },
                }),
            },
        });
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
