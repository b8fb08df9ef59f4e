using Mesos.V1;
using Newtonsoft.Json.Linq;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Tasks, what waits to become one, and groups of apps that run, over HTTP.</summary>
public sealed class RunningTasksTests : RunningFixture
{
    private const string Web = """{"id":"/g/web","cmd":"sleep 1000","instances":2,"cpus":0.1,"mem":32}""";

    [Test]
    [Property("case", 109)]
    [Property("case", 112)]
    public async Task Kill_OfATask_ReplacesIt()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var task = (await TasksAsync("/v2/tasks"))[0];
        var answer = await SendAsync("DELETE", $"/v2/apps/g/web/tasks/{task["id"]}");
        Assert.That((answer.Status, (string)answer.Json["task"]!["id"]!), Is.EqualTo((200, (string)task["id"]!)));
        var after = (await TasksAsync("/v2/tasks")).Select(left => (string)left["id"]!).ToList();
        Assert.That((after.Count, after.Contains((string)task["id"]!)), Is.EqualTo((2, false)));
        Assert.That((await SendAsync("DELETE", "/v2/apps/g/web/tasks/none")).Message, Is.EqualTo("Task 'none' does not exist"));
    }

    /// <summary>Under both names, on any way to look; ages go on while nothing else changes.</summary>
    [Test]
    public async Task Stats_OfRunningTasks_CountThemAndGrowOlder()
    {
        const string All = "/v2/groups?embed=group.groups&embed=group.apps&embed=group.apps.taskStats";
        await SendAsync("POST", "/v2/apps", Web);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        var (app, grouped) = ((await GetAsync("/v2/apps/g/web?embed=app.taskStats")).Json["app"]!,
            (await GetAsync(All)).Json["groups"]![0]!["apps"]![0]!);
        var stats = (JObject)app["taskStats"]!;
        Assert.That(stats["totalSummary"]!["stats"]!["counts"]!.ToString(Newtonsoft.Json.Formatting.None),
            Is.EqualTo("""{"staged":0,"running":2,"healthy":0,"unhealthy":0}"""));
        Assert.That(stats.Properties().Select(group => group.Name),
            Is.EqualTo(new[] { "startedAfterLastScaling", "withLatestConfig", "totalSummary" }));
        foreach (var other in (JToken[])[app["tasksStats"]!, grouped["taskStats"]!, grouped["tasksStats"]!])
        {
            Assert.That(JToken.DeepEquals(other, stats), Is.True, other.ToString());
        }
        var age = (double)stats["totalSummary"]!["stats"]!["lifeTime"]!["medianSeconds"]!;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        var later = (await GetAsync("/v2/apps/g/web?embed=app.taskStats"))
            .Json["app"]!["taskStats"]!["withLatestConfig"]!["stats"]!["lifeTime"]!;
        Assert.That(((double)later["medianSeconds"]!, (double)later["averageSeconds"]!), Is.EqualTo((age + 10, age + 10)));
    }

    [Test]
    [Property("case", 109)]
    public async Task Kill_WithScale_LowersTheInstances()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var task = (await TasksAsync("/v2/tasks"))[0];
        var answer = await SendAsync("DELETE", $"/v2/apps/g/web/tasks/{task["id"]}?scale=true");
        Assert.That(answer.Headers["Marathon-Deployment-Id"], Is.EqualTo((string)answer.Json["deploymentId"]!));
        Assert.That((int)(await GetAsync("/v2/apps/g/web")).Json["app"]!["instances"]!, Is.EqualTo(1));
        var after = (await TasksAsync("/v2/tasks")).Select(left => (string)left["id"]!).ToList();
        Assert.That((after.Count, after.Contains((string)task["id"]!)), Is.EqualTo((1, false)));
    }

    [Test]
    [Property("case", 110)]
    [Property("case", 111)]
    public async Task Kill_OfAll_ReplacesOrScalesThem()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var ids = new JArray((await TasksAsync("/v2/tasks")).Select(task => task["id"]!));
        var killed = await SendAsync("DELETE", "/v2/apps/g/web/tasks");
        Assert.That(killed.Json["tasks"]!.Count(), Is.EqualTo(2));
        var next = (await TasksAsync("/v2/tasks")).Select(task => (string)task["id"]!).ToList();
        Assert.That(next, Has.Exactly(2).Items);
        Assert.That(next.Intersect(ids.Values<string>()), Is.Empty);
        // Any of an instance's tasks names it; what is not there is no error.
        var byId = await SendAsync("POST", "/v2/tasks/delete",
            new JObject { ["ids"] = new JArray(ids.Append("other.instance-0f6b1c3e-0000-1000-8000-000000000000._app.1")) }.ToString());
        Assert.That(byId.Json["tasks"]!.Count(), Is.EqualTo(2));
        Assert.That((await SendAsync("POST", "/v2/tasks/delete", """{"ids":["nonsense"]}""")).Message,
            Does.StartWith("Invalid task id 'nonsense'. ["));
        await SendAsync("DELETE", "/v2/apps/g/web/tasks?scale=true");
        Assert.That(await TasksAsync("/v2/tasks"), Is.Empty);
        Assert.That((int)(await GetAsync("/v2/apps/g/web")).Json["app"]!["instances"]!, Is.Zero);
    }

    [Test]
    [Property("case", 112)]
    public async Task Tasks_OfAGroup_AreThoseOfItsApps()
    {
        await SendAsync("POST", "/v2/apps", Web);
        await SendAsync("POST", "/v2/apps", """{"id":"/other","cmd":"sleep 1000","cpus":0.1,"mem":32}""");
        Assert.That(await TasksAsync("/v2/apps/g/*/tasks"), Has.Count.EqualTo(2));
        Assert.That(await TasksAsync("/v2/apps/*/tasks"), Has.Count.EqualTo(3));
        Assert.That(await TasksAsync("/v2/tasks?status=running"), Has.Count.EqualTo(3));
        Assert.That(await TasksAsync("/v2/tasks?status[]=staging"), Is.Empty);
        Assert.That(await TasksAsync("/v2/tasks?limit=2"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Kill_OnOneHost_LeavesTheOthers()
    {
        await SendAsync("POST", "/v2/apps",
            """{"id":"/u","cmd":"sleep 1","instances":2,"cpus":0.1,"mem":32,"constraints":[["hostname","UNIQUE"]]}""");
        var tasks = await TasksAsync("/v2/apps/u/tasks");
        var answer = await SendAsync("DELETE", $"/v2/apps/u/tasks?host={tasks[0]["host"]}");
        Assert.That(answer.Json["tasks"]!.Select(task => (string)task["id"]!), Is.EqualTo(new[] { (string)tasks[0]["id"]! }));
        Assert.That((await SendAsync("DELETE", "/v2/apps/u/tasks?host=nowhere")).Json["tasks"], Is.Empty);
        Assert.That((await SendAsync("DELETE", "/v2/apps/u/tasks?host=*")).Json["tasks"]!.Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task Wipe_OfATask_AnswersWhenItHasEnded()
    {
        await SendAsync("POST", "/v2/apps", Web);
        Do(() => Rig.Master.KillsAtOnce = false);
        var task = (string)(await TasksAsync("/v2/tasks"))[0]["id"]!;
        var wiping = SendAsync("DELETE", $"/v2/apps/g/web/tasks/{task}?wipe=true");
        // The kill has been decided as soon as readers see it; the answer still waits.
        while (!(await TasksAsync("/v2/tasks")).Any(left => (string)left["id"]! == task && Rig.EventTypes.Contains("instance_changed_event")
            && Rig.Master.Calls.Any(call => call.Type == Mesos.V1.Scheduler.Call.Types.Type.Kill)))
        {
            await Task.Yield();
        }
        Assert.That(wiping.IsCompleted, Is.False);
        Do(() => Rig.Master.Update(task, TaskState.TaskKilled));
        var answer = await wiping;
        Assert.That((answer.Status, (string)answer.Json["task"]!["id"]!), Is.EqualTo((200, task)));
        Assert.That((await TasksAsync("/v2/tasks")).Select(left => (string)left["id"]!), Has.No.Member(task));
    }

    [Test]
    [Property("case", 122)]
    public async Task Task_Running_HasItsMembers()
    {
        await SendAsync("POST", "/v2/apps",
            """{"id":"/t","cmd":"sleep 1","cpus":0.1,"mem":32,"portDefinitions":[{"port":0},{"port":0}]}""");
        var task = (await TasksAsync("/v2/tasks")).Single();
        Assert.Multiple(() =>
        {
            Assert.That(task.Properties().Select(member => member.Name), Is.EquivalentTo(new[]
            {
                "appId", "id", "host", "state", "role", "healthCheckResults", "ipAddresses", "ports", "servicePorts", "localVolumes",
                "slaveId",
                "stagedAt", "startedAt", "version",
            }));
            Assert.That(task["ports"]!.Count(), Is.EqualTo(2));
            Assert.That(task["servicePorts"]!.Values<int>(), Is.EqualTo(new[] { 10_000, 10_001 }));
            Assert.That((string)task["state"]!, Is.EqualTo("TASK_RUNNING"));
        });
        Assert.That((await TasksAsync("/v2/apps/t/tasks")).Single()["servicePorts"], Is.Empty);
    }

    [Test]
    public async Task Tasks_AsText_ListHostPortsOfEachServicePort()
    {
        await SendAsync("POST", "/v2/apps",
            """{"id":"/g/t","cmd":"sleep 1","cpus":0.1,"mem":32,"portDefinitions":[{"port":0},{"port":8080}]}""");
        await SendAsync("POST", "/v2/apps", """{"id":"/n","cmd":"sleep 1","cpus":0.1,"mem":32,"portDefinitions":[]}""");
        await SendAsync("POST", "/v2/apps",
            """{"id":"/c","cmd":"sleep 1","cpus":0.1,"mem":32,"networks":[{"mode":"container","name":"dmz"}],"container":{"type":"MESOS","portMappings":[{"containerPort":80}]}}""");
        var tasks = (await TasksAsync("/v2/tasks")).ToDictionary(task => (string)task["appId"]!);
        var web = tasks["/g/t"];
        var text = (await SendAsync("GET", "/v2/tasks", accept: "text/plain")).Text;
        Assert.That(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EquivalentTo(new[]
        {
            "c\t10001\t", $"n\t \t{tasks["/n"]["host"]}\t", $"g_t\t10000\t{web["host"]}:{web["ports"]![0]}\t",
            $"g_t\t8080\t{web["host"]}:{web["ports"]![1]}\t",
        }));
        Assert.That((await SendAsync("GET", "/v2/apps/g/t/tasks", accept: "text/plain")).Text,
            Does.StartWith("g_t\t10000\t").And.EndsWith("\t\n"));
        Assert.That((await SendAsync("GET", "/v2/tasks", accept: "text/plain, application/json")).Headers["Content-Type"],
            Does.StartWith("application/json"));
    }

    [Test]
    [Property("case", 123)]
    [Property("case", 126)]
    [Property("case", 129)]
    public async Task Queue_OfAFailingApp_ShowsItsDelayUntilItIsReset()
    {
        await SendAsync("POST", "/v2/apps",
            """{"id":"/f","cmd":"false","cpus":0.1,"mem":32,"backoffSeconds":3600,"maxLaunchDelaySeconds":7200}""");
        Do(() => Rig.Master.Update(Rig.Master.Live.Single().Id, TaskState.TaskFailed));
        var delay = (await GetAsync("/v2/queue")).Json["queue"]![0]!["delay"]!;
        Assert.That((bool)delay["overdue"]!, Is.False);
        Assert.That((await SendAsync("DELETE", "/v2/queue/f/delay")).Status, Is.EqualTo(204));
        Assert.That((await GetAsync("/v2/queue")).Text, Is.EqualTo("""{"queue":[]}"""));
        Assert.That((await SendAsync("DELETE", "/v2/queue/f/delay")).Status, Is.EqualTo(404));
    }

    [Test]
    [Property("case", 132)]
    public async Task Queue_OfAnAppThatFitsNowhere_CountsTheReasons()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/big","cmd":"sleep 1","cpus":1000,"mem":32}""");
        var item = (await GetAsync("/v2/queue?embed=lastUnusedOffers")).Json["queue"]![0]!;
        var summary = item["processedOffersSummary"]!;
        Assert.Multiple(() =>
        {
            Assert.That((int)summary["processedOffersCount"]!, Is.Positive);
            foreach (var list in new[] { "rejectSummaryLastOffers", "rejectSummaryLaunchAttempt" })
            {
                var row = summary[list]!.Single(row => (string)row["reason"]! == "InsufficientCpus");
                Assert.That((int)row["declined"]!, Is.Positive, list);
                Assert.That((int)row["processed"]!, Is.Positive, list);
            }
            Assert.That(item["lastUnusedOffers"]![0]!["reason"]!.Values<string>(), Does.Contain("InsufficientCpus"));
            Assert.That(item["lastUnusedOffers"]![0]!["offer"]!["hostname"], Is.Not.Null);
        });
    }

    [Test]
    [Property("case", 168)]
    [Property("case", 174)]
    [Property("case", 175)]
    public async Task Group_Made_ChangedAndRemoved_HasItsStatuses()
    {
        Assert.That((await SendAsync("POST", "/v2/groups", """{"id":"/a"}""")).Status, Is.EqualTo(201));
        Assert.That((await SendAsync("POST", "/v2/groups", """{"id":"/a"}""")).Message,
            Is.EqualTo("Group /a is already created. Use PUT to change this group."));
        Assert.That((await SendAsync("PUT", "/v2/groups/a", """{"groups":[{"id":"b"}]}""")).Status, Is.EqualTo(200));
        var group = (await GetAsync("/v2/groups/a")).Json;
        Assert.That(((bool)group["enforceRole"]!, (string)group["groups"]![0]!["id"]!), Is.EqualTo((false, "/a/b")));
        Assert.That((await GetAsync("/v2/groups/a/versions")).Json.Count(), Is.EqualTo(2));
        await SendAsync("POST", "/v2/apps", """{"id":"/x","cmd":"sleep 1","cpus":0.1,"mem":32}""");
        Assert.That((await SendAsync("POST", "/v2/groups", """{"id":"/x"}""")).Message,
            Is.EqualTo("An app with the path /x already exists."));
        Assert.That((await SendAsync("DELETE", "/v2/groups/a")).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("DELETE", "/v2/groups/a")).Status, Is.EqualTo(404));
        Assert.That((await SendAsync("DELETE", "/v2/groups/?force=true")).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("/v2/apps")).Json["apps"], Is.Empty);
    }

    [Test]
    [Property("case", 169)]
    [Property("case", 170)]
    [Property("case", 171)]
    [Property("case", 180)]
    public async Task Group_WithApps_IsStartedScaledAndRolledBack()
    {
        const string Group = """{"id":"/g","apps":[{"id":"a","cmd":"sleep 1","cpus":0.1,"mem":32,"instances":2},{"id":"b","cmd":"sleep 1","cpus":0.1,"mem":32}]}""";
        var first = (string)(await SendAsync("PUT", "/v2/groups", Group)).Json["version"]!;
        var tasks = (await TasksAsync("/v2/tasks")).Select(task => (string)task["id"]!).ToList();
        Assert.That(tasks, Has.Count.EqualTo(3));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(1)));
        await SendAsync("PUT", "/v2/groups", Group);
        Assert.That((await TasksAsync("/v2/tasks")).Select(task => (string)task["id"]!), Is.EqualTo(tasks));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        await SendAsync("PUT", "/v2/groups/g", """{"scaleBy":2}""");
        Assert.That(await TasksAsync("/v2/tasks"), Has.Count.EqualTo(6));
        await SendAsync("PUT", "/v2/groups/g", $$"""{"version":"{{first}}"}""");
        Assert.That(await TasksAsync("/v2/tasks"), Has.Count.EqualTo(3));
        var old = (await GetAsync("/v2/groups/g/versions/" + first)).Json;
        Assert.That(old["apps"]!.Select(app => (int)app["instances"]!), Is.EqualTo(new[] { 2, 1 }));
    }

    [Test]
    [Property("case", 172)]
    [Property("case", 173)]
    [Property("case", 73)]
    public async Task Group_Rules_AreKept()
    {
        await SendAsync("PUT", "/v2/groups",
            """{"id":"/g","groups":[{"id":"sub"}],"apps":[{"id":"a","cmd":"sleep 1","cpus":0.1,"mem":32}]}""");
        Assert.That((await SendAsync("PATCH", "/v2/groups/g/sub", """{"enforceRole":true}""")).Message,
            Is.EqualTo("Path needs to be top-level"));
        var patched = await SendAsync("PATCH", "/v2/groups/g", """{"enforceRole":true}""");
        Assert.That((patched.Status, patched.Text), Is.EqualTo((200, "")));
        Assert.That((bool)(await GetAsync("/v2/groups/g")).Json["enforceRole"]!, Is.True);
        var dry = (await SendAsync("PUT", "/v2/groups/g?dryRun=true", """{"apps":[]}""")).Json;
        Assert.That((string)dry["steps"]![0]!["actions"]![0]!["action"]!, Is.EqualTo("StopApplication"));
        Assert.That((await GetAsync("/v2/apps")).Json["apps"]!.Count(), Is.EqualTo(1));
        var cycle = await SendAsync("PUT", "/v2/groups/c", """
            {"apps":[{"id":"a","cmd":"sleep 1","dependencies":["b"]},{"id":"b","cmd":"sleep 1","dependencies":["a"]}]}
            """);
        Assert.That(cycle.Status, Is.EqualTo(422));
        Assert.That(cycle.Text, Does.Contain("cyclic dependencies"));
        var relative = await SendAsync("PUT", "/v2/groups/r",
            """{"groups":[{"id":"x","apps":[{"id":"a","cmd":"sleep 1","cpus":0.1,"mem":32,"dependencies":["../y/b"]}]},{"id":"y","apps":[{"id":"b","cmd":"sleep 1","cpus":0.1,"mem":32}]}]}""");
        Assert.That(relative.Status, Is.EqualTo(200), relative.Text);
        Assert.That((string)(await GetAsync("/v2/apps/r/x/a")).Json["app"]!["dependencies"]![0]!, Is.EqualTo("/r/y/b"));
    }

    private async Task<List<JObject>> TasksAsync(string path) => (await GetAsync(path)).Json["tasks"]!.Cast<JObject>().ToList();
}
