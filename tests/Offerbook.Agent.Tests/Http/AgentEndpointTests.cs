using System.Net;
using System.Text;
using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Http;

public sealed class AgentEndpointTests
{
    private string _work = "";
    private FakeMaster _master = null!;
    private AgentHost _agent = null!;
    private HttpClient _http = null!;
    private string _sandbox = "";

    [OneTimeSetUp]
    public async Task Open()
    {
        _work = Directory.CreateTempSubdirectory("offerbook-http-").FullName;
        _master = await FakeMaster.StartAsync();
        _agent = await AgentHost.StartAsync(new AgentOptions(_work, [_master.Address])
        {
            Port = 0,
            Resources = "cpus:4;mem:1024;disk:2048;cpus(ops):2",
            Attributes = "rack:a;weight:2.5",
            Domain = """{"fault_domain":{"region":{"name":"eu"},"zone":{"name":"eu-1"}}}""",
            StopTasksOnExit = true,
            Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
        });
        _http = new HttpClient { BaseAddress = _agent.Address };
        await _master.SubscribedAsync();
        _master.Send(
            Make.Launch(
                Make.Task("done", "printf 'häuser'; ln -s /etc/passwd leak; ln -s / root; mkfifo pipe; mkdir dir; echo x > dir/file")));
        await _master.StateAsync("done", TaskState.TaskFinished);
        _master.Send(Make.Launch(Make.Task("runs", "sleep 1000")));
        await _master.StateAsync("runs", TaskState.TaskRunning);
        _sandbox = (await _agent.ViewAsync()).Frameworks.Single().Finished.Single().Sandbox.Directory;
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        _http.Dispose();
        await _agent.DisposeAsync();
        await _master.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    [TestCase("/state")]
    [TestCase("/slave(1)/state")]
    [TestCase("/slave%281%29/state")]
    [TestCase("/state.json")]
    [TestCase("/state/")]
    public async Task State_HasTheMembersOfMesosInTheirOrder(string path)
    {
        var state = JObject.Parse(await _http.GetStringAsync(path));

        Assert.That(state.Properties().Select(member => member.Name), Is.EqualTo(new[]
        {
            "version", "build_date", "build_time", "build_user", "start_time", "id", "pid", "hostname", "capabilities", "domain",
            "resources",
            "reserved_resources", "unreserved_resources", "reserved_resources_full", "unreserved_resources_full",
            "reserved_resources_allocated",
            "unreserved_resources_allocated", "resource_providers", "attributes", "master_hostname", "flags", "frameworks",
            "completed_frameworks",
        }));
        Assert.That(state["resources"]!["cpus"]!.Value<double>(), Is.EqualTo(6));
        Assert.That(state["reserved_resources"]!["ops"]!["cpus"]!.Value<double>(), Is.EqualTo(2));
        Assert.That(state["unreserved_resources_allocated"]!["cpus"]!.Value<double>(), Is.EqualTo(1));
        Assert.That((string?)state.SelectToken("domain.fault_domain.zone.name"), Is.EqualTo("eu-1"));
        Assert.That(state["attributes"]!.ToString(Newtonsoft.Json.Formatting.None), Is.EqualTo("{\"rack\":\"a\",\"weight\":2.5}"));
    }

    [Test]
    public async Task State_ShowsRunningAndFinishedTasksUnderTheirExecutors()
    {
        var framework = JObject.Parse(await _http.GetStringAsync("/state"))["frameworks"]!.Single();

        var running = framework["executors"]!.Single();
        Assert.That(running["name"]!.Value<string>(), Is.EqualTo("Command Executor (Task: runs) (Command: sh -c 'sleep 1000')"));
        Assert.That(running["tasks"]!.Single()["state"]!.Value<string>(), Is.EqualTo("TASK_RUNNING"));
        var finished = framework["completed_executors"]!.Single();
        Assert.That(finished["directory"]!.Value<string>(), Is.EqualTo($"{_work}/{_sandbox}"));
        var task = finished["completed_tasks"]!.Single();
        Assert.That(task["statuses"]!.Select(status => status["state"]!.Value<string>()),
            Is.EqualTo(new[] { "TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED" }));
        Assert.That(((JObject)task["statuses"]![0]!).Properties().Select(member => member.Name),
            Is.EqualTo(new[] { "state", "timestamp", "container_status" }));
    }

    [Test]
    public async Task Jsonp_WrapsTheAnswer()
    {
        var answer = await _http.GetAsync("/version?jsonp=angular.callbacks._0");

        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/javascript"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Match(@"^angular\.callbacks\._0\(\{.*\}\);$"));
        Assert.That((await _http.GetAsync("/version?jsonp=alert(1)//")).StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Metrics_CountWhatHappened()
    {
        var metrics = JObject.Parse(await _http.GetStringAsync("/metrics/snapshot"));

        Assert.That(metrics["slave/tasks_finished"]!.Value<double>(), Is.EqualTo(1));
        Assert.That(metrics["slave/tasks_running"]!.Value<double>(), Is.EqualTo(1));
        Assert.That(metrics["slave/cpus_used"]!.Value<double>(), Is.EqualTo(1));
        Assert.That(metrics["slave/registered"]!.Value<double>(), Is.EqualTo(1));
        Assert.That(metrics.Properties().Select(member => member.Name), Is.Ordered.Using<string>(StringComparer.Ordinal));
    }

    [Test]
    public async Task Health_IsEmpty()
    {
        var answer = await _http.GetAsync("/health");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.Empty);
    }

    [TestCase("GET_HEALTH", "{\"type\":\"GET_HEALTH\",\"get_health\":{\"healthy\":true}}")]
    public async Task OperatorCalls_AreAnswered(string call, string expected)
    {
        Assert.That(await (await PostAsync($"{{\"type\":\"{call}\"}}")).Content.ReadAsStringAsync(), Is.EqualTo(expected));
    }

    [Test]
    public async Task OperatorState_ListsTasksByTheirPhase()
    {
        var state = JObject.Parse(await (await PostAsync("{\"type\":\"GET_STATE\"}")).Content.ReadAsStringAsync())["get_state"]!;

        Assert.That(state["get_tasks"]!["launched_tasks"]!.Single()["name"]!.Value<string>(), Is.EqualTo("runs"));
        Assert.That(state["get_tasks"]!["completed_tasks"]!.Single()["name"]!.Value<string>(), Is.EqualTo("done"));
        Assert.That(state["get_frameworks"]!["frameworks"]!.Single()["framework_info"]!["name"]!.Value<string>(), Is.EqualTo("tests"));
    }

    [TestCase("{nope", 400, "Failed to parse body into JSON")]
    [TestCase("{}", 400, "Expecting 'type' to be present")]
    [TestCase("{\"type\":\"UNKNOWN\"}", 501, "501 Not Implemented.")]
    [TestCase("{\"type\":\"KILL_CONTAINER\"}", 400, "Failed to validate agent::Call: Expecting 'kill_container' to be present")]
    public async Task OperatorCalls_ThatAreWrong_GetAClearError(string body, int status, string text)
    {
        var answer = await PostAsync(body);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(text));
    }

    [Test]
    public async Task OperatorEndpoint_TakesOnlyPost()
    {
        var answer = await _http.GetAsync("/api/v1");

        Assert.That((int)answer.StatusCode, Is.EqualTo(405));
        Assert.That(answer.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));
        Assert.That(await answer.Content.ReadAsStringAsync(),
            Is.EqualTo("405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."));
    }

