using System.Net;
using System.Net.Sockets;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Batch.Hosting;
using Offerbook.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Batch.Tests.Http;

/// <summary>The real server with a real journal; no master listens, so that nothing is ever launched.</summary>
[TestFixture]
internal sealed class BatchHostTests
{
    private string _directory = "";
    private BatchHost _host = null!;
    private HttpClient _http = null!;

    private BatchOptions Options => new(_directory, [new Uri("http://127.0.0.1:1")]) { Listen = new IPEndPoint(IPAddress.Loopback, 0) };

    [SetUp]
    public async Task SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-batch-").FullName;
        await StartAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task Job_IsAdded_Read_Listed_AndStopped()
    {
        var (status, added) = await PostAsync("""{"id":"sleep-1","args":["sleep","1"],"count":3,"labels":{"team":"x"}}""");
        Assert.That(((int)status, (string?)added["state"], (int)added["waiting"]!), Is.EqualTo((201, "pending", 3)));
        Assert.That((string?)added["labels"]!["team"], Is.EqualTo("x"));

        var (_, detail) = await SendAsync(HttpMethod.Get, "/v1/jobs/sleep-1?offset=1&limit=1");
        Assert.That(detail["runs"]!.Single()["run"]!.Value<int>(), Is.EqualTo(1));
        var (_, list) = await SendAsync(HttpMethod.Get, "/v1/jobs");
        Assert.That(list["jobs"]!.Select(j => (string?)j["id"]), Is.EqualTo(new[] { "sleep-1" }));

        var (stopped, job) = await SendAsync(HttpMethod.Delete, "/v1/jobs/sleep-1");
        Assert.That(((int)stopped, (string?)job["state"]), Is.EqualTo((200, "stopped")));
    }

    [Test]
    public async Task Jobs_SurviveARestart()
    {
        await PostAsync("""{"id":"a","command":"true"}""");
        await PostAsync("""{"id":"b","command":"true"}""");
        await SendAsync(HttpMethod.Delete, "/v1/jobs/a");
        _http.Dispose();
        await _host.DisposeAsync();
        Assert.That(_host.Completion.IsCompletedSuccessfully, Is.True);
        await StartAsync();
        var (_, list) = await SendAsync(HttpMethod.Get, "/v1/jobs");
        Assert.That(list["jobs"]!.Select(j => ((string?)j["id"], (string?)j["state"])),
            Is.EqualTo(new[] { ("b", "pending"), ("a", "stopped") }));
    }

    [TestCase("POST", "/v1/jobs", "{", 400, "The body is not JSON (line 1, byte 2)")]
    [TestCase("POST", "/v1/jobs", "", 400, "it is empty")]
    [TestCase("POST", "/v1/jobs", "{id:'a'}", 400, "The body is not JSON")]
    [TestCase("POST", "/v1/jobs", """{"id":"a","id":"b"}""", 400, "id")]
    [TestCase("POST", "/v1/jobs", """{"id":"a"}""", 422, "The job is not valid")]
    [TestCase("GET", "/v1/jobs/none", null, 404, "Job 'none' does not exist")]
    [TestCase("DELETE", "/v1/jobs/none", null, 404, "Job 'none' does not exist")]
    [TestCase("PUT", "/v1/jobs", null, 405, "PUT is not possible here; GET, POST is")]
    [TestCase("GET", "/v2/apps", null, 404, "jobs are at /v1/jobs")]
    [TestCase("GET", "/v1/jobs?limit=5000", null, 400, "The query is not valid")]
    [TestCase("POST", "/offerbook/v1/format", null, 400, "The query is not valid")]
    [TestCase("POST", "/offerbook/v1/format?level=two", null, 400, "The query is not valid")]
    [TestCase("GET", "/v1/jobs?state=odd", null, 400, "The query is not valid")]
    [TestCase("GET", "/v1/jobs/x?wait=soon", null, 400, "The query is not valid")]
    public async Task BadRequest_IsToldWhatIsWrong(string method, string path, string? body, int status, string message)
    {
        var (got, json) = await SendAsync(new HttpMethod(method), path, body);
        Assert.That((int)got, Is.EqualTo(status));
        Assert.That((string?)json["message"], Does.Contain(message));
        Assert.That(json["details"], Is.InstanceOf<JArray>());
    }

