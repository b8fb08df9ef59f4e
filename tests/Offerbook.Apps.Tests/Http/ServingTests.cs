using System.IO.Compression;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Hosting;

namespace Offerbook.Apps.Tests.Http;

/// <summary>How the API is served, whatever is asked.</summary>
public sealed class ServingTests : ApiFixture
{
    private static readonly ApiOptions s_guarded = ApiOptions.Default with
    {
        Users = new Dictionary<string, string> { ["ops"] = "s3cret" },
        Viewers = new Dictionary<string, string> { ["eve"] = "looks" },
    };

    [Test]
    public async Task Cors_Unless_Configured_SaysNothing() =>
        Assert.That((await SendAsync("GET", "/v2/apps", headers: ("Origin", "http://a"))).Headers.Keys,
            Has.None.StartsWith("Access-Control"));

    [Test]
    public async Task Cors_WithAnOrigin_LetsItsPagesRead()
    {
        await RestartAsync(ApiOptions.Default with { AllowedOrigins = ["http://a", "http://b"] });
        var answer = await SendAsync("OPTIONS", "/v2/apps", headers:
            [("Origin", "http://a"), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "X-Mine")]);
        Assert.Multiple(() =>
        {
            Assert.That(answer.Status, Is.EqualTo(200));
            Assert.That(answer.Headers["Access-Control-Allow-Origin"], Is.EqualTo("http://a"));
            Assert.That(answer.Headers["Access-Control-Allow-Headers"], Is.EqualTo("X-Mine"));
            Assert.That(answer.Headers["Access-Control-Allow-Methods"], Is.EqualTo("GET, HEAD, OPTIONS"));
            Assert.That(answer.Headers["Access-Control-Max-Age"], Is.EqualTo("86400"));
        });
        Assert.That((await GetAsync("/v2/apps")).Headers["Access-Control-Allow-Origin"], Is.EqualTo("http://b"),
            "the last one, as in the original");
        Assert.That((await GetAsync("/v2/info")).Json["marathon_config"]!["access_control_allow_origin"]!.Values<string>(),
            Is.EqualTo(new[] { "http://a", "http://b" }));
    }

    [Test]
    public async Task Gzip_ForWhoTakesIt_ShortensLongAnswers()
    {
        var plain = await GetAsync("/v2/info");
        var zipped = await SendAsync("GET", "/v2/info", headers: ("Accept-Encoding", "deflate, gzip;q=0.5"));
        Assert.That(zipped.Headers["Content-Encoding"], Is.EqualTo("gzip"));
        Assert.That(zipped.Bytes, Has.Length.LessThan(plain.Bytes.Length));
        using var text = new StreamReader(new GZipStream(new MemoryStream(zipped.Bytes), CompressionMode.Decompress), Encoding.UTF8);
        Assert.That(await text.ReadToEndAsync(), Is.EqualTo(plain.Text));
        Assert.That((await SendAsync("GET", "/ping", headers: ("Accept-Encoding", "gzip"))).Text, Is.EqualTo("pong"));
        Assert.That((await SendAsync("GET", "/v2/info", headers: ("Accept-Encoding", "gzip;q=0"))).Headers.Keys,
            Has.No.Member("Content-Encoding"));
        await RestartAsync(ApiOptions.Default with { Compresses = false });
        Assert.That((await SendAsync("GET", "/v2/info", headers: ("Accept-Encoding", "gzip"))).Headers.Keys,
            Has.No.Member("Content-Encoding"));
    }

    [Test]
    [Property("case", 204)]
    public async Task Credentials_WhenAskedFor_AreNeededEverywhere()
    {
        await RestartAsync(s_guarded);
        foreach (var path in new[] { "/ping", "/v2/apps", "/v2/nothing", "/" })
        {
            var refused = await GetAsync(path);
            Assert.That((refused.Status, refused.Headers["WWW-Authenticate"]), Is.EqualTo((401, "Basic realm=\"Mesosphere\"")));
            Assert.That(refused.Json["message"], Is.Not.Null);
        }
        Assert.That((await SendAsync("GET", "/v2/apps", headers: Basic("ops:wrong"))).Status, Is.EqualTo(401));
        Assert.That((await SendAsync("GET", "/v2/apps", headers: Basic("ops:s3cret"))).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""", headers: Basic("ops:s3cret"))).Status,
            Is.EqualTo(201));
    }

    [TestCase("GET", "/v2/apps/a", null, 200)]
    [TestCase("PUT", "/v2/apps/a", """{"instances":2}""", 403)]
    [TestCase("PUT", "/v2/apps/new", """{"cmd":"x y"}""", 403)]
    [TestCase("PATCH", "/v2/apps/missing", """{"instances":2}""", 404)]
    [TestCase("DELETE", "/v2/apps/missing", null, 404)]
    [TestCase("DELETE", "/v2/apps/a", null, 403)]
    [TestCase("DELETE", "/v2/apps/missing/tasks", null, 404)]
    [TestCase("DELETE", "/v2/apps/a/tasks", null, 403)]
    [TestCase("POST", "/v2/apps/missing/restart", null, 404)]
    [TestCase("DELETE", "/v2/groups/missing", null, 404)]
    [TestCase("DELETE", "/v2/groups", null, 403)]
    [TestCase("DELETE", "/v2/deployments/missing", null, 404)]
    [TestCase("POST", "/logging", """{"level":"info","logger":"x"}""", 403)]
    [Property("case", 204)]
    public async Task Viewer_WhoChanges_IsForbiddenWhatExists(string method, string path, string? body, int status)
    {
        await RestartAsync(s_guarded);
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""", headers: Basic("ops:s3cret"));
        var answer = await SendAsync(method, path, body, headers: Basic("eve:looks"));
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That((await SendAsync("GET", "/v2/apps", headers: Basic("eve:looks"))).Json["apps"]!.Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Requests_BeyondTheLimit_AreRefused()
    {
        await RestartAsync(ApiOptions.Default with { MaxConcurrentRequests = 1 });
        // A request whose body does not end is being handled for as long as we like.
        var body = new Body();
        var first = Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v2/apps") { Content = body });
        await body.Begun.Task;
        Answer refused;
        do
        {
            refused = await GetAsync("/ping");
        }
        while (refused.Status == 200);
        Assert.That((refused.Status, refused.Message), Is.EqualTo((503, "Too many concurrent requests! Allowed: 1.")));
        body.End.SetResult();
        await first;
        Assert.That((await GetAsync("/ping")).Status, Is.EqualTo(200));
    }

    [TestCase("GET", "/v2/apps", "text/plain", 406, "Not Acceptable")]
    [TestCase("GET", "/v2/apps", "application/json;q=0", 406, "Not Acceptable")]
    [TestCase("PUT", "/v2/queue", null, 405, "Method Not Allowed")]
    [TestCase("POST", "/v2/events", null, 405, "Method Not Allowed")]
    [TestCase("TRACE", "/v2/apps", null, 405, "Method Not Allowed")]
    [TestCase("GET", "/v2/schemas/app", null, 404, "URI not found")]
    [TestCase("GET", "/v2/eventSubscriptions", null, 404, "URI not found")]
    [TestCase("POST", "/v2/eventSubscriptions?callbackUrl=http%3A%2F%2Fa", null, 404, "URI not found")]
    [TestCase("POST", "/v2/artifacts", null, 404, "URI not found")]
    [TestCase("GET", "/v2/artifacts/a/b", null, 404, "URI not found")]
    [TestCase("GET", "/v2/plugins/auth/login", null, 404, "URI not found")]
    [TestCase("GET", "/v1/tasks", null, 404, "URI not found")]
    public async Task Request_ThatFitsNoRoute_IsToldSoInJson(string method, string path, string? accept, int status, string? message)
    {
        var answer = await SendAsync(method, path, accept: accept);
        Assert.That(answer.Status, Is.EqualTo(status));
        if (message is not null)
        {
            Assert.That(answer.Message, Is.EqualTo(message));
        }
    }

    [Test]
    public async Task Options_AndWrongMethods_NameTheRightOnes()
    {
        var options = await SendAsync("OPTIONS", "/v2/apps/a");
        Assert.That((options.Status, options.Headers["Allow"]), Is.EqualTo((200, "DELETE,GET,HEAD,OPTIONS,PATCH,PUT")));
        Assert.That((await SendAsync("DELETE", "/v2/info")).Headers["Allow"], Is.EqualTo("GET,HEAD,OPTIONS"));
    }

    [Test]
    public async Task Head_OfAnything_IsItsGetWithoutTheBody()
    {
        var get = await GetAsync("/v2/info");
        var head = await SendAsync("HEAD", "/v2/info");
        Assert.That((head.Status, head.Bytes.Length, head.Headers["Content-Length"]), Is.EqualTo((200, 0, get.Headers["Content-Length"])));
    }

    [Test]
    [Property("case", 200)]
    public async Task Logging_OfALogger_IsListedAndSet()
    {
        var before = (JObject)(await GetAsync("/logging")).Json;
        Assert.That(before.ContainsKey("ROOT"));
        Assert.That((string)before["Offerbook.Apps.Http"]!, Does.EndWith(" (inherited)"));
        const string Change = """{"level":"ERROR","logger":"Offerbook.Apps","durationSeconds":3600}""";
        Assert.That((await SendAsync("POST", "/logging", Change)).Text, Is.EqualTo(Change));
        var after = (await GetAsync("/logging")).Json;
        Assert.That((string)after["Offerbook.Apps"]!, Is.EqualTo("ERROR"));
        Assert.That((string)after["Offerbook.Apps.Http"]!, Is.EqualTo("ERROR (inherited)"));
        Assert.That((await SendAsync("POST", "/logging", """{"level":"loud","logger":"x"}""")).Status, Is.EqualTo(422));
        Assert.That((await SendAsync("POST", "/logging", """{"level":"info"}""")).Json["details"]![0]!["path"]!.ToString(),
            Is.EqualTo("/logger"));
    }

    [Test]
    public async Task Config_HasNoSecrets()
    {
        await RestartAsync(s_guarded);
        var config = await SendAsync("GET", "/config", headers: Basic("ops:s3cret"));
        Assert.That((string)config.Json["max_running_deployments"]!, Is.EqualTo("100"));
        Assert.That(config.Text, Does.Not.Contain("s3cret").And.Not.Contain("looks"));
    }

    [Test]
    [Property("case", 200)]
    public async Task Metrics_OfRequests_Rise()
    {
        async Task<(long Bytes, long Answers, long Gets)> ReadAsync()
        {
            var json = (await GetAsync("/metrics")).Json;
            Assert.That(((JObject)json).Properties().Select(member => member.Name),
                Is.EqualTo(new[] { "version", "counters", "gauges", "histograms", "meters", "timers" }));
            return ((long)json["counters"]!["marathon.http.responses.size.counter.bytes"]!["count"]!,
                (long)json["meters"]!["marathon.http.responses.2xx.rate.meter"]!["count"]!,
                (long)json["timers"]!["marathon.http.requests.get.duration.timer.seconds"]!["count"]!);
        }
        var before = await ReadAsync();
        var answer = await GetAsync("/v2/info");
        var after = await ReadAsync();
        Assert.That(after.Bytes, Is.GreaterThan(before.Bytes + answer.Bytes.Length));
        Assert.That((after.Answers, after.Gets), Is.EqualTo((before.Answers + 2, before.Gets + 2)));
        Assert.That((await GetAsync("/metrics/prometheus")).Text, Does.Contain("marathon_http_requests_get_duration_timer_seconds_count "));
    }

    private static (string Name, string Value)[] Basic(string pair) =>
        [("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)))];

    /// <summary>A body that ends when it is told to.</summary>
    private sealed class Body : HttpContent
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync("{"u8.ToArray());
            await stream.FlushAsync();
            Begun.SetResult();
            await End.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