    [Test]
    public async Task UnknownPaths_AreNotFound()
    {
        var answer = await _http.GetAsync("/nonexistent");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("404 Not Found."));
    }

    [TestCase("/frameworks/f1/executors/done/runs/latest/stdout")]
    [TestCase("REAL/stdout")]
    public async Task Read_PagesThroughAFile(string path)
    {
        var file = path.Replace("REAL", $"{_work}/{_sandbox}", StringComparison.Ordinal);
        var text = new StringBuilder();
        long offset = 0;
        while (true)
        {
            // Four bytes at a time cut the two bytes of the umlaut apart.
            var piece = JObject.Parse(await _http.GetStringAsync($"/files/read?path={file}&offset={offset}&length=2"));
            Assert.That(piece["offset"]!.Value<long>(), Is.EqualTo(offset));
            var data = piece["data"]!.Value<string>()!;
            if (data.Length == 0)
            {
                break;
            }
            text.Append(data);
            offset += Encoding.UTF8.GetByteCount(data);
        }

        Assert.That(text.ToString(), Is.EqualTo("häuser"));
        var end = await _http.GetStringAsync($"/files/read?path={file}");
        Assert.That(end, Is.EqualTo("{\"offset\":7,\"data\":\"\"}"));
    }

    [Test]
    public async Task Browse_ListsASandbox()
    {
        var list = JArray.Parse(await _http.GetStringAsync("/files/browse?path=/frameworks/f1/executors/done/runs/latest"));

        Assert.That(list.Select(entry => entry["path"]!.Value<string>()!.Split('/')[^1]),
            Is.EqualTo(new[] { "dir", "leak", "pipe", "root", "stderr", "stdout" }));
        var stdout = (JObject)list.Last();
        Assert.That(stdout.Properties().Select(member => member.Name),
            Is.EqualTo(new[] { "path", "nlink", "size", "mtime", "mode", "uid", "gid" }));
        Assert.That(stdout["size"]!.Value<int>(), Is.EqualTo(7));
        Assert.That(stdout["mode"]!.Value<string>(), Does.StartWith("-rw-"));
        Assert.That(list[0]["mode"]!.Value<string>(), Does.StartWith("drwx"));
        Assert.That(stdout["uid"]!.Value<string>(), Is.EqualTo(System.Environment.UserName));
    }

    [Test]
    public async Task Download_GivesTheBytes()
    {
        var answer = await _http.GetAsync("/files/download?path=/frameworks/f1/executors/done/runs/latest/stdout");

        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(Encoding.UTF8.GetBytes("häuser")));
        Assert.That(answer.Content.Headers.ContentDisposition!.ToString(), Does.StartWith("attachment; filename="));
    }

    [TestCase("/files/read?path=/etc/passwd&offset=0", 404)]
    [TestCase("/files/read?path=WORK/meta/agent.db&offset=0", 404)]
    [TestCase("/files/read?path=WORK/slaves/../meta/agent.db&offset=0", 404)]
    [TestCase("/files/read?path=/frameworks/f1/executors/done/runs/latest/leak&offset=0", 404)]
    [TestCase("/files/read?path=/frameworks/f1/executors/done/runs/latest/root/etc/passwd&offset=0", 404)]
    [TestCase("/files/download?path=/frameworks/f1/executors/done/runs/latest/leak", 404)]
    [TestCase("/files/browse?path=/frameworks/f1/executors/done/runs/latest/root/etc", 404)]
    [TestCase("/files/browse?path=/frameworks/../../meta", 404)]
    [TestCase("/files/read?path=/frameworks/f1/executors/done/runs/latest/pipe&offset=0", 404)]
    [TestCase("/files/read?path=/frameworks/f1/executors/done/runs/latest/dir&offset=0", 400)]
    [TestCase("/files/read?path=/frameworks/f1/executors/done/runs/latest/stdout&offset=-5", 400)]
    [TestCase("/files/read?path=/frameworks/f1/executors/done/runs/latest/stdout&offset=abc", 400)]
    [TestCase("/files/read?path=/frameworks/f1/executors/done/runs/latest/stdout&offset=999", 200)]
    [TestCase("/files/read", 400)]
    public async Task Files_OutsideOfSandboxes_AreNotThere(string path, int status)
    {
        var answer = await _http.GetAsync(path.Replace("WORK", _work, StringComparison.Ordinal));

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Not.Contain("root:"));
    }

    private Task<HttpResponseMessage> PostAsync(string json) =>
        _http.PostAsync("/api/v1", new ByteArrayContent(Encoding.UTF8.GetBytes(json))
    {
        Headers = { { "Content-Type", "application/json" } },
    });
}