    [Test]
    public async Task FormatLevel_IsShown_AndRaisedToWhatIsKnown()
    {
        var (_, shown) = await SendAsync(HttpMethod.Get, FormatAnswer.Path);
        Assert.That((int)shown["level"]!, Is.EqualTo(LogFormat.First));
        var (raised, after) = await SendAsync(HttpMethod.Post, $"{FormatAnswer.Path}?level={FormatSupport.NewestLevel}");
        Assert.That(((int)raised, (int)after["level"]!), Is.EqualTo((200, FormatSupport.NewestLevel)));
        var (refused, why) = await SendAsync(HttpMethod.Post, $"{FormatAnswer.Path}?level={FormatSupport.NewestLevel + 1}");
        Assert.That(((int)refused, (string?)why["message"]), Is.EqualTo((409, (string?)why["message"])));
    }

    [Test]
    public async Task Body_TooLongOrOfAnotherType_IsRefused()
    {
        var (status, json) = await PostAsync($$"""{"id":"a","command":"{{new string('x', 1_100_000)}}"}""");
        Assert.That((int)status, Is.EqualTo(413), json.ToString());
        var form = await _http.PostAsync("/v1/jobs", new StringContent("id=a", Encoding.UTF8, "application/x-www-form-urlencoded"));
        Assert.That((int)form.StatusCode, Is.EqualTo(415));
        Assert.That(await form.Content.ReadAsStringAsync(), Does.Contain("Content-Type: application/json"));
    }

    [Test]
    public async Task Job_WithATakenId_Conflicts()
    {
        await PostAsync("""{"id":"a","command":"true"}""");
        var (status, _) = await PostAsync("""{"id":"a","command":"true"}""");
        Assert.That((int)status, Is.EqualTo(409));
    }

    [Test]
    public async Task Waiter_IsAnsweredWhenTheJobIsStopped()
    {
        await PostAsync("""{"id":"a","command":"true"}""");
        var waiting = await WaitForAsync("a");
        await SendAsync(HttpMethod.Delete, "/v1/jobs/a");
        var (status, job) = await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(((int)status, (string?)job["state"]), Is.EqualTo((200, "stopped")));
    }

    [Test]
    public async Task Host_ThatStops_AnswersThoseWhoWait()
    {
        await PostAsync("""{"id":"a","command":"true"}""");
        var waiting = await WaitForAsync("a");
        await _host.DisposeAsync();
        var (status, json) = await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(((int)status, (string?)json["message"]), Is.EqualTo((503, "Batch is starting or stopping. Try again in a moment")));
    }

    [Test]
    public async Task Waiter_ThatLeaves_IsForgotten()
    {
        await PostAsync("""{"id":"a","command":"true"}""");
        using (var leaving = new CancellationTokenSource())
        {
            var waiting = _http.GetAsync("/v1/jobs/a?wait=60", leaving.Token);
            await WaitersAsync(1);
            await leaving.CancelAsync();
            Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        }
        await WaitersAsync(0);
    }

    [Test]
    public async Task Ping_AndInfo_Answer()
    {
        Assert.That(await _http.GetStringAsync("/ping"), Is.EqualTo("pong"));
        var (_, info) = await SendAsync(HttpMethod.Get, "/v1/info");
        Assert.That(((string?)info["role"], (bool)info["subscribed"]!), Is.EqualTo(("batch", false)));
    }

    [Test]
    public void Start_OnAPortInUse_SaysSo()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var other = Options with { DataDirectory = Path.Combine(_directory, "other"), Listen = (IPEndPoint)holder.LocalEndpoint };
        Assert.That(async () => await BatchHost.StartAsync(other),
            Throws.InstanceOf<IOException>().With.Message.Contains(holder.LocalEndpoint.ToString()).And.Message.Contains("--batch-port"));
    }

    [Test]
    public void Start_OnADataDirectoryInUse_SaysSo() =>
        Assert.That(async () => await BatchHost.StartAsync(Options),
            Throws.InstanceOf<JournalUnavailableException>().With.Message.Contains(_directory));

    /// <summary>Asks for the end of a job, and returns once the server knows that somebody waits.</summary>
    private async Task<Task<(HttpStatusCode, JObject)>> WaitForAsync(string id)
    {
        var waiting = SendAsync(HttpMethod.Get, $"/v1/jobs/{id}?wait=60");
        await WaitersAsync(1);
        return waiting;
    }

    private async Task WaitersAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while ((int)(await SendAsync(HttpMethod.Get, "/v1/info")).Item2["waitingClients"]! != count)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task StartAsync()
    {
        _host = await BatchHost.StartAsync(Options);
        _http = new HttpClient { BaseAddress = _host.Address };
    }

    private Task<(HttpStatusCode, JObject)> PostAsync(string body) => SendAsync(HttpMethod.Post, "/v1/jobs", body);

    private async Task<(HttpStatusCode, JObject)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, JObject.Parse(await response.Content.ReadAsStringAsync()));
    }
}
