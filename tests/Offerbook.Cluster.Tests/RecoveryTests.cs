using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>kill -9 of a task, of the agent, of the whole program: each recovers, and nothing runs twice.</summary>
[TestFixture]
internal sealed class RecoveryTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static JObject Sleeper(string id, int instances) => new()
    {
        ["id"] = id, ["cmd"] = "echo started; exec sleep 10000", ["instances"] = instances, ["cpus"] = 0.1, ["mem"] = 32,
        ["backoffSeconds"] = 1,
    };

    [Test]
    public async Task Task_KilledWithSigkill_ComesBack()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        await cluster.DeployAsync(HttpMethod.Post, "/v2/apps", Sleeper("/sleeper", 2), Soon);
        var before = Sleepers(cluster);
        Assert.That(before, Has.Count.EqualTo(2));

        Signals.Send(before.First().Value, Signals.Kill);

        await Eventually.HoldsAsync(() =>
            Task.FromResult(Sleepers(cluster) is { Count: 2 } now && !now.Values.Contains(before.First().Value)),
            "a new process takes the place of the killed one", Soon, cluster.DescribeAsync);
        var failure = (await cluster.AppsAsync(HttpMethod.Get, "/v2/apps/sleeper"))["app"]!["lastTaskFailure"];
        Assert.That((string?)failure?["state"], Is.EqualTo("TASK_FAILED"));
    }

    [Test]
    public async Task Program_KilledWithSigkill_KeepsAppsAndTasksAndLaunchesNothingTwice()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        await cluster.DeployAsync(HttpMethod.Post, "/v2/apps", Sleeper("/sleeper", 4), Soon);
        await cluster.AppsAsync(HttpMethod.Put, "/v2/apps/sleeper", new JObject { ["labels"] = new JObject { ["second"] = "version" } });
        await Eventually.HoldsAsync(async () => !(await cluster.AppsAsync(HttpMethod.Get, "/v2/deployments")).HasValues, "the update ends",
            Soon, cluster.DescribeAsync);
        var versions = await cluster.AppsAsync(HttpMethod.Get, "/v2/apps/sleeper/versions");
        var before = Sleepers(cluster);

        await cluster.Program.KillAsync();
        Assert.That(Sleepers(cluster), Is.EqualTo(before), "tasks outlive the program");
        // One ends while nobody watches: it has to be noticed and replaced.
        var ended = before.First();
        Signals.Send(ended.Value, Signals.Kill);
        await cluster.RestartAsync();

        await Eventually.HoldsAsync(() => Task.FromResult(Sleepers(cluster).Count == 4 && !Sleepers(cluster).Values.Contains(ended.Value)),
            "the ended task is replaced", Soon, cluster.DescribeAsync);
        var after = Sleepers(cluster);
        Assert.That(after.Values, Is.SupersetOf(before.Values.Where(process => process != ended.Value)),
            "the other processes are the same ones");
        Assert.That(JToken.DeepEquals(await cluster.AppsAsync(HttpMethod.Get, "/v2/apps/sleeper/versions"), versions), "versions are kept");
        var tasks = await cluster.TasksOfAsync("/sleeper");
        await Eventually.HoldsAsync(async () =>
            (await cluster.TasksOfAsync("/sleeper")).Count(task => (string?)task["state"] == "TASK_RUNNING") == 4,
            "four tasks are running again", Soon, cluster.DescribeAsync);
        Assert.That((await cluster.TasksOfAsync("/sleeper")).Select(task => (string)task["id"]!), Is.EquivalentTo(Sleepers(cluster).Keys));
    }

    [Test]
    public async Task Program_KilledDuringDeployment_GoesOnWithIt()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        await cluster.AppsAsync(HttpMethod.Put, "/v2/groups", JObject.Parse(await File.ReadAllTextAsync(Harness.Cluster.Storefront)));
        await Eventually.HoldsAsync(async () => (await cluster.TasksOfAsync("/storefront/db")).Count > 0,
            "the first tier is being launched", Soon, cluster.DescribeAsync);

        await cluster.Program.KillAsync();
        await cluster.RestartAsync();

        await Eventually.HoldsAsync(async () => !(await cluster.AppsAsync(HttpMethod.Get, "/v2/deployments")).HasValues
                && (await cluster.AppsAsync(HttpMethod.Get, "/v2/apps"))["apps"]!.Sum(app => (int)app["tasksHealthy"]!) == 7,
            "the deployment ends with everything healthy", TimeSpan.FromSeconds(60), cluster.DescribeAsync);
        Assert.That(TaskProcesses.Under(cluster.DataDirectory), Has.Count.EqualTo(7), "no instance runs twice");
    }

    [Test]
    public async Task Agent_KilledWithSigkill_ReadoptsItsTasksAndTellsTheTruthAboutThoseThatEnded()
    {
        await using var parts = await SeparateParts.StartAsync();
        await parts.AppsAsync(HttpMethod.Post, "/v2/apps", Sleeper("/sleeper", 2));
        await Eventually.HoldsAsync(async () => await parts.RunningAsync("/sleeper") == 2, "two tasks run", Soon, parts.DescribeAsync);
        var before = TaskProcesses.Under(parts.DataDirectory).ToDictionary(entry => entry.Key, entry => Sleeper(entry.Value));

        await parts.KillAgentAsync();
        var ended = before.First();
        Signals.Send(ended.Value, Signals.Terminate); // sleep dies of SIGTERM: exit status 143
        await parts.StartAgentAsync();

        await Eventually.HoldsAsync(async () => TaskProcesses.Under(parts.DataDirectory).Count == 2
                && (string?)(await parts.AppsAsync(HttpMethod.Get, "/v2/apps/sleeper"))["app"]!["lastTaskFailure"]?["taskId"] == ended.Key,
            "the ended task is told of and replaced", Soon, parts.DescribeAsync);
        var survivor = before.Last();
        Assert.That(Sleeper(TaskProcesses.Under(parts.DataDirectory)[survivor.Key]), Is.EqualTo(survivor.Value),
            "the other task is the same process");
        var failure = (await parts.AppsAsync(HttpMethod.Get, "/v2/apps/sleeper"))["app"]!["lastTaskFailure"]!;
        Assert.That((string?)failure["state"], Is.EqualTo("TASK_FAILED"));
        Assert.That((string?)failure["message"], Is.EqualTo("Command terminated with signal Terminated"));
    }

    [Test]
    public async Task Master_KilledWithSigkill_FrameworksAndAgentsComeBackAndTasksStay()
    {
        await using var parts = await SeparateParts.StartAsync();
        await parts.AppsAsync(HttpMethod.Post, "/v2/apps", Sleeper("/sleeper", 3));
        await Eventually.HoldsAsync(async () => await parts.RunningAsync("/sleeper") == 3, "three tasks run", Soon, parts.DescribeAsync);
        var before = TaskProcesses.Under(parts.DataDirectory).ToDictionary(entry => entry.Key, entry => Sleeper(entry.Value));

        await parts.KillMasterAsync();
        await parts.StartMasterAsync();

        await parts.AppsAsync(HttpMethod.Put, "/v2/apps/sleeper", new JObject { ["instances"] = 4 });
        await Eventually.HoldsAsync(async () => await parts.RunningAsync("/sleeper") == 4, "a fourth task runs", Soon, parts.DescribeAsync);
        var after = TaskProcesses.Under(parts.DataDirectory).ToDictionary(entry => entry.Key, entry => Sleeper(entry.Value));
        Assert.That(after, Is.SupersetOf(before));
    }

    /// <summary>Task id → the process of <c>sleep</c> itself.</summary>
    private static Dictionary<string, int> Sleepers(Harness.Cluster cluster) =>
        TaskProcesses.Under(cluster.DataDirectory)
            .Select(entry => (entry.Key, Process: Sleeper(entry.Value)))
            .Where(entry => entry.Process != 0)
            .ToDictionary(entry => entry.Key, entry => entry.Process);

    private static int Sleeper(IEnumerable<int> processes) =>
        processes.FirstOrDefault(process => TaskProcesses.CommandLine(process).StartsWith("sleep", StringComparison.Ordinal));
}
