using System.Net;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Hosting;

namespace Offerbook.Apps.Tests.Http;

public sealed class SystemApiTests : ApiFixture
{
    [TestCase(null, "pong", "text/plain")]
    [TestCase("*/*", "pong", "text/plain")]
    [TestCase("text/html", "pong", "text/html")]
    [TestCase("application/json", "\"pong\"", "application/json")]
    public async Task Ping_InEveryType_Answers(string? accept, string body, string type)
    {
        var answer = await SendAsync("GET", "/ping", accept: accept);
        Assert.That((answer.Status, answer.Text), Is.EqualTo((200, body)));
        Assert.That(answer.Headers["Content-Type"], Does.StartWith(type));
    }

    [Test]
    public async Task Ping_ForAnotherType_HasNoBody() =>
        Assert.That((await SendAsync("GET", "/ping", accept: "image/png")).Status, Is.EqualTo(204));

    [Test]
    public async Task Info_ForClients_NamesLeaderAndVersion()
    {
        var info = (await GetAsync("/v2/info")).Json;
        Assert.Multiple(() =>
        {
            Assert.That((string)info["name"]!, Is.EqualTo("marathon"));
            Assert.That(Version.Parse((string)info["version"]!), Is.GreaterThanOrEqualTo(new Version(1, 9)));
            Assert.That((string)info["leader"]!, Is.EqualTo(Host.Address.Authority));
            Assert.That((bool)info["elected"]!, Is.True);
            Assert.That((int)info["http_config"]!["http_port"]!, Is.EqualTo(Host.Address.Port));
            Assert.That(info["marathon_config"]!["features"], Is.InstanceOf<JArray>());
        });
        Assert.That((string)(await GetAsync("/v2/leader")).Json["leader"]!, Is.EqualTo(Host.Address.Authority));
    }

