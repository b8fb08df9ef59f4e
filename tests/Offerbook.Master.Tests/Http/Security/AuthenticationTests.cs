using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Newtonsoft.Json.Linq;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http;
using Offerbook.Master.Http.Security;
using Offerbook.Wire;
using Credential = Offerbook.Wire.Http.Credential;

namespace Offerbook.Master.Tests.Http.Security;

/// <summary>A master that lets in only who shows a principal and its secret, over HTTP.</summary>
[CancelAfter(60_000)]
public sealed class AuthenticationTests
{
    private MasterFixture _master = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _master = await MasterFixture.StartAsync(tune: options => options with
    {
        Security = SecurityOptions.Only(
            new Credential("ops", "s1")) with { Known = [new Credential("ops", "s1"), new Credential("apps", "s2")] },
    });

    [OneTimeTearDown]
    public async Task StopAsync() => await _master.DisposeAsync();

    [SetUp]
    public void Forget() => As(null);

    // Case 1.
    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task Subscribe_WithoutCredentials_IsChallenged(MessageFormat format)
    {
        var answer = await _master.PostAsync("/api/v1/scheduler", Subscribe(null), format);

        Assert.That((answer.StatusCode, await answer.Content.ReadAsStringAsync()),
            Is.EqualTo((HttpStatusCode.Unauthorized, "401 Unauthorized.")));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Basic realm=\"mesos-master-scheduler\""));
    }

    [TestCase("GET", "/state", "mesos-master-readonly")]
    [TestCase("GET", "/master/state.json", "mesos-master-readonly")]
    [TestCase("GET", "/metrics/snapshot", "mesos-master-readonly")]
    [TestCase("GET", "/metrics", "mesos-master-readonly")]
    [TestCase("GET", "/flags", "mesos-master-readonly")]
    [TestCase("GET", "/api/v1", "mesos-master-readwrite")]
    [TestCase("POST", "/api/v1/anything", "mesos-master-readwrite")]
    [TestCase("POST", "/teardown", "mesos-master-readwrite")]
    [TestCase("PUT", "/api/v1/scheduler", "mesos-master-scheduler")]
    [TestCase("POST", "/offerbook/agent/v1", "offerbook-agents")]
    public async Task Endpoint_WithoutOrWithWrongCredentials_IsChallengedBeforeAnythingElse(string method, string path, string realm)
    {
        foreach (var authorization in new[] { null, "Basic Og==", "Basic " + Base64("ops:s2"), "token=x" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }
            var answer = await _master.Client.SendAsync(request);

            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), authorization);
            Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo($"Basic realm=\"{realm}\""), authorization);
        }
    }

    [TestCase("/health", 200)]
    [TestCase("/master/health", 200)]
    [TestCase("/version", 200)]
    [TestCase("/redirect", 307)]
    [TestCase("/nothing-here", 404)]
    public async Task Endpoint_OfNoRealm_AnswersEverybody(string path, int status)
    {
        Assert.That((int)(await _master.Client.GetAsync(path)).StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Endpoint_WithCredentials_Answers()
    {
        As("ops:s1");

        Assert.That((int)(await _master.Client.GetAsync("/state")).StatusCode, Is.EqualTo(200));
        Assert.That((int)(await _master.PostAsync("/api/v1", """{"type":"GET_HEALTH"}""")).StatusCode, Is.EqualTo(200));
        Assert.That((int)(await _master.PostAsync("/offerbook/agent/v1", "{}")).StatusCode, Is.EqualTo(400));
    }

    [Test]
    public async Task Framework_WithoutAPrincipal_GetsTheOneThatAuthenticated()
    {
        As("apps:s2");
        using var stream = await _master.SubscribeAsync<Event>("/api/v1/scheduler", Subscribe(null), MessageFormat.Json);
        var id = (await stream.NextAsync(next => next.Type == Event.Types.Type.Subscribed)).Subscribed.FrameworkId.Value;

        var state = JObject.Parse(await _master.Client.GetStringAsync("/frameworks?framework_id=" + id));

        Assert.That((string?)state["frameworks"]![0]!["principal"], Is.EqualTo("apps"));
    }

    [Test]
    public async Task Framework_WithAnotherPrincipal_IsRefused()
    {
        As("apps:s2");

        var answer = await _master.PostAsync("/api/v1/scheduler", Subscribe("ops"), MessageFormat.Json);

        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()),
            Is.EqualTo((400, "Failed to validate scheduler::Call: "
            + "Authenticated principal 'apps' does not match principal 'ops' set in `FrameworkInfo`")));
    }

    [Test]
    public async Task Call_OfAnotherPrincipal_IsRefused()
    {
        As("apps:s2");
        using var stream = await _master.SubscribeAsync<Event>("/api/v1/scheduler", Subscribe(null), MessageFormat.Json);
        var id = (await stream.NextAsync(next => next.Type == Event.Types.Type.Subscribed)).Subscribed.FrameworkId;
        As("ops:s1");

        var answer = await _master.PostAsync("/api/v1/scheduler", new Call { Type = Call.Types.Type.Revive, FrameworkId = id },
            MessageFormat.Json, stream.StreamId);

        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()),
            Is.EqualTo((400, "Authenticated principal 'ops' does not match principal 'apps' set in `FrameworkInfo`")));
    }

    // Case 17.
    [Test]
    public async Task Framework_ComingBackAsAnother_GetsAnError()
    {
        As("apps:s2");
        using var first = await _master.SubscribeAsync<Event>("/api/v1/scheduler", Subscribe("apps"), MessageFormat.Protobuf);
        var again = Subscribe("ops");
        again.FrameworkId = again.Subscribe.FrameworkInfo.Id = (await first.NextAsync(next => next.Type == Event.Types.Type.Subscribed))
            .Subscribed.FrameworkId;
        As("ops:s1");

        using var second = await _master.SubscribeAsync<Event>("/api/v1/scheduler", again, MessageFormat.Protobuf);

        Assert.That((await second.NextAsync(next => next.Type == Event.Types.Type.Error)).Error.Message,
            Is.EqualTo("Changing framework's principal is not allowed."));
    }

    [Test]
    public async Task Flags_OfAGuardedMaster_ShowNoSecret()
    {
        As("ops:s1");

        var flags = await _master.Client.GetStringAsync("/flags");

        Assert.That(flags, Does.Contain("authenticate_http_readonly").And.Not.Contain("s1").And.Not.Contain("s2"));
    }

    [Test]
    public async Task Authorization_WhileAuthenticationIsOff_IsIgnored()
    {
        await using var open = await MasterFixture.StartAsync();
        foreach (var authorization in new[] { "Basic Og==", "token=x", "Basic !!", "Bearer a.b.c" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/state");
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            Assert.That((int)(await open.Client.SendAsync(request)).StatusCode, Is.EqualTo(200), authorization);
        }
    }

    [Test]
    public void Start_WithoutWhatTheAuthenticatorNeeds_IsRefused()
    {
        Assert.That(() => new RealmGuard(new SecurityOptions { AuthenticateReadOnly = true }, TimeProvider.System),
            Throws.TypeOf<FormatException>()
                .With.Message.EqualTo("--authenticate_http_readonly with the authenticator 'basic' needs --credentials"));
        Assert.That(() =>
            new RealmGuard(new SecurityOptions { AuthenticateReadWrite = true, Authenticators = ["jwt"] }, TimeProvider.System),
            Throws.TypeOf<FormatException>()
                .With.Message.EqualTo("--authenticate_http_readwrite with the authenticator 'jwt' needs --jwt_secret_key"));
        Assert.That(() =>
            new RealmGuard(new SecurityOptions { AuthenticateReadWrite = true, Authenticators = ["kerberos"] }, TimeProvider.System),
            Throws.TypeOf<FormatException>()
                .With.Message.EqualTo("there is no HTTP authenticator 'kerberos': choose from 'basic' and 'jwt'"));
    }

    [Test]
    public async Task Token_WhereAPrincipalNeedsAName_IsForbidden()
    {
        var key = Path.GetTempFileName();
        await File.WriteAllTextAsync(key, "0123456789abcdef0123456789abcdef");
        await using var master = await MasterFixture.StartAsync(tune: options => options with
        {
            Security = new SecurityOptions { AuthenticateReadOnly = true, AuthenticateReadWrite = true, Authenticators = ["jwt"],
                JwtSecretKey = key },
        });
        // {"alg":"HS256"}.{"a":"b"}
        const string token = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoiYiJ9.";
        var signature = System.Security.Cryptography.HMACSHA256.HashData(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"),
            Encoding.ASCII.GetBytes(token[..^1]));
        master.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer",
            token + System.Buffers.Text.Base64Url.EncodeToString(signature));

        Assert.That((int)(await master.Client.GetAsync("/state")).StatusCode, Is.EqualTo(200));
        var refused = await master.PostAsync("/api/v1", """{"type":"GET_HEALTH"}""");
        Assert.That(((int)refused.StatusCode, await refused.Content.ReadAsStringAsync()), Is.EqualTo((403,
            "The request's authenticated principal contains claims, but no value string. The master currently requires that principals have a value")));
        File.Delete(key);
    }

    [Test]
    public void Route_OfEveryHandler_HasARealm()
    {
        var open = MasterRouter.Paths.Where(route => Realms.Of(route) == Realm.Open).Order(StringComparer.Ordinal);

        Assert.That(open, Is.SubsetOf(new[] { "/health", "/help", "/redirect", "/version" }), "nothing else may answer everybody");
    }

    private static Call Subscribe(string? principal)
    {
        var info = new FrameworkInfo { User = "u", Name = "n" };
        if (principal is not null)
        {
            info.Principal = principal;
        }
        return new Call { Type = Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = info } };
    }

    private void As(string? pair) =>
        _master.Client.DefaultRequestHeaders.Authorization = pair is null ? null : new AuthenticationHeaderValue("Basic", Base64(pair));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
