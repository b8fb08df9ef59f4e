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

    [Test]
    public void Start_OnATakenPort_SaysWhatToDo()
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-apps-").FullName;
        try
        {
            var options = new AppsOptions(directory, [new Uri("http://127.0.0.1:1")]) { Listen = new IPEndPoint(IPAddress.Loopback, Host.Address.Port) };
            Assert.That(async () => await AppsHost.StartAsync(options), Throws.InstanceOf<IOException>().With.Message.Contains("--apps-port"));
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
