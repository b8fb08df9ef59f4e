using Offerbook.Apps.Hosting;
using Offerbook.Coordination.Tests.Hosting;

namespace Offerbook.Apps.Tests.Http;

/// <summary>What clients hear from an instance that does not lead.</summary>
[Property("case", 198)]
public sealed class StandbyTests : TwoHostsFixture
{
    protected override ApiOptions Api { get; } = ApiOptions.Default with
    {
        Users = new Dictionary<string, string> { ["admin"] = "secret" }, AllowedOrigins = ["http://pages"],
    };

    private static (string, string) Password { get; } = ("Authorization", "Basic " + Convert.ToBase64String("admin:secret"u8));

    [Test]
    [Property("case", 3)]
    public async Task App_CreatedThroughAStandby_IsAsIfAtTheLeader()
    {
        await ElectAsync(A, "1");
        Connect(B.Self);

        var created = await SendAsync("POST", "/v2/apps?force=true", """{"id":"/a","cmd":"sleep 1"}""", headers: Password);

        Assert.Multiple(() =>
        {
            Assert.That(created.Status, Is.EqualTo(201), created.Text);
            Assert.That(created.Headers["Marathon-Deployment-Id"], Is.EqualTo((string)created.Json["deployments"]![0]!["id"]!));
            Assert.That(created.Headers["X-Marathon-Leader"], Is.EqualTo(A.Self.GetLeftPart(UriPartial.Authority)),
                "once, and the leader's");
            Assert.That(created.Headers["X-Marathon-Via"], Is.EqualTo("1.1 " + B.Self.Authority));
        });
        Connect(A.Self);
        var direct = await SendAsync("GET", "/v2/apps/a", headers: Password);
        Assert.That((int)direct.Json["app"]!["instances"]!, Is.EqualTo(1));
        Assert.That(direct.Headers.Keys, Does.Contain("X-Marathon-Leader").And.Not.Contain("X-Marathon-Via"));
    }

    [TestCase("/v2/apps/nothing", 404, "App '/nothing' does not exist")]
    [TestCase("/v2/apps?label=a%20b%20c", 422, "Can not parse label selector")]
    public async Task Refusal_OfTheLeader_PassesThrough(string path, int status, string message)
    {
        await ElectAsync(A, "1");
        Connect(B.Self);

        var refused = await SendAsync("GET", path, headers: Password);

        Assert.That(refused.Status, Is.EqualTo(status));
        Assert.That(refused.Message, Does.Contain(message));
    }

    [TestCase("/ping")]
    [TestCase("/metrics")]
    [TestCase("/v2/info")]
    [TestCase("/ui/")]
    [TestCase("/help")]
    [TestCase("/offerbook/v1/rollouts")]
    public async Task Everything_OfAStandby_IsTheLeaders(string path)
    {
        await ElectAsync(A, "1");
        Connect(B.Self);

        Assert.That((await SendAsync("GET", path, headers: Password)).Headers["X-Marathon-Via"], Is.EqualTo("1.1 " + B.Self.Authority));
    }

    [Test]
    public async Task Credentials_AtAStandby_AreTheLeadersBusiness()
    {
        await ElectAsync(A, "1");
        Connect(B.Self);

        var refused = await GetAsync("/v2/apps");
        Assert.That((refused.Status, refused.Headers["WWW-Authenticate"]), Is.EqualTo((401, "Basic realm=\"Mesosphere\"")));
        Assert.That((await SendAsync("GET", "/v2/apps", headers: Password)).Status, Is.EqualTo(200));
        var asked = await SendAsync("OPTIONS", "/v2/apps", headers: [("Origin", "http://pages"), ("Access-Control-Request-Method", "GET")]);
        Assert.That((asked.Status, asked.Headers["Access-Control-Allow-Origin"]), Is.EqualTo((200, "http://pages")));
        Assert.That((await SendAsync("HEAD", "/v2/apps", headers: Password)).Bytes, Is.Empty);
    }

