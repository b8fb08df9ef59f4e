using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Health;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Groups of every shape, started, changed and restored in the order of their dependencies, over HTTP.</summary>
public sealed class RunningGroupsTests : RunningFixture
{
    private const string Chain = """{"id":"/g","apps":[App db,App service:db,App front:service]}""";
    private const string Diamond = """{"id":"/g","apps":[App d,App b:d,App c:d,App a:b:c,App free]}""";
    private const string OfGroups = """
        {"id":"/g","groups":[{"id":"data","apps":[App db]},{"id":"middle","dependencies":["/g/data"],"apps":[App x,App y]},
         {"id":"front","dependencies":["../middle"],"apps":[App web]}]}
        """;
    private const string Nested = """
        {"id":"/g","groups":[{"id":"low","groups":[{"id":"deep","apps":[App db]}]},{"id":"high","apps":[App web:/g/low]}]}
        """;

    /// <summary>What of one step starts before anything of the next: within a step the order does not matter.</summary>
    [TestCase(Chain, "g_db|g_service|g_front")]
    [TestCase(Diamond, "g_d,g_free|g_b,g_c|g_a")]
    [TestCase(OfGroups, "g_data_db|g_middle_x,g_middle_y|g_front_web")]
    [TestCase(Nested, "g_low_deep_db|g_high_web")]
    [Property("case", 74)]
    [Property("case", 75)]
    [Property("case", 169)]
    public async Task Group_OfAnyShape_StartsInTheOrderOfItsDependencies(string shape, string order)
    {
        // Tasks come up one by one, so that one step can be told from the next.
        Do(() => Rig.Master.OnLaunch = _ => TaskState.TaskStarting);
        await PutAsync("/v2/groups", Group(shape));
        var steps = await FollowStepsAsync();
        Assert.That(steps, Is.EqualTo(order));
        Assert.That(Rig.EventTypes.Count(type => type == "deployment_success"), Is.EqualTo(1));
        Assert.That(Rig.EventTypes.Count(type => type == "deployment_step_success"),
            Is.EqualTo(Rig.EventTypes.Count(type => type == "deployment_info")));
        Assert.That((string)Rig.LastEvent("group_change_success")["groupId"]!, Is.EqualTo("/"), "the parent of the group that was changed");

        // An update of all goes the same way.
        await PutAsync("/v2/groups", Group(shape).Replace("sleep 1", "sleep 2", StringComparison.Ordinal));
        Assert.That(await FollowStepsAsync(), Is.EqualTo(order));
        Assert.That(Rig.Master.Live.Select(task => task.Info.Command.Value), Is.All.EqualTo("sleep 2"));
    }

    [Test]
    [Property("case", 74)]
    [Property("case", 171)]
    public async Task Dependants_OfWhatIsNotHealthy_Wait()
    {
        var wellFrom = TimeSpan.FromMinutes(5);
        Do(() => Rig.Probe = _ => Rig.Elapsed >= wellFrom
            ? new ProbeResult.HttpAnswered(200, "OK") : new ProbeResult.HttpAnswered(503, "no"));
        const string Check = "\"healthChecks\":[{\"protocol\":\"HTTP\",\"path\":\"/\",\"intervalSeconds\":5,\"gracePeriodSeconds\":600}]";
        await PutAsync("/v2/groups",
            $$"""{"id":"/g","apps":[{"id":"db","cmd":"sleep 1","cpus":0.1,"mem":16,{{Check}}},{"id":"web","cmd":"sleep 1","cpus":0.1,"mem":16,"dependencies":["db"]}]}""");
        Do(() => Rig.Advance(TimeSpan.FromMinutes(4)));
        Assert.That(Rig.Master.Live.Select(task => task.App), Is.EqualTo(new[] { "g_db" }));
        Do(() => Rig.Advance(TimeSpan.FromMinutes(2)));
        Assert.That(Rig.Master.Live.Select(task => task.App), Is.EqualTo(new[] { "g_db", "g_web" }));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
    }

    [TestCase("""{"id":"/g","apps":[App a:b,App b:a]}""")]
    [TestCase("""{"id":"/g","groups":[{"id":"x","dependencies":["/g/y"],"apps":[App a]},{"id":"y","dependencies":["/g/x"],"apps":[App b]}]}""")]
    [Property("case", 73)]
    [Property("case", 178)]
    public async Task Group_WithACycle_IsRefusedAndChangesNothing(string shape)
    {
        var answer = await SendAsync("PUT", "/v2/groups", Group(shape));
        Assert.That(answer.Status, Is.EqualTo(422), answer.Text);
        Assert.That(answer.Text, Does.Contain("cyclic dependencies"));
        Assert.That((await GetAsync("/v2/groups/g")).Status, Is.EqualTo(404));
        Assert.That(Rig.Master.Tasks, Is.Empty);
    }

