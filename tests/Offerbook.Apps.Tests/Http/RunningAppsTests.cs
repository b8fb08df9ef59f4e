using Mesos.V1;
using Newtonsoft.Json.Linq;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Apps that run, over HTTP.</summary>
public sealed class RunningAppsTests : RunningFixture
{
    private const string Web = """{"id":"/g/web","cmd":"sleep 1000","instances":2,"cpus":0.1,"mem":32}""";

    [Test]
    [Property("case", 1)]
    [Property("case", 5)]
    [Property("case", 15)]
    public async Task App_Created_RunsAndItsDeploymentIsGone()
    {
        var created = await SendAsync("POST", "/v2/apps", Web);
        Assert.That(created.Status, Is.EqualTo(201));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        var app = (await GetAsync("/v2/apps?embed=apps.tasks")).Json["apps"]![0]!;
        Assert.That(app["tasks"]!.Select(task => (string)task["state"]!), Is.EqualTo(new[] { "TASK_RUNNING", "TASK_RUNNING" }));
        Assert.That(((int)app["tasksRunning"]!, (int)app["tasksStaged"]!, (int)app["tasksHealthy"]!), Is.EqualTo((2, 0, 0)));
        Assert.That(Rig.EventTypes,
            Does.Contain("api_post_event").And.Contain("group_change_success").And.Contain("status_update_event")
                .And.Contain("deployment_success"));
        Assert.That((string)Rig.LastEvent("api_post_event")["appDefinition"]!["id"]!, Is.EqualTo("/g/web"));
        Assert.That((string)Rig.LastEvent("group_change_success")["groupId"]!, Is.EqualTo("/g"));
        Assert.That((string)Rig.LastEvent("deployment_success")["id"]!, Is.EqualTo(created.Headers["Marathon-Deployment-Id"]));
    }