    [Test]
    public async Task Gzip_ThroughAStandby_IsTheLeaders()
    {
        await ElectAsync(A, "1");
        Connect(A.Self);
        var direct = await SendAsync("GET", "/v2/info", headers: [Password, ("Accept-Encoding", "gzip")]);
        Connect(B.Self);
        var handed = await SendAsync("GET", "/v2/info", headers: [Password, ("Accept-Encoding", "gzip")]);

        Assert.That(handed.Headers["Content-Encoding"], Is.EqualTo("gzip"));
        Assert.That(handed.Headers["Content-Length"], Is.EqualTo(direct.Headers["Content-Length"]));
    }

    [Test]
    public async Task EventStream_OfAStandby_IsAtTheLeader()
    {
        await ElectAsync(A, "1");
        Connect(B.Self);

        var sent = await SendAsync("GET", "/v2/events?event_type=status_update_event", accept: "text/event-stream", headers: Password);

        Assert.That((sent.Status, sent.Headers["Location"]),
            Is.EqualTo((302, new Uri(A.Self, "/v2/events?event_type=status_update_event").ToString())));
    }

    [Test]
    [Property("case", 195)]
    [Property("case", 196)]
    public async Task Leader_AsBothTellIt_IsTheSame()
    {
        await ElectAsync(A, "1");
        foreach (var member in new[] { A, B })
        {
            Connect(member.Self);
            var leader = await SendAsync("GET", "/v2/leader", headers: Password);
            var info = await SendAsync("GET", "/v2/info", headers: Password);
            Assert.Multiple(() =>
            {
                Assert.That((string)leader.Json["leader"]!, Is.EqualTo(A.Self.Authority));
                Assert.That((string)info.Json["leader"]!, Is.EqualTo(A.Self.Authority));
                Assert.That((bool)info.Json["elected"]!, Is.True);
                Assert.That((bool)info.Json["marathon_config"]!["ha"]!, Is.True);
                Assert.That((string)info.Json["zookeeper_config"]!["zk"]!, Is.EqualTo("zk://xxxxxxxx:xxxxxxxx@zoo:2181/marathon"));
                Assert.That((int)info.Json["zookeeper_config"]!["zk_session_timeout"]!, Is.EqualTo(10_000));
            });
        }
    }

    [Test]
    [Property("case", 199)]
    public async Task Standby_WithoutALeader_SaysSoAfterAWhile()
    {
        Connect(B.Self);
        var answer = await GetAsync("/ping");

        Assert.That((answer.Status, answer.Message), Is.EqualTo((502, "Could not determine the current leader")));
    }

    [Test]
    public async Task Standby_OfOneThatFollowsIt_NoticesTheLoop()
    {
        A.Candidate.Follow(ScriptedCandidate.Info("1", B.Self));
        B.Candidate.Follow(ScriptedCandidate.Info("1", A.Self));
        Connect(B.Self);
        var answer = await GetAsync("/v2/apps");

        Assert.That((answer.Status, answer.Message), Is.EqualTo((502, "Detected proxying loop.")));
    }

    [Test]
    public async Task Body_ThatIsTooLarge_IsRefusedByAStandbyToo()
    {
        await ElectAsync(A, "1");
        Connect(B.Self);

        var refused = await SendAsync("POST", "/v2/groups", $$"""{"id":"/g","pad":"{{new string('x', 16 * 1024 * 1024)}}"}""",
            headers: Password);

        Assert.That((refused.Status, refused.Message),
            Is.EqualTo((413, "The body is larger than the 16777216 bytes allowed. Send it in parts.")));
        var large = await SendAsync("POST", "/v2/groups", $$"""{"id":"/g","pad":"{{new string('x', 15 * 1024 * 1024)}}"}""",
            headers: Password);
        Assert.That(large.Status, Is.EqualTo(201), large.Text);
    }
}
