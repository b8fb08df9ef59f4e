using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Health;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Deployments that are stopped, rolled back, conflict and wait, over HTTP, with the events that they emit.</summary>
public sealed class RunningDeploymentsTests : RunningFixture
{
    [Test]
    [Property("case", 68)]
    public async Task Deployment_Stopped_LeavesTheAppAndAnOverdueQueueItem()
    {
        Do(() => Rig.Master.Offers = false);
        var id = await DeployAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1","instances":2}""");
        Assert.That((bool)(await GetAsync("/v2/queue")).Json["queue"]!.Single()["delay"]!["overdue"]!, Is.True);
        Assert.That((await GetAsync("/v2/deployments")).Json.Select(plan => (string)plan["id"]!), Is.EqualTo(new[] { id }));
        var stopped = await SendAsync("DELETE", $"/v2/deployments/{id}?force=true");
        Assert.That(stopped.Status, Is.EqualTo(202), stopped.Text);
        Assert.That((string)Rig.LastEvent("deployment_failed")["id"]!, Is.EqualTo(id));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        Assert.That((await GetAsync("/v2/apps/a")).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("DELETE", $"/v2/deployments/{id}?force=true")).Status, Is.EqualTo(404));
    }

    [Test]
    [Property("case", 69)]
    public async Task NewApp_RolledBack_IsGone()
    {
        Do(() => Rig.Master.Offers = false);
        var old = await DeployAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""");
        var id = await DeployAsync("DELETE", "/v2/deployments/" + old, null);
        Assert.That((string)Rig.LastEvent("deployment_failed")["id"]!, Is.EqualTo(old));
        Assert.That((string)Rig.LastEvent("deployment_success")["id"]!, Is.EqualTo(id));
        Assert.That(Rig.EventTypes, Has.Some.EqualTo("app_terminated_event"));
        Assert.That((await GetAsync("/v2/apps/a")).Status, Is.EqualTo(404));
    }

    [TestCase(2, """,'upgradeStrategy':{'minimumHealthCapacity':1,'maximumOverCapacity':1}""")]
    [TestCase(1, "")]
    [Property("case", 70)]
    public async Task Update_ThatFitsNowhere_RolledBack_EndsWithTheTasksThatWere(int instances, string strategy)
    {
        await DeployAsync("POST", "/v2/apps",
            $$"""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":{{instances}}{{strategy.Replace('\'', '"')}} }""");
        var tasks = await TaskIdsAsync("/a");
        var id = await DeployAsync("PUT", "/v2/apps/a", """{"constraints":[["nowhere","CLUSTER","x"]]}""");
        Assert.That((await GetAsync("/v2/deployments")).Json.Select(plan => (string)plan["id"]!), Is.EqualTo(new[] { id }));
        await DeployAsync("DELETE", "/v2/deployments/" + id, null);
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        Assert.That(await TaskIdsAsync("/a"), Is.EquivalentTo(tasks));
        Assert.That((await GetAsync("/v2/apps/a")).Json["app"]!["constraints"]?.Count() ?? 0, Is.Zero);
    }

    [Test]
    [Property("case", 71)]
    [Property("case", 72)]
    public async Task Group_BeingDeployed_IsChangedAndRemovedByForceOnly()
    {
        Do(() => Rig.Master.OnLaunch = _ => TaskState.TaskStarting);
        var first = await DeployAsync("PUT", "/v2/groups/g", """{"apps":[{"id":"a","cmd":"sleep 1","cpus":0.1,"mem":16}]}""");
        const string Next = """{"apps":[{"id":"a","cmd":"sleep 2","cpus":0.1,"mem":16}]}""";
        var conflict = await SendAsync("PUT", "/v2/groups/g", Next);
        Assert.That((conflict.Status, (string)conflict.Json["deployments"]!.Single()["id"]!), Is.EqualTo((409, first)));
        Assert.That(Rig.LastEvent("group_change_failed")["reason"], Is.Not.Null);
        await DeployAsync("PUT", "/v2/groups/g?force=true", Next);
        Assert.That((string)Rig.LastEvent("deployment_failed")["id"]!, Is.EqualTo(first));
        Assert.That((await SendAsync("DELETE", "/v2/groups/g")).Status, Is.EqualTo(409));
        Assert.That((await SendAsync("DELETE", "/v2/groups/g?force=true")).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        Assert.That((await GetAsync("/v2/groups/g")).Status, Is.EqualTo(404));
    }

    [Test]
    [Property("case", 76)]
    public async Task ScalingDown_RolledBack_BringsTheNumberBack()
    {
        await DeployAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":2}""");
        Do(() => Rig.Master.KillsAtOnce = false);
        var id = await DeployAsync("PUT", "/v2/apps/a", """{"instances":1}""");
        await DeployAsync("DELETE", "/v2/deployments/" + id, null);
        Do(() =>
        {
            Rig.Master.KillsAtOnce = true;
            Rig.Advance(TimeSpan.FromMinutes(1));
        });
        Assert.That(await TaskIdsAsync("/a"), Has.Count.EqualTo(2));
        Assert.That((int)(await GetAsync("/v2/apps/a")).Json["app"]!["instances"]!, Is.EqualTo(2));
    }

    [Test]
    [Property("case", 77)]
    [Property("case", 103)]
    [Property("case", 6)]
    public async Task Update_ThatIsIll_KeepsTheOldOneHealthyUntilItIsRolledBack()
    {
        var isNew = "";
        Do(() => Rig.Probe = probe => Rig.Master.Live.Any(task => task.Info.Command.Value == isNew && Port(task.Info) == probe.Port)
            ? new ProbeResult.HttpAnswered(500, "ill") : new ProbeResult.HttpAnswered(200, "OK"));
        await DeployAsync("POST", "/v2/apps", """
            {"id":"/a","cmd":"good","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"HTTP","path":"/","intervalSeconds":2,"gracePeriodSeconds":0}]}
            """);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(5)));
        var old = (await TaskIdsAsync("/a")).Single();
        isNew = "bad";
        var id = await DeployAsync("PUT", "/v2/apps/a", """{"cmd":"bad"}""");
        for (var minute = 0; minute < 10; minute++)
        {
            Do(() => Rig.Advance(TimeSpan.FromMinutes(1)));
            Assert.That((int)(await GetAsync("/v2/apps/a")).Json["app"]!["tasksHealthy"]!, Is.EqualTo(1));
            Assert.That(await TaskIdsAsync("/a"), Has.Member(old));
        }
        Assert.That(Rig.EventTypes.Count(type => type == "failed_health_check_event"), Is.GreaterThanOrEqualTo(10));
        Assert.That(Rig.EventTypes.Count(type => type == "deployment_success"), Is.EqualTo(1));
        await DeployAsync("DELETE", "/v2/deployments/" + id, null);
        Assert.That((await GetAsync("/v2/deployments")).Json.Select(plan => (string)plan["id"]!), Has.No.Member(id),
            "its id vanishes at once");
        Do(() => Rig.Advance(TimeSpan.FromMinutes(1)));
        Assert.That(await TaskIdsAsync("/a"), Is.EqualTo(new[] { old }));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("case", 104)]
    [Property("case", 105)]
    public async Task Deployment_StaysUntilReady(bool upgrade)
    {
        var (ready, healthy) = (upgrade, true);
        Do(() => Rig.Probe = probe => probe is HealthProbe.Http { Path: "/ready" }
            ? new ProbeResult.HttpAnswered(ready ? 200 : 503, "r") : new ProbeResult.HttpAnswered(healthy ? 200 : 503, "h"));
        await DeployAsync("POST", "/v2/apps", """
            {"id":"/a","cmd":"one","cpus":0.1,"mem":16,"portDefinitions":[{"port":0,"name":"http"}],
             "healthChecks":[{"protocol":"HTTP","path":"/","intervalSeconds":1}],
             "readinessChecks":[{"name":"r","portName":"http","path":"/ready","intervalSeconds":2,"timeoutSeconds":1}]}
            """);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        if (upgrade)
        {
            Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
            ready = false;
            await DeployAsync("PUT", "/v2/apps/a", """{"cmd":"two"}""");
            Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        }
        var action = (await GetAsync("/v2/deployments")).Json.Single()["currentActions"]!.Single();
        Assert.That(action["readinessCheckResults"]!.Select(result => (bool)result["ready"]!), Is.EqualTo(new[] { false }));
        (ready, healthy) = (true, true);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(5)));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
    }

    /// <summary>
    /// Every row of the table of rolling replacement: so many old ones are killed, and so many new ones started, before any new one runs;
    /// kills are carried
    /// out at once only when <paramref name="kills"/>.
    /// </summary>
    [TestCase(10, 10, 1, 1, true, 0, 10)]
    [TestCase(10, 10, 0.5, 0, true, 5, 5)]
    [TestCase(10, 10, 0.5, 0, false, 5, 0)]
    [TestCase(10, 10, 0.5, 0.2, false, 5, 2)]
    [TestCase(10, 10, 0.5, 0.2, true, 5, 7)]
    [TestCase(10, 10, 1, 0, true, 0, 1)]
    [TestCase(3, 3, 0.7, 0, true, 0, 1)]
    [TestCase(1, 1, 0, 0, false, 1, 0)]
    [TestCase(1, 1, 0, 0, true, 1, 1)]
    [TestCase(1, 1, 1, 0, true, 0, 1)]
    [TestCase(4, 2, 1, 1, false, 2, 0)]
    [Property("case", 89)]
    [Property("case", 103)]
    public async Task Replacement_AtItsBeginning_FollowsTheTable(int old, int wanted, double minimum, double over, bool kills, int killed,
        int started)
    {
        await DeployAsync("POST", "/v2/apps", $$"""
            {"id":"/a","cmd":"old","cpus":0.1,"mem":16,"instances":{{old}},"upgradeStrategy":{"minimumHealthCapacity":{{minimum}},"maximumOverCapacity":{{over}}} }
            """);
        Do(() =>
        {
            Rig.Master.OnLaunch = _ => TaskState.TaskStarting;
            Rig.Master.KillsAtOnce = kills;
            Rig.Master.Calls.Clear();
        });
        var id = await DeployAsync("PUT", "/v2/apps/a", $$"""{"cmd":"new","instances":{{wanted}} }""");
        var sentenced = Rig.Master.Calls.Where(call => call.Kill is not null).Select(call => call.Kill.TaskId.Value).Distinct().ToList();
        Assert.That(sentenced, Has.Count.EqualTo(killed));
        Assert.That(Live("new"), Has.Count.EqualTo(started));
        Do(() =>
        {
            Rig.Master.KillsAtOnce = true;
            Rig.Master.OnLaunch = _ => TaskState.TaskRunning;
            foreach (var task in sentenced.Where(task => !Rig.Master.Tasks[task].HasEnded))
            {
                Rig.Master.Update(task, TaskState.TaskKilled);
            }
            foreach (var task in Live("new").Where(task => Rig.Master.Tasks[task].State == TaskState.TaskStarting).ToList())
            {
                Rig.Master.Update(task, TaskState.TaskRunning);
            }
        });
        Assert.That((string)Rig.LastEvent("deployment_success")["id"]!, Is.EqualTo(id));
        Assert.That((Live("old").Count, Live("new").Count), Is.EqualTo((0, wanted)));
    }

    /// <summary>The row that hangs in the original: here it hangs too, and says so.</summary>
    [Test]
    [Property("case", 103)]
    public async Task Replacement_OfTooFewHealthy_WaitsAndTellsWhy()
    {
        await DeployAsync("POST", "/v2/apps", """
            {"id":"/a","cmd":"old","cpus":0.1,"mem":16,"instances":10,"upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0},
             "healthChecks":[{"protocol":"COMMAND","command":{"value":"true"}}]}
            """);
        Do(() => Live("old").ToList().ForEach(task => Rig.Master.Update(task, TaskState.TaskRunning, healthy: true)));
        Do(() => Live("old").Take(6).ToList().ForEach(task => Rig.Master.Update(task, TaskState.TaskRunning, healthy: false)));
        await DeployAsync("PUT", "/v2/apps/a", """{"cmd":"new"}""");
        Assert.That((Live("old").Count, Live("new").Count), Is.EqualTo((10, 0)));
        var waiting = (await GetAsync("/v2/deployments?embed=progress")).Json.Single()["waiting"]!;
        Assert.That(waiting.SelectMany(app => app["reasons"]!).Select(reason => (string)reason["reason"]!), Has.Member("capacityDeadEnd"));
    }

    private List<string> Live(string command) =>
        Rig.Master.Live.Where(task => task.Info.Command.Value == command).Select(task => task.Id).ToList();

    private static int Port(TaskInfo task) => (int)task.Resources.Single(resource => resource.Name == "ports").Ranges.Range[0].Begin;

    /// <returns>The deployment's id.</returns>
    private async Task<string> DeployAsync(string method, string path, string? body)
    {
        var answer = await SendAsync(method, path, body);
        Assert.That(answer.Status, Is.InRange(200, 202), answer.Text);
        return (string?)answer.Json["deploymentId"] ?? answer.Headers["Marathon-Deployment-Id"];
    }

    private async Task<List<string>> TaskIdsAsync(string app) =>
        (await GetAsync($"/v2/apps/{app}/tasks")).Json["tasks"]!.Select(task => (string)task["id"]!).ToList();
}
