using System.Net;
using System.Text.Json;
using Mesos.V1.Scheduler;
using Offerbook.Coordination;
using Offerbook.Master.Tests.Core;
using Offerbook.Master.Tests.Http;
using Offerbook.Storage;
using Offerbook.Wire;

namespace Offerbook.Master.Tests.Hosting.Terms;

/// <summary>Masters in one process that share an election and a store, over real HTTP.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SeveralMastersTests
{
    private readonly ScriptedElection _election = new();
    private readonly SharedStore _store = new();
    private readonly List<MasterFixture> _masters = [];

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var master in _masters)
        {
            await master.DisposeAsync();
        }
    }

    [TestCase("GET", "/state?limit=2&x=%2F")]
    [TestCase("GET", "/master/state.json")]
    [TestCase("GET", "/api/v1/scheduler")]
    [TestCase("POST", "/api/v1/scheduler")]
    [TestCase("POST", "/api/v1")]
    [TestCase("DELETE", "/quota/web")]
    [TestCase("POST", "/offerbook/agent/v1")]
    [TestCase("GET", "/offerbook/v1/offers")]
    [TestCase("POST", "/teardown")]
    public async Task Standby_AskedForWhatTheLeaderServes_NamesTheLeaderBeforeItLooksAtTheCall(string method, string path)
    {
        var (leader, standby) = await StartTwoAsync();
        using var answer = await standby.SendAsync(new HttpMethod(method), path, "not a call"u8.ToArray(), "text/plain", "nothing/known",
            null);
        Assert.That((int)answer.StatusCode, Is.EqualTo(307));
        Assert.That(answer.Headers.GetValues("Location").Single(), Is.EqualTo($"//127.0.0.1:{leader.Host.Address.Port}{path}"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.Empty);
    }

    [Test]
    public async Task Standby_AskedForItself_Answers()
    {
        var (leader, standby) = await StartTwoAsync();
        Assert.That((int)(await standby.Client.GetAsync("/health")).StatusCode, Is.EqualTo(200));
        Assert.That(await standby.Client.GetStringAsync("/version"), Does.Contain("version"));
        Assert.That(
            JsonDocument.Parse(await standby.Client.GetStringAsync("/flags")).RootElement.GetProperty("flags").GetProperty("port")
                .GetString(),
            Is.EqualTo($"{standby.Host.Address.Port}"));
        Assert.That(Number(await standby.Client.GetStringAsync("/metrics/snapshot"), "master/elected"), Is.Zero);
        Assert.That(Number(await leader.Client.GetStringAsync("/metrics/snapshot"), "master/elected"), Is.EqualTo(1));
        Assert.That(await standby.Client.GetStringAsync("/metrics"), Does.Contain("offerbook_master_elected 0"));
        Assert.That((int)(await standby.Client.GetAsync("/files/debug")).StatusCode, Is.EqualTo(200));
        Assert.That(await standby.Client.GetStringAsync("/logging/toggle"), Is.Not.Empty);
        foreach (var master in new[] { leader, standby })
        {
            using var redirect = await master.Client.GetAsync("/master/redirect");
            Assert.That(redirect.Headers.GetValues("Location").Single(), Is.EqualTo($"//127.0.0.1:{leader.Host.Address.Port}"));
        }
        Assert.That((int)(await standby.Client.GetAsync("/redirect/x")).StatusCode, Is.EqualTo(404));
    }

    [Test]
    public async Task Standby_WhileNobodyIsKnownToLead_AnswersSo()
    {
        var (_, standby) = await StartTwoAsync();
        _election.Reach(false);
        foreach (var path in new[] { "/state", "/redirect" })
        {
            using var answer = await standby.Client.GetAsync(path);
            Assert.That((int)answer.StatusCode, Is.EqualTo(503));
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("No leader elected"));
        }
        Assert.That((int)(await standby.Client.GetAsync("/health")).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Leader_CutFromTheElectionButHeldByTheStore_GoesOnServing()
    {
        var (leader, _) = await StartTwoAsync();
        using var scheduler = await SubscribeAsync(leader);
        _election.Reach(false);
        using var second = await SubscribeAsync(leader);
        Assert.That((int)(await leader.Client.GetAsync("/state")).StatusCode, Is.EqualTo(200));
        Assert.That((await scheduler.NextAsync())!.Type, Is.EqualTo(Event.Types.Type.Heartbeat));
    }

    [Test]
    public async Task Leader_WhoseSessionExpired_CutsItsStreamsStandsAgainAndLives()
    {
        var (first, second) = await StartTwoAsync();
        var id = await IdAsync(first);
        using var scheduler = await SubscribeAsync(first);

        _election.ExpireLeader();
        await ServesAsync(second);
        while (await scheduler.NextAsync() is not null)
        {
        }
        using var redirected = await first.Client.GetAsync("/state");
        Assert.That((int)redirected.StatusCode, Is.EqualTo(307));
        var state = JsonDocument.Parse(await second.Client.GetStringAsync("/state")).RootElement;
        Assert.That(state.GetProperty("id").GetString(), Is.Not.EqualTo(id));
        Assert.That(state.GetProperty("leader").GetString(), Is.EqualTo($"master@127.0.0.1:{second.Host.Address.Port}"));
        Assert.That(state.GetProperty("leader_info").GetProperty("id").GetString(), Is.EqualTo(state.GetProperty("id").GetString()));
        Assert.That(state.GetProperty("elected_time").GetDouble(), Is.GreaterThan(state.GetProperty("start_time").GetDouble()));
        Assert.That(state.GetProperty("frameworks")[0].GetProperty("recovered").GetBoolean(), Is.True, "what the journal knows is known");

        _election.ExpireLeader();
        await ServesAsync(first);
        Assert.That(await IdAsync(first), Is.Not.EqualTo(id), "a new term has a new id");
        Assert.That(first.Host.Completion.IsCompleted, Is.False);
    }

    [Test]
    public async Task Leader_ItsNodeAndItsStateAgree()
    {
        var (leader, _) = await StartTwoAsync();
        var self = ((Standing.Leads)leader.Host.Standing).Self;
        var node = JsonDocument.Parse(self.Data).RootElement;
        Assert.That(node.GetProperty("id").GetString(), Is.EqualTo(await IdAsync(leader)));
        Assert.That(node.GetProperty("address").GetProperty("port").GetInt32(), Is.EqualTo(leader.Host.Address.Port));
        Assert.That(node.GetProperty("pid").GetString(), Is.EqualTo($"master@127.0.0.1:{leader.Host.Address.Port}"));
        Assert.That(node.GetProperty("ip").GetInt64(), Is.EqualTo(16_777_343));
    }

    [Test]
    public async Task Leader_FencedByAnother_AcknowledgesNothingAndStandsAgain()
    {
        var (deposed, heir) = await StartTwoAsync();
        using var scheduler = await SubscribeAsync(deposed);
        _election.LeadSecretly(heir.Host.Address);
        await ServesAsync(heir);

        using var answer = await WriteAsync(deposed);
        Assert.That((int)answer.StatusCode, Is.EqualTo(503), "it must not acknowledge what no journal knows");
        while (await scheduler.NextAsync() is not null)
        {
        }
        Assert.That(deposed.Host.Completion.IsCompleted, Is.False);
    }

    [Test]
    public async Task Leader_DisposedOf_HandsOverAndEndsWhatWaits()
    {
        var (first, second) = await StartTwoAsync();
        using var scheduler = await SubscribeAsync(first);
        await first.DisposeAsync();
        _masters.Remove(first);
        while (await scheduler.NextAsync() is not null)
        {
        }
        await ServesAsync(second);
        Assert.That(first.Host.Completion.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task Leader_WhoseStoreIsLost_StandsAgainAndOneServesWhenItIsBack()
    {
        var (first, second) = await StartTwoAsync();
        _store.Failure = new JournalUnavailableException("the database is away");
        using var answer = await WriteAsync(first);
        Assert.That((int)answer.StatusCode, Is.EqualTo(503));
        Assert.That(answer.Headers.Contains("Retry-After"), Is.True);
        _store.Failure = null;
        // Whoever met the failure rests behind the other; which of them is first when it is over is not said.
        await await Task.WhenAny(ServesAsync(first), ServesAsync(second));
        Assert.That(first.Host.Completion.IsCompleted || second.Host.Completion.IsCompleted, Is.False);
    }

    [Test]
    public async Task Master_AloneWhoseJournalFails_BeginsAnewWhenItIsBack()
    {
        var master = await MasterFixture.StartAsync(tune: options => options with { Journal = _store.OpenAsync });
        _masters.Add(master);
        using var scheduler = await SubscribeAsync(master);
        _store.Failure = new JournalUnavailableException("the disk is full");
        var shown = await IdAsync(master);
        using var answer = await WriteAsync(master);
        Assert.That((int)answer.StatusCode, Is.EqualTo(503));
        while (await scheduler.NextAsync() is not null)
        {
        }
        using var next = await WriteAsync(master);
        Assert.That((int)next.StatusCode, Is.EqualTo(507));
        Assert.That(await next.Content.ReadAsStringAsync(), Does.Contain("the disk is full"));
        Assert.That(await IdAsync(master), Is.EqualTo(shown), "reads go on from what was durable");
        _store.Failure = null;
        HttpResponseMessage? written = null;
        while ((written = await WriteAsync(master)).StatusCode != HttpStatusCode.OK)
        {
            written.Dispose();
        }
        written.Dispose();
        using var again = await SubscribeAsync(master);
    }

    [Test]
    public async Task Agent_SubscribingThroughAConnectionFromBeforeTheTerm_IsToldToMakeAnother()
    {
        var (_, second) = await StartTwoAsync();
        using var before = new RawConnection(second.Host.Address);
        Assert.That(await before.AskAsync("GET /health"), Does.StartWith("HTTP/1.1 200"), "it is accepted");
        _election.ExpireLeader();
        await ServesAsync(second);

        var refused = await before.AskAsync("POST /offerbook/agent/v1");
        Assert.That(refused, Does.StartWith("HTTP/1.1 503").And.Contain("Connection: close"));
        using var since = new RawConnection(second.Host.Address);
        Assert.That(await since.AskAsync("POST /offerbook/agent/v1"), Does.StartWith("HTTP/1.1 4"), "the call itself is looked at");
    }

    private static Call Subscribe() =>
        new() { Type = Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = TestScheduler.Framework("*") } };

    /// <summary>Reads up to SUBSCRIBED.</summary>
    private static async Task<EventReader<Event>> SubscribeAsync(MasterFixture master)
    {
        var reader = await master.SubscribeAsync<Event>("/api/v1/scheduler", Subscribe(), MessageFormat.Protobuf);
        Assert.That((await reader.NextAsync())!.Type, Is.EqualTo(Event.Types.Type.Subscribed));
        return reader;
    }

    private static Task<HttpResponseMessage> WriteAsync(MasterFixture master) => master.SendAsync(HttpMethod.Put, "/weights",
        """[{"role":"web","weight":2}]"""u8.ToArray(), "application/json", null, null);

    private static double Number(string json, string name) => JsonDocument.Parse(json).RootElement.GetProperty(name).GetDouble();

    private static async Task<string> IdAsync(MasterFixture master) =>
        JsonDocument.Parse(await master.Client.GetStringAsync("/state")).RootElement.GetProperty("id").GetString()!;

    private static async Task ServesAsync(MasterFixture master)
    {
        while (true)
        {
            using var answer = await master.Client.GetAsync("/state", master.Timeout);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return;
            }
        }
    }

    private async Task<(MasterFixture Leader, MasterFixture Standby)> StartTwoAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            _masters.Add(
                await MasterFixture.StartAsync(tune: options =>
                    options with { Election = (address, describe) => Task.FromResult(_election.Stand(address, describe)),
                        Journal = _store.OpenAsync }));
        }
        await ServesAsync(_masters[0]);
        return (_masters[0], _masters[1]);
    }
}
