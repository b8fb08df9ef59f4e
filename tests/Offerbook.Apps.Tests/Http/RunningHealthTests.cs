using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Health;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Health as readers see it: counts, results and events.</summary>
public sealed class RunningHealthTests : RunningFixture
{
    [TestCase("""{"protocol":"HTTP","path":"/","portIndex":0,"intervalSeconds":2}""", false)]
    [TestCase("""{"protocol":"HTTPS","path":"/","portIndex":0,"intervalSeconds":2}""", false)]
    [TestCase("""{"protocol":"TCP","port":8080,"intervalSeconds":2}""", false)]
    [TestCase("""{"protocol":"COMMAND","command":{"value":"true"}}""", true)]
    [TestCase("""{"protocol":"MESOS_HTTP","path":"/","portIndex":0}""", true)]
    [TestCase("""{"protocol":"MESOS_HTTPS","path":"/","portIndex":0}""", true)]
    [TestCase("""{"protocol":"MESOS_TCP","portIndex":0}""", true)]
    [Property("case", 4)]
    [Property("case", 161)]
    [Property("case", 163)]
    public async Task App_WithACheckOfAnyProtocol_IsDeployedWhenItPasses(string check, bool byAgent)
    {
        var passes = false;
        Do(() => Rig.Probe = probe => !passes ? new ProbeResult.NoAnswer("refused")
            : probe is HealthProbe.Http ? new ProbeResult.HttpAnswered(302, "elsewhere") : new ProbeResult.Connected());
        await CreateAsync(check, instances: 2);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        Assert.That((await GetAsync("/v2/deployments")).Json.Count(), Is.EqualTo(1), "running is not enough");
        passes = true;
        if (byAgent)
        {
            Do(() => Rig.Master.Live.ToList().ForEach(task => Rig.Master.Update(task.Id, TaskState.TaskRunning, healthy: true)));
        }
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        var app = (await GetAsync("/v2/apps/a")).Json["app"]!;
        Assert.That(((int)app["tasksHealthy"]!, (int)app["tasksUnhealthy"]!), Is.EqualTo((2, 0)));
        Assert.That(app["tasks"]!.SelectMany(task => task["healthCheckResults"]!).Select(result => (bool)result["alive"]!),
            Is.EqualTo(new[] { true, true }));
    }

