using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>Three masters on one machine lose their leader in every way: killed, told to go, stopped for longer than its session.</summary>
[TestFixture]
internal sealed class MasterFailoverTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Leader_KilledToldToGoOrStopped_AnotherLeadsAndTasksRunOn()
    {
        await using var cluster = await ThreeMasters.StartAsync();
        var first = await cluster.LeaderAsync();
        await DeployAsync(cluster, HttpMethod.Post, "/v2/apps", 3);
        var tasks = Tasks(cluster);
        Assert.That(tasks, Has.Count.EqualTo(3));
        await StandbysNameAsync(cluster, first);
        await SecretsAreNowhereAsync(cluster);

        // kill -9: row 1.
        await cluster.KillMasterAsync(first);
        var second = await cluster.LeaderAsync(except: first);
        await TasksAreKnownAsync(cluster, second, 3);
        Assert.That(Tasks(cluster), Is.EqualTo(tasks), "nothing was killed, nothing launched twice");
        await cluster.StartMasterAsync(first);

        // SIGTERM: row 2.
        cluster.Master(second).Signal(Signals.Terminate);
        Assert.That(await cluster.Master(second).WaitForExitAsync(Soon), Is.Zero, cluster.Describe());
        var third = await cluster.LeaderAsync(except: second);
        await TasksAreKnownAsync(cluster, third, 3);
        Assert.That(Tasks(cluster), Is.EqualTo(tasks));
        await cluster.StartMasterAsync(second);

        // SIGSTOP for longer than the session, then SIGCONT: row 3.
        cluster.Master(third).Signal(Signals.Stop);
        var fourth = await cluster.LeaderAsync(except: third);
        await TasksAreKnownAsync(cluster, fourth, 3);
        await DeployAsync(cluster, HttpMethod.Put, "/v2/apps/sleeper", 4);
        var four = Tasks(cluster);
        cluster.Master(third).Signal(Signals.Continue);
        await Eventually.HoldsAsync(async () => (await cluster.MasterAsync(third, "/state")).Status == 307, "the sleeper names the leader",
            Soon, () => Task.FromResult(cluster.Describe()));
        Assert.That(cluster.Master(third).HasExited, Is.False, "it lives and stands again");
        await TasksAreKnownAsync(cluster, fourth, 4);
        Assert.That(Tasks(cluster), Is.EqualTo(four), "a deposed leader has no side effects");
        Assert.That(four.Values, Is.SupersetOf(tasks.Values));
        await StandbysNameAsync(cluster, fourth);
        await SecretsAreNowhereAsync(cluster);
    }

    private static async Task DeployAsync(ThreeMasters cluster, HttpMethod method, string path, int instances)
    {
        await cluster.AppsAsync(method, path, new JObject
        {
            ["id"] = "/sleeper", ["cmd"] = "exec sleep 10000", ["instances"] = instances, ["cpus"] = 0.1, ["mem"] = 32,
        });
        await Eventually.HoldsAsync(async () => !(await cluster.AppsAsync(HttpMethod.Get, "/v2/deployments")).HasValues,
            "the deployment ends", Soon,
            () => Task.FromResult(cluster.Describe()));
    }

    private static Task TasksAreKnownAsync(ThreeMasters cluster, int leader, int count) => Eventually.HoldsAsync(async () =>
        (await cluster.MasterAsync(leader, "/state")).Body is { } state
            && state["frameworks"]!.SelectMany(framework => framework["tasks"]!)
                .Count(task => (string?)task["state"] == "TASK_RUNNING") == count
            && state["frameworks"]!.All(framework => (bool)framework["connected"]!),
        "the leader knows its tasks and frameworks", Soon, () => Task.FromResult(cluster.Describe()));

    private static async Task StandbysNameAsync(ThreeMasters cluster, int leader)
    {
        var address = (await cluster.MasterAsync(leader, "/redirect")).Location;
        foreach (var standby in Enumerable.Range(0, 3).Where(master => master != leader))
        {
            await Eventually.HoldsAsync(async () =>
                await cluster.MasterAsync(standby, "/master/redirect") is { Status: 307, Location: { } named } && named == address,
                "standbys name the leader", Soon, () => Task.FromResult(cluster.Describe()));
        }
    }

    /// <summary>Passwords were given in files, and may stand in no list of processes, no log and no answer.</summary>
    private static async Task SecretsAreNowhereAsync(ThreeMasters cluster)
    {
        for (var master = 0; master < 3; master++)
        {
            var flags = (await cluster.MasterAsync(master, "/flags")).Body!.ToString();
            Assert.That(flags, Does.Contain("zk://masters@127.0.0.1"));
            foreach (var secret in cluster.Secrets)
            {
                Assert.That(flags, Does.Not.Contain(secret));
                Assert.That(TaskProcesses.CommandLine(cluster.Master(master).Id), Does.Not.Contain(secret));
            }
        }
        Assert.That(cluster.Secrets.Any(cluster.Describe().Contains), Is.False);
    }

    private static SortedDictionary<string, int> Tasks(ThreeMasters cluster) => new(TaskProcesses.Under(cluster.DataDirectory)
        .ToDictionary(entry => entry.Key, entry => entry.Value.Single(process => TaskProcesses.CommandLine(process) == "sleep 10000")),
        StringComparer.Ordinal);
}
