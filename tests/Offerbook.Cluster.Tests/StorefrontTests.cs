using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>The first command of the README, and what a person then tries.</summary>
[TestFixture]
internal sealed class StorefrontTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    [Test]
    public async Task OneCommand_WithGroup_EndsHealthyAndEveryTierCallsTheOneBelow()
    {
        var clock = Stopwatch.StartNew();
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks", "--group", Harness.Cluster.Storefront);
        await cluster.Program.WaitForLineAsync(line => line.Contains("/storefront is healthy", StringComparison.Ordinal), Soon);
        TestContext.Out.WriteLine($"healthy {clock.Elapsed.TotalSeconds:0.0} s after the command");

        foreach (var task in await cluster.TasksOfAsync("/storefront/web"))
        {
            var (status, text) = await cluster.RawAsync(HttpMethod.Get, $"http://{task["host"]}:{task["ports"]![0]}/", null);
            Assert.That(status, Is.EqualTo(200), text);
            var answer = JObject.Parse(text);
            Assert.That((string?)answer.SelectToken("below.tier"), Is.EqualTo("api"));
            Assert.That((string?)answer.SelectToken("below.below.tier"), Is.EqualTo("db"));
        }
    }

    [Test]
    public async Task Storefront_Started_LaunchesTiersInDependencyOrder()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks", "--group", Harness.Cluster.Storefront);
        await cluster.Program.WaitForLineAsync(line => line.Contains("/storefront is healthy", StringComparison.Ordinal), Soon);

        async Task<(DateTimeOffset First, DateTimeOffset LastHealthy)> TimesAsync(string app)
        {
            var tasks = await cluster.TasksOfAsync(app);
            return (tasks.Min(task => DateTimeOffset.Parse((string)task["stagedAt"]!)),
                tasks.Max(task => DateTimeOffset.Parse((string)task["healthCheckResults"]![0]!["firstSuccess"]!)));
        }

        var (db, api, web) = (await TimesAsync("/storefront/db"), await TimesAsync("/storefront/api"), await TimesAsync("/storefront/web"));
        Assert.That(api.First, Is.GreaterThanOrEqualTo(db.LastHealthy), "api waits until db is healthy");
        Assert.That(web.First, Is.GreaterThanOrEqualTo(api.LastHealthy), "web waits until api is healthy");
    }

    [Test]
    public async Task Verbs_AgainstTheStorefront_DoWhatTheySay()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        var deployed = await cluster.AppsVerbAsync("deploy", Harness.Cluster.Storefront);
        Assert.That(deployed.Status, Is.Zero, deployed.Output);

        var status = await cluster.AppsVerbAsync("status", "--json", "--master-url", cluster.MasterUrl);
        Assert.That(status.Status, Is.Zero, status.Output);
        Assert.That(JObject.Parse(status.Output).SelectTokens("apps[*].tasksHealthy").Sum(count => (int)count), Is.EqualTo(7),
            status.Output);

        var scaled = await cluster.AppsVerbAsync("scale", "/storefront/db", "3");
        Assert.That(scaled.Status, Is.Zero, scaled.Output);
        Assert.That(await cluster.TasksOfAsync("/storefront/db"), Has.Count.EqualTo(3));

        var task = (string)(await cluster.TasksOfAsync("/storefront/web"))[0]["id"]!;
        var logs = await cluster.RunAsync("logs", task, "--master-url", cluster.MasterUrl);
        Assert.That(logs.Status, Is.Zero, logs.Output);
        Assert.That(logs.Output, Does.Contain("web (1) serves on"));

        var restarted = await cluster.AppsVerbAsync("restart", "/storefront/web");
        Assert.That(restarted.Status, Is.Zero, restarted.Output);
        Assert.That((await cluster.TasksOfAsync("/storefront/web")).Select(one => (string?)one["id"]), Has.None.EqualTo(task));

        var killed = await cluster.AppsVerbAsync("kill", "/storefront/db", "--json");
        Assert.That(killed.Status, Is.Zero, killed.Output);
        Assert.That((JArray)JObject.Parse(killed.Output)["tasks"]!, Has.Count.EqualTo(3));

        var job = await cluster.RunAsync("job", "run", "--batch-url", cluster.BatchUrl, "--count", "3", "--wait", "--", "echo done");
        Assert.That(job.Status, Is.Zero, job.Output);
        var failing = await cluster.RunAsync("job", "run", "--batch-url", cluster.BatchUrl, "--wait", "--json", "--", "exit 3");
        Assert.That(failing.Status, Is.EqualTo(1), failing.Output);
        var jobs = await cluster.RunAsync("jobs", "--batch-url", cluster.BatchUrl);
        Assert.That(jobs.Output, Does.Contain("echo-").And.Contain("exit-"));
    }
}