    [Test]
    [Property("case", 2)]
    public async Task App_SentAgain_KeepsItsTasks()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var tasks = await TaskIdsAsync("/g/web");
        var again = await SendAsync("PUT", "/v2/apps/g/web", """{"cmd":"sleep 1000"}""");
        Assert.That((again.Status, (string)Rig.LastEvent("deployment_success")["id"]!),
            Is.EqualTo((200, (string)again.Json["deploymentId"]!)));
        Assert.That(await TaskIdsAsync("/g/web"), Is.EqualTo(tasks));
    }

    [TestCase("PUT")]
    [TestCase("PATCH")]
    [Property("case", 8)]
    [Property("case", 9)]
    [Property("case", 12)]
    [Property("case", 13)]
    [Property("case", 21)]
    public async Task App_Updated_RunsTheNewVersionAndKeepsBoth(string method)
    {
        await SendAsync("POST", "/v2/apps", Web);
        var (tasks, first) = (await TaskIdsAsync("/g/web"), (string)(await GetAsync("/v2/apps/g/web")).Json["app"]!["version"]!);
        var versions = (await GetAsync("/v2/apps/g/web/versions")).Json["versions"]!;
        Assert.That(versions.Values<string>(), Is.EqualTo(new[] { first }));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(1)));
        var updated = await SendAsync(method, "/v2/apps/g/web", """{"disk":1}""");
        Assert.That(updated.Status, Is.EqualTo(200));
        Assert.That((await TaskIdsAsync("/g/web")).Intersect(tasks), Is.Empty);
        var second = (string)updated.Json["version"]!;
        Assert.That((await GetAsync("/v2/apps/g/web/versions")).Json["versions"]!.Values<string>(), Is.EqualTo(new[] { second, first }));
        Assert.That((int)(await GetAsync("/v2/apps/g/web/versions/" + first)).Json["disk"]!, Is.Zero);
        Assert.That((int)(await GetAsync("/v2/apps/g/web/versions/" + second)).Json["disk"]!, Is.EqualTo(1));
        Assert.That((string)(await GetAsync("/v2/apps/g/web")).Json["app"]!["cmd"]!, Is.EqualTo("sleep 1000"));
    }

    [Test]
    [Property("case", 10)]
    [Property("case", 30)]
    public async Task App_Scaled_HasAsManyAndTheSameConfiguration()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var info = (await GetAsync("/v2/apps/g/web")).Json["app"]!["versionInfo"]!;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(1)));
        foreach (var count in new[] { 4, 1, 0 })
        {
            await SendAsync("PUT", "/v2/apps/g/web", $$"""{"instances":{{count}}}""");
            Assert.That(await TaskIdsAsync("/g/web"), Has.Count.EqualTo(count));
        }
        var after = (await GetAsync("/v2/apps/g/web")).Json["app"]!["versionInfo"]!;
        Assert.That((string)after["lastConfigChangeAt"]!, Is.EqualTo((string)info["lastConfigChangeAt"]!));
        Assert.That((string)after["lastScalingAt"]!, Is.Not.EqualTo((string)info["lastScalingAt"]!));
    }

    [Test]
    [Property("case", 11)]
    [Property("case", 26)]
    public async Task App_Restarted_HasOtherTasksAndAnotherVersion()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var (tasks, version) = (await TaskIdsAsync("/g/web"), (string)(await GetAsync("/v2/apps/g/web")).Json["app"]!["version"]!);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(1)));
        Assert.That((await SendAsync("POST", "/v2/apps/g/web/restart")).Status, Is.EqualTo(200));
        Assert.That((await TaskIdsAsync("/g/web")).Intersect(tasks), Is.Empty);
        Assert.That((string)(await GetAsync("/v2/apps/g/web")).Json["app"]!["version"]!, Is.Not.EqualTo(version));
    }

    [Test]
    [Property("case", 14)]
    public async Task App_Deleted_IsGoneWithItsTasks()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var deleted = await SendAsync("DELETE", "/v2/apps/g/web");
        Assert.That((deleted.Status, deleted.Headers["Marathon-Deployment-Id"]), Is.EqualTo((200, (string)deleted.Json["deploymentId"]!)));
        Assert.That((await GetAsync("/v2/apps")).Text, Is.EqualTo("""{"apps":[]}"""));
        Assert.That((await GetAsync("/v2/apps/g/web/versions")).Status, Is.EqualTo(404));
        Assert.That(Rig.Master.Live, Is.Empty);
    }

    [Test]
    [Property("case", 22)]
    [Property("case", 23)]
    public async Task App_WithNumbersThatAreNone_IsRefusedMemberByMember()
    {
        var answer = await SendAsync("POST", "/v2/apps", """{"id":"/x","cmd":"sleep 1","instances":1.5}""");
        Assert.That(Problems(answer),
            Is.EqualTo(new[] { "/instances: error.expected.int" }).Or.EqualTo(new[] { "/instances: error.expected.jsnumber" }));
        var negative = await SendAsync("POST", "/v2/apps", """{"id":"/x","cmd":"sleep 1","cpus":-1,"mem":-1,"disk":-1,"instances":-1}""");
        Assert.That(Problems(negative),
            Is.EquivalentTo(new[] { "/cpus: error.min", "/mem: error.min", "/disk: error.min", "/instances: error.min" }));
    }

    [Test]
    [Property("case", 19)]
    [Property("case", 24)]
    public async Task App_WithOldPorts_ShowsDefinitionsWithServicePorts()
    {
        var created = (await SendAsync("POST", "/v2/apps", """{"id":"/p","cmd":"sleep 1","cpus":0.1,"mem":32,"ports":[0,0]}""")).Json;
        Assert.That((created["ports"], created["portDefinitions"]!.Count()), Is.EqualTo(((JToken?)null, 2)));
        await SendAsync("PUT", "/v2/apps/p", """{"ports":[0,80,0]}""");
        var ports = (await GetAsync("/v2/apps/p")).Json["app"]!["portDefinitions"]!.Select(port => (int)port["port"]!).ToList();
        Assert.That(ports, Is.EqualTo(new[] { 10_000, 80, 10_001 }), "its own ports first");
    }

    [Test]
    [Property("case", 16)]
    public async Task Container_WithoutAnImage_StaysWithoutOne()
    {
        await SendAsync("POST", "/v2/apps",
            """{"id":"/c","cmd":"sleep 1","cpus":0.1,"mem":32,"container":{"type":"MESOS","volumes":[]}}""");
        await SendAsync("PUT", "/v2/apps/c", """{"cmd":"sleep 2"}""");
        var container = (JObject)(await GetAsync("/v2/apps/c")).Json["app"]!["container"]!;
        Assert.That(((string)container["type"]!, container.ContainsKey("docker")), Is.EqualTo(("MESOS", false)));
    }

    [Test]
    [Property("case", 17)]
    public async Task Container_Updated_IsReplacedWhole()
    {
        const string Docker = """{"id":"/d","cpus":0.1,"mem":32,"networks":[{"mode":"container/bridge"}],"container":{"type":"DOCKER","docker":{"image":"i"},"portMappings":[{"containerPort":3000}]}}""";
        await SendAsync("POST", "/v2/apps", Docker);
        await SendAsync("PUT", "/v2/apps/d", Docker.Replace("3000", "4000"));
        var mapping = (await GetAsync("/v2/apps/d")).Json["app"]!["container"]!["portMappings"]!.Single();
        Assert.That(((int)mapping["containerPort"]!, (int)mapping["servicePort"]!), Is.EqualTo((4000, 10_000)));
    }

    [Test]
    [Property("case", 36)]
    public async Task Version_WithOtherMembers_IsRefused()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var answer = await SendAsync("PUT", "/v2/apps/g/web", """{"version":"2020-01-01T00:00:00.000Z","cpus":1}""");
        Assert.That(Problems(answer), Has.Some.EndsWith("The 'version' field may only be combined with the 'id' field."));
        Assert.That((await SendAsync("PUT", "/v2/apps/g/web", """{"version":"2020-01-01T00:00:00.000Z"}""")).Message,
            Is.EqualTo("App '/g/web' does not exist in version 2020-01-01T00:00:00.000Z"));
    }

    [Test]
    [Property("case", 28)]
    [Property("case", 121)]
    public async Task Task_ThatFailed_IsTheLastFailure()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var task = (await TaskIdsAsync("/g/web"))[0];
        Do(() => Rig.Master.Update(task, TaskState.TaskFailed, message: "it broke"));
        var failure = (await GetAsync("/v2/apps?embed=apps.lastTaskFailure")).Json["apps"]![0]!["lastTaskFailure"]!;
        Assert.Multiple(() =>
        {
            Assert.That((string)failure["taskId"]!, Is.EqualTo(task));
            Assert.That((string)failure["message"]!, Is.EqualTo("it broke"));
            Assert.That((string)failure["state"]!, Is.EqualTo("TASK_FAILED"));
            Assert.That((string)failure["appId"]!, Is.EqualTo("/g/web"));
            Assert.That(failure["host"], Is.Not.Null);
            Assert.That(failure["slaveId"], Is.Not.Null);
        });
    }

    private async Task<List<string>> TaskIdsAsync(string app) =>
        (await GetAsync($"/v2/apps/{app}/tasks")).Json["tasks"]!.Select(task => (string)task["id"]!).ToList();

    private static IEnumerable<string> Problems(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(422), answer.Text);
        return answer.Json["details"]!.SelectMany(detail => detail["errors"]!.Select(error => detail["path"] + ": " + error)).ToList();
    }
}