    [Test]
    public async Task Probes_OfClients_AreAnswered()
    {
        Assert.That((await SendAsync("HEAD", "/v2/pods")).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("/v2/pods")).Text, Is.EqualTo("[]"));
        Assert.That((await GetAsync("/v2/plugins")).Text, Is.EqualTo("""{"plugins":[]}"""));
        Assert.That((await GetAsync("/ui/")).Status, Is.EqualTo(200));
        var root = await GetAsync("/");
        Assert.That(root.Status, Is.EqualTo(302));
        Assert.That(root.Headers["Location"], Is.EqualTo("/ui/"));
    }

    [Test]
    public async Task Metrics_AsJsonAndText_CountApps()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""");
        Assert.That((int)(await GetAsync("/metrics")).Json["gauges"]!["marathon.apps.active.gauge"]!["value"]!, Is.EqualTo(1));
        Assert.That((await GetAsync("/metrics/prometheus")).Text, Does.Contain("marathon_apps_active_gauge 1\n"));
    }

    /// <summary>Dashboards and checks stop at the first name that is missing.</summary>
    [Test]
    [Property("case", 200)]
    public async Task Metrics_ThatClientsName_AreAllThere()
    {
        var json = (await GetAsync("/metrics")).Json;
        string[] counters = ["deployments", "deployments.dismissed", "persistence.gc.runs", "tasks.launched", "mesos.calls.revive",
            "mesos.calls.suppress",
            "mesos.offer-operations.launch-group", "mesos.offer-operations.launch", "mesos.offer-operations.reserve",
            "mesos.offers.declined", "mesos.offers.incoming", "mesos.offers.used"];
        string[] gauges = ["apps.active", "deployments.active", "groups.active", "instances.running", "instances.staged",
            "instances.launch-overdue",
            "instances.inflight-kills", "instances.inflight-kill-attempts", "http.requests.active", "jvm.buffers.mapped",
            "jvm.buffers.direct", "jvm.memory.heap.usage",
            "jvm.memory.non-heap.usage", "jvm.threads.active", "jvm.threads.daemon", "jvm.threads.deadlocked", "jvm.threads.new",
            "jvm.threads.runnable",
            "jvm.threads.blocked", "jvm.threads.timed-waiting", "jvm.threads.waiting", "jvm.threads.terminated"];
        string[] memory = ["total.init", "total.used", "total.max", "total.committed", "heap.init", "heap.used", "heap.max",
            "heap.committed",
            "non-heap.init", "non-heap.used", "non-heap.max", "non-heap.committed"];
        string[] timers = ["persistence.gc.compaction", "persistence.gc.scan", "http.requests", "http.requests.get", "http.requests.post",
            "http.requests.put", "http.requests.delete"];
        Assert.That(counters.Where(name => json["counters"]![$"marathon.{name}.counter"] is null), Is.Empty);
        Assert.That(gauges.Where(name => json["gauges"]![$"marathon.{name}.gauge"] is null), Is.Empty);
        Assert.That(memory.Where(name => json["gauges"]![$"marathon.jvm.memory.{name}.gauge.bytes"] is null), Is.Empty);
        Assert.That(timers.Where(name => json["timers"]![$"marathon.{name}.duration.timer.seconds"] is null), Is.Empty);
        Assert.That((double)json["gauges"]!["marathon.jvm.memory.heap.used.gauge.bytes"]!["value"]!, Is.Positive);
        Assert.That((double)json["gauges"]!["marathon.jvm.threads.active.gauge"]!["value"]!, Is.Positive);
        foreach (var (kind, type) in new[] { ("counters", "Counter"), ("gauges", "Gauge"), ("meters", "Meter"), ("timers", "Timer") })
        {
            var members = Apps.Json.Schema.SchemaTable.Known.Of(type).Select(row => row.Member).ToList();
            foreach (var metric in ((JObject)json[kind]!).Properties())
            {
                Assert.That(((JObject)metric.Value).Properties().Select(member => member.Name), Is.EquivalentTo(members), metric.Name);
            }
        }
    }

    [Test]
    public async Task Metrics_OfDeploymentsAndStreams_Count()
    {
        using var follower = await FollowAsync("");
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""");
        await follower.UntilAsync("api_post_event");
        var counters = (await GetAsync("/metrics")).Json["counters"]!;
        Assert.That((int)counters["marathon.deployments.counter"]!["count"]!, Is.EqualTo(1));
        Assert.That((int)counters["marathon.http.event-streams.responses.size.counter.bytes"]!["count"]!,
            Is.GreaterThanOrEqualTo(follower.Raw.Length));
        Assert.That((int)counters["marathon.persistence.events.counter"]!["count"]!, Is.Positive);
    }

    [Test]
    public async Task Pages_ForPeople_ShowTheApi()
    {
        var help = await GetAsync("/help");
        Assert.That(help.Headers["Content-Type"], Does.StartWith("text/html"));
        Assert.That(
            Host.Routes.Where(route => !help.Text.Contains(System.Net.WebUtility.HtmlEncode(route.Summary), StringComparison.Ordinal)),
            Is.Empty);
        Assert.That((await GetAsync("/ui/")).Text, Does.Contain("/v2/deployments").And.Contain("href=\"/help\""));
    }

    [Test]
    public void Start_OnATakenPort_SaysWhatToDo()
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-apps-").FullName;
        try
        {
            var options = new AppsOptions(directory,
                [new Uri("http://127.0.0.1:1")]) { Listen = new IPEndPoint(IPAddress.Loopback, Host.Address.Port) };
            Assert.That(async () => await AppsHost.StartAsync(options),
                Throws.InstanceOf<IOException>().With.Message.Contains("--apps-port"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public void Start_OnATakenDirectory_IsRefused()
    {
        var options = new AppsOptions(DataDirectory, [new Uri("http://127.0.0.1:1")]) { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        Assert.That(async () => await AppsHost.StartAsync(options), Throws.InstanceOf<Offerbook.Storage.JournalUnavailableException>());
    }
}