    [Test]
    [Property("case", 75)]
    [Property("case", 179)]
    public async Task Dependencies_ThatAreRelative_AreEchoedAbsolute()
    {
        await PutAsync("/v2/groups", Group(OfGroups));
        var group = (await GetAsync("/v2/groups/g/front")).Json;
        Assert.That(group["dependencies"]!.Values<string>(), Is.EqualTo(new[] { "/g/middle" }));
        await PutAsync("/v2/groups", Group("""{"id":"/h","apps":[App a,App b:a]}"""));
        Assert.That((await GetAsync("/v2/apps/h/b")).Json["app"]!["dependencies"]!.Values<string>(), Is.EqualTo(new[] { "/h/a" }));
    }

    [Test]
    [Property("case", 171)]
    [Property("case", 177)]
    public async Task Group_Upgraded_IsRestoredToAVersion()
    {
        var first = (string)(await PutAsync("/v2/groups", Group(Chain)))["version"]!;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(1)));
        await PutAsync("/v2/groups", Group(Chain).Replace("sleep 1", "sleep 2", StringComparison.Ordinal));
        Assert.That(Rig.Master.Live.Select(task => task.Info.Command.Value), Is.All.EqualTo("sleep 2"));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(1)));
        await PutAsync("/v2/groups/g", $$"""{"version":"{{first}}"}""");
        Assert.That(Rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(new[] { "sleep 1", "sleep 1", "sleep 1" }));
        Assert.That((await GetAsync("/v2/groups/g/versions")).Json.Count(), Is.EqualTo(3));
        Assert.That((await SendAsync("PUT", "/v2/groups/g", """{"version":"2001-01-01T00:00:00.000Z"}""")).Status,
            Is.EqualTo(404).Or.EqualTo(422));
    }

    [Test]
    [Property("case", 176)]
    public async Task Group_WithAnAppThatLiesElsewhere_IsRefusedByItsPath()
    {
        var answer = await SendAsync("PUT", "/v2/groups", Group("""{"id":"/g","apps":[App /other/a]}"""));
        Assert.That(answer.Status, Is.EqualTo(422));
        Assert.That(answer.Json["details"]!.Select(detail => (string)detail["path"]!), Has.Some.Contain("apps(0)"));
        await PutAsync("/v2/groups", """{"groups":[{"id":"top","groups":[{"id":"mid"}]}]}""");
        await PutAsync("/v2/groups/top/mid", Group("""{"apps":[App a]}"""));
        Assert.That(Rig.Running("/top/mid/a"), Is.EqualTo(1));
    }

    [Test]
    [Property("case", 180)]
    public async Task Root_Cleaned_RemovesEverythingByOneDeployment()
    {
        await PutAsync("/v2/groups", Group(Chain));
        await PutAsync("/v2/groups",
            Group(Nested).Replace("\"/g\"", "\"/n\"", StringComparison.Ordinal).Replace("/g/", "/n/", StringComparison.Ordinal));
        var cleaned = await SendAsync("DELETE", "/v2/groups/?force=true");
        Assert.That((cleaned.Status, (string)cleaned.Json["deploymentId"]!),
            Is.EqualTo((200, (string)Rig.LastEvent("deployment_success")["id"]!)));
        Assert.That(Rig.Master.Live, Is.Empty);
        Assert.That((await GetAsync("/v2/groups")).Json["groups"], Is.Empty);
    }

    /// <summary>Lets what was started run, again and again, and gives what was started between, step by step.</summary>
    private async Task<string> FollowStepsAsync()
    {
        var steps = new List<string>();
        while (Rig.Master.Live.Where(task => task.State == TaskState.TaskStarting).ToList() is { Count: > 0 } starting)
        {
            steps.Add(string.Join(',', starting.Select(task => task.App).Order(StringComparer.Ordinal)));
            Do(() => starting.ForEach(task => Rig.Master.Update(task.Id, TaskState.TaskRunning)));
        }
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        return string.Join('|', steps);
    }

    private async Task<JToken> PutAsync(string path, string body)
    {
        var answer = await SendAsync("PUT", path, body);
        Assert.That(answer.Status, Is.EqualTo(200).Or.EqualTo(201), answer.Text);
        return answer.Json;
    }

    /// <summary>Writes out <c>App id:dependency:dependency</c>.</summary>
    private static string Group(string shape) => System.Text.RegularExpressions.Regex.Replace(shape, @"App ([\w/]+)((?::[\w/]+)*)", match =>
        new JObject
        {
            ["id"] = match.Groups[1].Value, ["cmd"] = "sleep 1", ["cpus"] = 0.1, ["mem"] = 16,
            ["dependencies"] = new JArray(match.Groups[2].Value.Split(':', StringSplitOptions.RemoveEmptyEntries)),
        }.ToString(Newtonsoft.Json.Formatting.None));
}
