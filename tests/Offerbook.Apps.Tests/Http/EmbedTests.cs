using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Tests.Http;

/// <summary>What is shown of apps besides their definitions, and when it changes.</summary>
public sealed class EmbedTests : ApiFixture
{
    private static readonly string[] s_counts = ["tasksStaged", "tasksRunning", "tasksHealthy", "tasksUnhealthy"];

    [SetUp]
    public async Task FillAsync() => await SendAsync("POST", "/v2/apps", """{"id":"/g/web","cmd":"sleep 1"}""");

    [TestCase("", "tasksStaged,tasksRunning,tasksHealthy,tasksUnhealthy,deployments")]
    [TestCase("?embed=apps.tasks", "tasks,tasksStaged,tasksRunning,tasksHealthy,tasksUnhealthy,deployments")]
    [TestCase("?embed=tasks&embed=nonsense", "tasks,tasksStaged,tasksRunning,tasksHealthy,tasksUnhealthy,deployments")]
    [TestCase("?embed=app.readiness", "tasksStaged,tasksRunning,tasksHealthy,tasksUnhealthy,deployments,readinessCheckResults")]
    [TestCase("?embed=group.apps.taskStats", "tasksStaged,tasksRunning,tasksHealthy,tasksUnhealthy,deployments,tasksStats,taskStats")]
    [TestCase("?embed=apps.failures", "tasks,tasksStaged,tasksRunning,tasksHealthy,tasksUnhealthy,deployments")]
    [Property("case", 27)]
    [Property("case", 203)]
    public async Task List_WithEmbeds_ShowsThoseAndItsOwn(string query, string members)
    {
        var app = (JObject)(await GetAsync("/v2/apps" + query)).Json["apps"]![0]!;
        var plain = (JObject)(await GetAsync("/v2/apps/g/web/versions/" + app["version"])).Json;
        Assert.That(app.Properties().Select(member => member.Name).Except(plain.Properties().Select(member => member.Name)),
            Is.EquivalentTo(members.Split(',')));
    }

    [Test]
    public async Task Single_WithoutEmbeds_ShowsTasksAndCounts()
    {
        var app = (JObject)(await GetAsync("/v2/apps/g/web")).Json["app"]!;
        Assert.That(app.Properties().Select(member => member.Name), Is.SupersetOf(s_counts.Concat(["tasks", "deployments"])));
        Assert.That(app["tasks"], Is.Empty);
        Assert.That(app["lastTaskFailure"], Is.Null, "there was none");
    }

    [Test]
    public async Task Group_WithEmbeds_ShowsOnlyWhatTheyName()
    {
        var bare = (JObject)(await GetAsync("/v2/groups?embed=group.groups")).Json;
        Assert.That(bare["groups"]![0]!["apps"], Is.Empty);
        var apps = (JObject)(
            await GetAsync("/v2/groups?embed=group.groups&embed=group.apps&embed=group.apps.counts&embed=group.apps.deployments")).Json;
        var web = (JObject)apps["groups"]![0]!["apps"]![0]!;
        Assert.That(web.Properties().Select(member => member.Name), Is.SupersetOf(s_counts.Append("deployments")).And.No.Member("tasks"));
        Assert.That((await GetAsync("/v2/groups?embed=group.apps")).Json["groups"], Is.Empty);
        var full = (JObject)(await GetAsync("/v2/groups")).Json["groups"]![0]!["apps"]![0]!;
        Assert.That(full.ContainsKey("tasksRunning"), Is.False);
        Assert.That((await GetAsync("/v2/groups/g/apps")).Json.Count(), Is.EqualTo(1));
    }

    /// <summary>Answers are kept; each must go with what it shows.</summary>
    [Test]
    public async Task Answers_AfterEachChange_AreNew()
    {
        async Task<(string, string, string)> ReadAsync() => (
            (await GetAsync("/v2/apps")).Text, (await GetAsync("/v2/groups")).Text,
            (await GetAsync("/v2/groups?embed=group.groups&embed=group.apps&embed=group.apps.deployments")).Text);
        var seen = new List<(string, string, string)> { await ReadAsync() };
        Assert.That(await ReadAsync(), Is.EqualTo(seen[0]));
        var deployment = (string)(await GetAsync("/v2/deployments")).Json[0]!["id"]!;
        foreach (var (method, path, body) in new[]
        {
            ("DELETE", $"/v2/deployments/{deployment}?force=true", null),
            ("PUT", "/v2/apps/g/web", """{"labels":{"a":"b"}}"""),
            ("PUT", "/v2/apps/g/web?force=true", """{"instances":3}"""),
            ("DELETE", "/v2/apps/g/web", null),
        })
        {
            var answer = await SendAsync(method, path, body);
            Assert.That(answer.Status, Is.LessThan(300), answer.Text);
            var now = await ReadAsync();
            Assert.That(seen.Select(before => before.Item1), Has.None.EqualTo(now.Item1), method + " " + path);
            Assert.That(seen.Select(before => before.Item3), Has.None.EqualTo(now.Item3), method + " " + path);
            seen.Add(now);
        }
    }
}
