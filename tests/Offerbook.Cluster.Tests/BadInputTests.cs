using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>Bad input gets a clear error with the right status and costs nothing: the same program serves all of it and lives on.</summary>
[TestFixture]
internal sealed class BadInputTests
{
    private Harness.Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Harness.Cluster.StartAsync("--stop-tasks");

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        var health = await _cluster.RawAsync(HttpMethod.Get, _cluster.MasterUrl + "/health", null);
        Assert.That(health.Status, Is.EqualTo(200), "the program has outlived all of it");
        await _cluster.DisposeAsync();
    }

    [TestCase("POST", "/v2/apps", "{\"id\": ", "application/json", 400, "Invalid JSON")]
    [TestCase("POST", "/v2/apps", "", "application/json", 400, "Please specify data in JSON format")]
    [TestCase("POST", "/v2/apps", "{\"id\":5}", "application/json", 422, "error.expected.jsstring")]
    [TestCase("POST", "/v2/apps", "{\"id\":\"/a\",\"cmd\":\"x\",\"instances\":\"many\"}", "application/json", 422, "error.expected.jsnumber")]
    [TestCase("POST", "/v2/apps", "{\"id\":\"/A_B\",\"cmd\":\"true\"}", "application/json", 422, "error.pattern")]
    [TestCase("POST", "/v2/apps", "{\"id\":\"/a\",\"cmd\":\"true\"}", "text/plain", 415, "Unsupported Media Type")]
    [TestCase("POST", "/v2/apps", "{\"id\":\"/a\",\"cmd\":\"true\",\"dependencies\":[\"/a\"]}", "application/json", 422, "cyclic")]
    [TestCase("GET", "/v2/apps/nowhere", null, "application/json", 404, "App '/nowhere' does not exist")]
    [TestCase("GET", "/v2/groups/nowhere", null, "application/json", 404, "Group '/nowhere' does not exist")]
    [TestCase("DELETE", "/v2/deployments/none", null, "application/json", 404, "DeploymentPlan none does not exist")]
    [TestCase("GET", "/v2/nothing", null, "application/json", 404, "message")]
    public async Task Apps_BadRequest_SaysWhatIsWrong(string method, string path, string? body, string type, int status, string text)
    {
        var answer = await _cluster.RawAsync(new HttpMethod(method), _cluster.AppsUrl + path, body, type);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(answer.Text, Does.Contain(text));
    }

    [TestCase("POST", "/api/v1/scheduler", "{", "application/json", 400, "Failed to parse body into JSON")]
    [TestCase("POST", "/api/v1/scheduler", "{}", "application/json", 400, "Expecting 'type' to be present")]
    [TestCase("POST", "/api/v1/scheduler", "x", "text/plain", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [TestCase("POST", "/api/v1/scheduler", "not protobuf", "application/x-protobuf", 400, "Failed to parse body into Call protobuf")]
    [TestCase("GET", "/api/v1/scheduler", null, "application/json", 405, "Expecting one of { 'POST' }, but received 'GET'")]
    [TestCase("GET", "/nothing", null, "application/json", 404, "404 Not Found.")]
    public async Task Master_BadRequest_SaysWhatIsWrong(string method, string path, string? body, string type, int status, string text)
    {
        var answer = await _cluster.RawAsync(new HttpMethod(method), _cluster.MasterUrl + path, body, type);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(answer.Text, Does.Contain(text));
    }

    [TestCase("{\"id\":\"j\"}")]
    [TestCase("{\"id\":\"\",\"command\":\"x\"}")]
    [TestCase("{\"id\":\"j\",\"command\":\"x\",\"cpus\":-1}")]
    [TestCase("{\"id\":\"j\",\"command\":\"x\",\"count\":1e9}")]
    [TestCase("[]")]
    public async Task Batch_BadJob_IsRefusedWithAReason(string job)
    {
        var answer = await _cluster.RawAsync(HttpMethod.Post, _cluster.BatchUrl + "/v1/jobs", job);
        Assert.That(answer.Status, Is.InRange(400, 422), answer.Text);
        Assert.That((string?)JObject.Parse(answer.Text)["message"], Is.Not.Empty);
    }

    [Test]
    public async Task OversizedBody_Everywhere_IsRefused()
    {
        var body = "{\"id\":\"" + new string('a', 40_000_000) + "\"}";
        foreach (var url in new[]
            { _cluster.AppsUrl + "/v2/apps", _cluster.BatchUrl + "/v1/jobs", _cluster.MasterUrl + "/api/v1/scheduler" })
        {
            var status = await StatusOfAsync(url, body);
            Assert.That(status, Is.EqualTo(413), url);
        }
    }

    [Test]
    public async Task DeepJson_Everywhere_IsRefused()
    {
        var body = string.Concat(Enumerable.Repeat("{\"id\":", 50_000)) + "1" + new string('}', 50_000);
        foreach (var url in new[]
            { _cluster.AppsUrl + "/v2/apps", _cluster.BatchUrl + "/v1/jobs", _cluster.MasterUrl + "/api/v1/scheduler" })
        {
            Assert.That((await _cluster.RawAsync(HttpMethod.Post, url, body)).Status, Is.InRange(400, 422), url);
        }
    }

    [Test]
    public async Task PortInUse_AtStart_IsNamedWithTheFlagThatChangesIt()
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-port-").FullName;
        var (status, output) = await _cluster.RunAsync("local", "--data-dir", directory, "--master-port", $"{_cluster.MasterPort}",
            "--agent-port", "0", "--apps-port", "0", "--batch-port", "0");
        Directory.Delete(directory, recursive: true);
        Assert.That(status, Is.EqualTo(3), output);
        Assert.That(output, Does.Contain($"{_cluster.MasterPort}").And.Contain("--master-port"));
    }

    [Test]
    public async Task DataDirectory_HeldByAnotherProcess_IsRefused()
    {
        var (status, output) = await _cluster.RunAsync("local", "--data-dir", _cluster.DataDirectory, "--master-port", "0",
            "--agent-port", "0", "--apps-port", "0", "--batch-port", "0");
        Assert.That(status, Is.EqualTo(3), output);
        Assert.That(output, Does.Contain(_cluster.DataDirectory));
    }

    [Test]
    public async Task DataDirectory_ThatCannotBeMade_IsRefused()
    {
        var (status, output) = await _cluster.RunAsync("local", "--data-dir", "/proc/offerbook", "--master-port", "0",
            "--agent-port", "0", "--apps-port", "0", "--batch-port", "0");
        Assert.That(status, Is.EqualTo(3), output);
        Assert.That(output, Does.Contain("/proc/offerbook").And.Contain("--data-dir"));
    }

    [Test]
    public async Task CommandLine_Wrong_IsAnsweredWithUsageStatus()
    {
        Assert.That((await _cluster.RunAsync("nonsense")).Status, Is.EqualTo(2));
        Assert.That((await _cluster.AppsVerbAsync("scale", "/a", "many")).Status, Is.EqualTo(2));
        Assert.That((await _cluster.AppsVerbAsync("scale", "/nowhere", "2")).Status, Is.EqualTo(4));
        Assert.That((await _cluster.AppsVerbAsync("deploy", "/no/such/file")).Status, Is.EqualTo(2));
        Assert.That((await _cluster.RunAsync("status", "--apps-url", "http://127.0.0.1:1", "--master-url", "http://127.0.0.1:1")).Status,
            Is.EqualTo(3));
        Assert.That((await _cluster.RunAsync("local", "--agents", "0")).Status, Is.EqualTo(2));
        Assert.That((await _cluster.RunAsync("local", "--agent-resources", "cpus:lots")).Status, Is.EqualTo(2));
    }

    [Test]
    public async Task CommandThatDoesNotExist_AsATask_FailsWithAReason()
    {
        await _cluster.AppsAsync(HttpMethod.Post, "/v2/apps",
            JObject.Parse("""{"id":"/missing","cmd":"/no/such/program","cpus":0.1,"mem":32}"""));
        await Eventually.HoldsAsync(async () =>
            (await _cluster.AppsAsync(HttpMethod.Get, "/v2/apps/missing"))["app"]!["lastTaskFailure"] is JObject failure
            && ((string)failure["message"]!).Contains("127", StringComparison.Ordinal), "the failure is told", TimeSpan.FromSeconds(20),
            _cluster.DescribeAsync);
        await _cluster.AppsAsync(HttpMethod.Delete, "/v2/apps/missing");
    }

    private static async Task<int> StatusOfAsync(string url, string body)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post,
            url) { Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")) };
        // Asks first, so that a server that refuses the size need not read the body.
        request.Headers.ExpectContinue = true;
        using var response = await http.SendAsync(request);
        return (int)response.StatusCode;
    }
}