    [Test]
    [Property("case", 164)]
    public async Task App_WithoutAnyCheck_IsNeitherHealthyNorUnhealthy()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16}""");
        var app = (await GetAsync("/v2/apps/a")).Json["app"]!;
        Assert.That(((int)app["tasksRunning"]!, (int)app["tasksHealthy"]!, (int)app["tasksUnhealthy"]!), Is.EqualTo((1, 0, 0)));
    }

    [Test]
    [Property("case", 157)]
    [Property("case", 165)]
    public async Task App_WhoseCheckFails_IsShownUnhealthyThenReplaced()
    {
        await CreateAsync("""{"protocol":"HTTP","path":"/","intervalSeconds":5,"gracePeriodSeconds":0,"maxConsecutiveFailures":2}""");
        Do(() => Rig.Advance(TimeSpan.FromSeconds(6)));
        var task = Rig.Master.Live.Single().Id;
        Do(() => Rig.Probe = _ => new ProbeResult.HttpAnswered(500, "no"));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(5)));
        var app = (await GetAsync("/v2/apps/a")).Json["app"]!;
        Assert.That(((int)app["tasksHealthy"]!, (int)app["tasksUnhealthy"]!), Is.EqualTo((0, 1)));
        Do(() => Rig.Probe = _ => new ProbeResult.HttpAnswered(200, "OK"));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(5)));
        Assert.That(Rig.Master.Live.Single().Id, Is.EqualTo(task), "one failure is not too many");
        Do(() => Rig.Probe = _ => new ProbeResult.HttpAnswered(500, "no"));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(16)));
        Assert.That((string)Rig.LastEvent("unhealthy_instance_kill_event")["taskId"]!, Is.EqualTo(task));
        Assert.That(Rig.Master.Live.Single().Id, Is.Not.EqualTo(task));
    }

    [Test]
    [Property("case", 158)]
    public async Task Task_ThatIsNotRunningOrOutOfReach_IsNotChecked()
    {
        var asked = 0;
        Do(() =>
        {
            Rig.Probe = _ =>
            {
                asked++;
                return new ProbeResult.NoAnswer("refused");
            };
            Rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        });
        await CreateAsync("""{"protocol":"HTTP","path":"/","intervalSeconds":5,"gracePeriodSeconds":0,"maxConsecutiveFailures":1}""",
            ""","unreachableStrategy":{"inactiveAfterSeconds":3600,"expungeAfterSeconds":7200}""");
        Do(() => Rig.Advance(TimeSpan.FromMinutes(1)));
        Assert.That(asked, Is.Zero);
        var task = Rig.Master.Live.Single().Id;
        Do(() => Rig.Master.Update(task, TaskState.TaskUnreachable));
        Do(() => Rig.Advance(TimeSpan.FromMinutes(2)));
        Assert.That(Rig.EventTypes, Has.No.Member("unhealthy_instance_kill_event"));
        Assert.That(Rig.Master.Live.Single().Id, Is.EqualTo(task));
    }

    [Test]
    [Property("case", 159)]
    public async Task HealthStatus_OfTwoChecks_ChangesWithBothOnly()
    {
        var (one, two) = (true, false);
        Do(() => Rig.Probe = probe =>
            new ProbeResult.HttpAnswered((probe is HealthProbe.Http { Path: "/one" } ? one : two) ? 200 : 500, "x"));
        await CreateAsync(
            """{"protocol":"HTTP","path":"/one","intervalSeconds":5},{"protocol":"HTTP","path":"/two","intervalSeconds":5}""");
        Do(() => Rig.Advance(TimeSpan.FromSeconds(20)));
        Assert.That(Rig.EventTypes, Has.No.Member("health_status_changed_event"), "one of two passes");
        two = true;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(60)));
        Assert.That(Rig.EventTypes.Count(type => type == "health_status_changed_event"), Is.EqualTo(1));
        Assert.That((bool)Rig.LastEvent("health_status_changed_event")["alive"]!, Is.True);
        one = two = false;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(7)));
        Assert.That(Rig.EventTypes.Count(type => type == "health_status_changed_event"), Is.EqualTo(2),
            "the second failure says nothing new");
    }

    [Test]
    [Property("case", 160)]
    public async Task Health_AfterARestartOfTheFramework_IsAskedForEveryRunningVersion()
    {
        await CreateAsync("""{"protocol":"HTTP","path":"/one","intervalSeconds":5}""");
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        // The new version does not become healthy, so both versions run.
        Do(() => Rig.Probe = probe => new ProbeResult.HttpAnswered(probe is HealthProbe.Http { Path: "/one" } ? 200 : 500, "x"));
        await SendAsync("PUT", "/v2/apps/a",
            """{"healthChecks":[{"protocol":"HTTP","path":"/two","intervalSeconds":5,"gracePeriodSeconds":3600}]}""");
        var asked = new HashSet<string>();
        Do(() =>
        {
            Rig.Probe = probe =>
            {
                asked.Add(((HealthProbe.Http)probe).Path);
                return new ProbeResult.HttpAnswered(500, "x");
            };
            Rig.Boot();
        });
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        Assert.That(asked, Is.EquivalentTo(new[] { "/one", "/two" }));
    }

    /// <summary>What a check finds is shown; it neither holds a deployment nor ends a task.</summary>
    [TestCase("""{"exec":{"command":{"shell":"test -f ok"}}}""", "command.exitCode", 1L, 0L)]
    [TestCase("""{"http":{"portIndex":0,"path":"/"}}""", "http.statusCode", 500L, 200L)]
    [TestCase("""{"tcp":{"portIndex":0}}""", "tcp.succeeded", false, true)]
    [Property("case", 167)]
    public async Task Check_OfAnApp_IsShownWithItsTask(string check, string shown, object bad, object good)
    {
        var created = await SendAsync("POST", "/v2/apps", $$"""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"check":{{check}} }""");
        Assert.That(created.Status, Is.EqualTo(201), created.Text);
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        Assert.That((await TaskAsync())["checkResult"], Is.Null, "nothing is known yet");
        foreach (var result in new[] { bad, good })
        {
            Do(() => Rig.Master.Send(CheckStatus(result)));
            Assert.That(((JValue)(await TaskAsync()).SelectToken("checkResult." + shown)!).Value, Is.EqualTo(result));
        }
        Do(Rig.Boot);
        Assert.That(((JValue)(await TaskAsync()).SelectToken("checkResult." + shown)!).Value, Is.EqualTo(good), "it is in the journal");
    }

    private Mesos.V1.TaskStatus CheckStatus(object result)
    {
        var task = Rig.Master.Live.Single();
        var status = task.Status(TaskState.TaskRunning, null, "", uuid: true);
        status.Reason = Mesos.V1.TaskStatus.Types.Reason.TaskCheckStatusUpdated;
        status.CheckStatus = result switch
        {
            bool succeeded =>
                new CheckStatusInfo { Type = CheckInfo.Types.Type.Tcp, Tcp = new CheckStatusInfo.Types.Tcp { Succeeded = succeeded } },
            long code and >= 100 =>
                new CheckStatusInfo { Type = CheckInfo.Types.Type.Http, Http = new CheckStatusInfo.Types.Http { StatusCode = (uint)code } },
            var code =>
                new CheckStatusInfo { Type = CheckInfo.Types.Type.Command,
                    Command = new CheckStatusInfo.Types.Command { ExitCode = (int)(long)code } },
        };
        return status;
    }

    private async Task<JToken> TaskAsync() => (await GetAsync("/v2/apps/a/tasks")).Json["tasks"]!.Single();

    [TestCase("MESOS_HTTP", "DOCKER", true)]
    [TestCase("MESOS_TCP", "DOCKER", true)]
    [TestCase("MESOS_HTTP", "MESOS", false)]
    [TestCase("HTTP", "DOCKER", false)]
    [Property("case", 162)]
    public async Task IpV6_IsForDockerAndChecksOfTheAgentOnly(string protocol, string container, bool allowed)
    {
        var answer = await SendAsync("POST", "/v2/apps", $$"""
            {"id":"/a","cpus":0.1,"mem":16,"cmd":"sleep 1","container":{"type":"{{container}}","docker":{"image":"i"} },
             "healthChecks":[{"protocol":"{{protocol}}","portIndex":0,"ipProtocol":"IPv6"}]}
            """);
        Assert.That(answer.Status, Is.EqualTo(allowed ? 201 : 422), answer.Text);
    }

    private async Task CreateAsync(string checks, string more = "", int instances = 1)
    {
        var answer = await SendAsync("POST", "/v2/apps",
            $$"""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":{{instances}},"healthChecks":[{{checks}}]{{more}} }""");
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
    }
}
