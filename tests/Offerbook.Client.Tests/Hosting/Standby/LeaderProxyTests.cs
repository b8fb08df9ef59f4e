using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Newtonsoft.Json.Linq;
using Offerbook.Coordination;
using Offerbook.Coordination.Tests.Hosting;

namespace Offerbook.Client.Tests.Hosting.Standby;

/// <summary>What a standby makes of requests: marathon-cases 198 and 199.</summary>
[Property("case", 198)]
internal sealed class LeaderProxyTests : StandbyFixture
{
    [Test]
    public async Task Request_ToAStandby_ReachesTheLeaderAsItIs()
    {
        var seen = new List<string>();
        Answer = async context =>
        {
            var request = context.Request;
            seen.Add($"{request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}");
            seen.Add($"host {request.Host}");
            foreach (var name in new[]
                { "Authorization", "X-Forwarded-For", "X-Marathon-Via", "Content-Type", "Content-Length", "X-Own", "Secret-Hop" })
            {
                seen.Add($"{name} {request.Headers[name]}");
            }
            seen.Add(await new StreamReader(request.Body).ReadToEndAsync());
            context.Response.StatusCode = 409;
            context.Response.Headers["X-Marathon-Leader"] = "http://leader:1";
            context.Response.Headers.Append("X-Twice", "1");
            context.Response.Headers.Append("X-Twice", "2");
            await context.Response.WriteAsync("taken");
        };
        using var request = new HttpRequestMessage(HttpMethod.Put,
            new Uri(Standby.GetLeftPart(UriPartial.Authority) + "/v2/apps//a%2Fb?force=true&label=a%3D%3Db&x",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = new StringContent("{\"id\":\"/a\"}", Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Basic dTpw");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "10.1.2.3");
        request.Headers.TryAddWithoutValidation("X-Own", "mine");
        request.Headers.TryAddWithoutValidation("Secret-Hop", "not for the leader");
        request.Headers.TryAddWithoutValidation("Connection", "Secret-Hop");

        using var response = await Client.SendAsync(request);

        Assert.That(seen, Is.EqualTo(new[]
        {
            "PUT /v2/apps//a%2Fb?force=true&label=a%3D%3Db&x", $"host {Leader.Authority}", "Authorization Basic dTpw",
            "X-Forwarded-For 10.1.2.3, 127.0.0.1",
            $"X-Marathon-Via 1.1 {Standby.Authority}", "Content-Type application/json; charset=utf-8", "Content-Length 11", "X-Own mine",
            "Secret-Hop ", "{\"id\":\"/a\"}",
        }));
        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(409));
            Assert.That(response.Headers.GetValues("X-Marathon-Leader"), Is.EqualTo(new[] { "http://leader:1" }));
            Assert.That(response.Headers.GetValues("X-Marathon-Via"), Is.EqualTo(new[] { $"1.1 {Standby.Authority}" }));
            Assert.That(response.Headers.GetValues("X-Twice"), Is.EqualTo(new[] { "1", "2" }));
        });
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("taken"));
    }

    [TestCase("GET", "")]
    [TestCase("HEAD", "")]
    [TestCase("OPTIONS", "")]
    [TestCase("DELETE", "")]
    [TestCase("POST", "")]
    [TestCase("PATCH", "[]")]
    [TestCase("DELETE", "{\"ids\":[]}")]
    public async Task Request_OfEveryMethod_IsHandedOn(string method, string body)
    {
        Answer = async context =>
        {
            var length = (await new StreamReader(context.Request.Body).ReadToEndAsync()).Length;
            context.Response.Headers["X-Seen"] = $"{context.Request.Method} {length} type '{context.Request.ContentType}'";
            context.Response.ContentLength = 4;
            if (context.Request.Method != "HEAD")
            {
                await context.Response.WriteAsync("seen");
            }
        };
        using var request = new HttpRequestMessage(new HttpMethod(method), "/x");
        if (body.Length > 0)
        {
            // Without a type, as some clients send it.
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        using var response = await Client.SendAsync(request);

        Assert.That(response.Headers.GetValues("X-Seen"), Is.EqualTo(new[] { $"{method} {body.Length} type ''" }));
        Assert.That(response.Content.Headers.ContentLength, Is.EqualTo(4));
    }

    [Test]
    public async Task Body_ThatIsStillBeingSent_ReachesTheLeaderPieceByPiece()
    {
        var first = new TaskCompletionSource<string>();
        Answer = async context =>
        {
            var buffer = new byte[100];
            var count = await context.Request.Body.ReadAsync(buffer);
            first.SetResult(Encoding.ASCII.GetString(buffer, 0, count));
            await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync());
        };
        using var client = new TcpClient();
        await client.ConnectAsync(Standby.Host, Standby.Port);
        var wire = client.GetStream();
        await wire.WriteAsync(
            Encoding.ASCII.GetBytes("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\none\r\n"));

        Assert.That(await first.Task.WaitAsync(Limit), Is.EqualTo("one"));

        await wire.WriteAsync(Encoding.ASCII.GetBytes("3\r\ntwo\r\n0\r\n\r\n"));
        Assert.That(await new StreamReader(wire).ReadToEndAsync().WaitAsync(Limit), Does.StartWith("HTTP/1.1 200").And.Contain("two"));
    }

    [Test]
    public async Task Answer_ThatIsStillBeingGiven_ReachesTheClientPieceByPiece()
    {
        var (go, pieces) = (new TaskCompletionSource(), new List<string>());
        Answer = async context =>
        {
            await context.Response.WriteAsync("one");
            await context.Response.Body.FlushAsync();
            await go.Task.WaitAsync(Limit);
            await context.Response.WriteAsync("two");
        };
        using var response = await Client.GetAsync(new Uri(Standby, "/x"), HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        pieces.Add(Encoding.ASCII.GetString(buffer, 0, await body.ReadAsync(buffer)));
        go.SetResult();
        pieces.Add(Encoding.ASCII.GetString(buffer, 0, await body.ReadAsync(buffer)));

        Assert.That(pieces, Is.EqualTo(new[] { "one", "two" }));
    }

    [Test]
    public async Task Stream_AtAStandby_IsSentToTheLeader()
    {
        using var response = await Client.GetAsync(new Uri(Standby, "/stream?event_type=a&event_type=b"));

        Assert.That((int)response.StatusCode, Is.EqualTo(302));
        Assert.That(response.Headers.Location, Is.EqualTo(new Uri(Leader, "/stream?event_type=a&event_type=b")));
    }

    [Test]
    public async Task Request_ThatHasBeenHere_IsALoop()
    {
        Candidate.Follow(ScriptedCandidate.Info("1", new Uri($"http://localhost:{Standby.Port}/")));

        using var response = await Client.GetAsync(new Uri(Standby, "/x"));

        Assert.That((int)response.StatusCode, Is.EqualTo(502));
        Assert.That(await MessageAsync(response), Is.EqualTo("Detected proxying loop."));
    }

    [Test]
    public async Task Request_WhileTheElectionCannotBeAsked_GoesToWhoLedLast()
    {
        Candidate.Stand(new Standing.Follows(null) { Last = ScriptedCandidate.Info("1", Leader) });

        Assert.That(await Client.GetStringAsync(new Uri(Standby, "/x")), Is.EqualTo("the leader"));
    }

    [Test]
    public async Task Request_WhileTheElectionCannotBeAskedAndItLedLastItself_IsABadGateway()
    {
        Candidate.Stand(new Standing.Follows(null) { Last = ScriptedCandidate.Info("1", Standby) });

        using var response = await Client.GetAsync(new Uri(Standby, "/x"));

        Assert.That(((int)response.StatusCode, await MessageAsync(response)), Is.EqualTo((502, "Could not determine the current leader")));
        Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Leader_ThatIsDead_IsABadGateway()
    {
        // Nothing listens on port 1 of loopback.
        Candidate.Follow(ScriptedCandidate.Info("1", new Uri("http://127.0.0.1:1/")));

        using var response = await Client.PostAsync(new Uri(Standby, "/x"), new StringContent("{}"));

        Assert.That((int)response.StatusCode, Is.EqualTo(502));
        Assert.That(await MessageAsync(response), Is.EqualTo("Connection to leader refused."));
    }

    [Test]
    public async Task Leader_ThatDiesBeforeItsAnswer_IsAnErrorThatSaysWhatIsNotKnown()
    {
        Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var response = await Client.PostAsync(new Uri(Standby, "/x"), new StringContent("{}"));

        Assert.That((int)response.StatusCode, Is.EqualTo(500));
        Assert.That(await MessageAsync(response), Does.EndWith("Whether it has done what it was asked to is not known."));
    }

    [Test]
    public async Task Leader_ThatDiesInItsAnswer_CutsTheClientOffToo()
    {
        var seen = new TaskCompletionSource();
        Answer = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half of it");
            await context.Response.Body.FlushAsync();
            await seen.Task.WaitAsync(Limit);
            context.Abort();
        };
        using var response = await Client.GetAsync(new Uri(Standby, "/x"), HttpCompletionOption.ResponseHeadersRead);
        seen.SetResult();

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(async () => await response.Content.ReadAsStringAsync(), Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Leader_ThatDoesNotAnswer_IsGivenUp()
    {
        Answer = context => Task.Delay(Limit, context.RequestAborted);

        using var response = await Client.GetAsync(new Uri(Standby, "/x"));

        Assert.That((int)response.StatusCode, Is.EqualTo(500));
        Assert.That(await MessageAsync(response), Does.Contain("has not answered within 0.4 s"));
    }

    [Test]
    public async Task Client_ThatLeaves_LeavesTheLeaderToo()
    {
        var (came, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        Answer = async context =>
        {
            context.RequestAborted.Register(() => left.SetResult());
            await context.Response.StartAsync();
            came.SetResult();
            await left.Task.WaitAsync(Limit);
        };
        using var client = new TcpClient();
        await client.ConnectAsync(Standby.Host, Standby.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /x HTTP/1.1\r\nHost: h\r\n\r\n"));
        await came.Task.WaitAsync(Limit);

        client.Close();

        Assert.That(async () => await left.Task.WaitAsync(Limit), Throws.Nothing);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Body_ThatIsTooLong_IsRefused(bool saysItsLength)
    {
        Answer = async context => await context.Request.Body.CopyToAsync(Stream.Null);
        using var request = new HttpRequestMessage(HttpMethod.Post,
            new Uri(Standby, "/x")) { Content = new ByteArrayContent(new byte[1_000_001]) };
        request.Headers.TransferEncodingChunked = !saysItsLength;

        using var response = await Client.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(413));
        Assert.That(await MessageAsync(response), Does.Contain("1000000 bytes"));
    }

    [Test]
    [Property("case", 199)]
    public async Task Request_WithoutALeader_WaitsForOne()
    {
        Candidate.Follow(null);
        var asked = Client.GetStringAsync(new Uri(Standby, "/x"));
        Candidate.Follow(ScriptedCandidate.Info("2", Leader));

        Assert.That(await asked, Is.EqualTo("the leader"));
    }

    [Test]
    [Property("case", 199)]
    public async Task Request_WhileItBecomesTheLeader_WaitsAndIsServedHere()
    {
        Candidate.Follow(null);
        var asked = Client.GetStringAsync(new Uri(Standby, "/x"));
        Candidate.Lead("2", address: Standby);

        Assert.That(await asked, Is.EqualTo("itself"));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("case", 199)]
    public async Task Request_ThatWaitsInVain_IsABadGateway(bool ofItself)
    {
        // A node of its own that it has lost, and that is still there.
        Candidate.Follow(ofItself ? ScriptedCandidate.Info("1", Standby) : null);

        using var response = await Client.GetAsync(new Uri(Standby, "/ping"));

        Assert.That((int)response.StatusCode, Is.EqualTo(502));
        Assert.That(await MessageAsync(response), Is.EqualTo("Could not determine the current leader"));
    }

    [Test]
    public async Task Request_WhileItStops_IsToldToComeAgain()
    {
        Candidate.Follow(null);
        Proxy.Stop();

        using var response = await Client.GetAsync(new Uri(Standby, "/x"));

        Assert.That((int)response.StatusCode, Is.EqualTo(503));
        Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    private static async Task<string> MessageAsync(HttpResponseMessage response) =>
        (string)JObject.Parse(await response.Content.ReadAsStringAsync())["message"]!;
}
