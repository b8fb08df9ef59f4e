using System.Text.Json;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Tests.Core;
using Offerbook.Wire;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;

namespace Offerbook.Master.Tests.Http;

/// <summary>The offer book over HTTP, filled by a real scheduler and agents.</summary>
internal sealed class OfferBookHttpTests
{
    private const string SchedulerPath = "/api/v1/scheduler";

    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task Offers_FromMadeToEnded_AreShown(MessageFormat format)
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await ClusterHttpTests.SubscribeAgentAsync(master, "one");
        using var scheduler = await SubscribeAsync(master, format);
        var offer = await scheduler.NextOfferAsync();

        using (var out1 = await GetAsync(master, "/offerbook/v1/offers"))
        {
            var shown = out1.RootElement.GetProperty("offers").EnumerateArray().Single();
            Assert.That(shown.GetProperty("offer_id").GetString(), Is.EqualTo(offer.Id.Value));
            Assert.That(shown.GetProperty("outcome").GetString(), Is.EqualTo("outstanding"));
            Assert.That(shown.GetProperty("hostname").GetString(), Is.EqualTo("one"));
            Assert.That(shown.GetProperty("amounts").GetProperty("cpus").GetDouble(), Is.EqualTo(4));
            Assert.That(shown.TryGetProperty("ended_at", out _), Is.False);
        }
        await scheduler.DeclineAsync(offer, 7);
        using (var ended = await GetAsync(master, "/offerbook/v1/offers?agent=one&framework=test&role=web&outcome=declined"))
        {
            var shown = ended.RootElement.GetProperty("offers").EnumerateArray().Single();
            Assert.That(shown.GetProperty("offer_id").GetString(), Is.EqualTo(offer.Id.Value));
            Assert.That(shown.GetProperty("refuse_seconds").GetDouble(), Is.EqualTo(7));
            Assert.That(shown.GetProperty("held_seconds").GetDouble(), Is.Positive);
            Assert.That(DateTimeOffset.Parse(shown.GetProperty("ended_at").GetString()!, System.Globalization.CultureInfo.InvariantCulture),
                Is.GreaterThanOrEqualTo(shown.GetProperty("made_at").GetDateTimeOffset()));
        }
    }

    [Test]
    public async Task Accept_ShowsOperationsAndUse()
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await ClusterHttpTests.SubscribeAgentAsync(master);
        using var scheduler = await SubscribeAsync(master, MessageFormat.Json);
        var offer = await scheduler.NextOfferAsync();
        var accept = new Call { Type = Call.Types.Type.Accept, Accept = new() { OfferIds = { offer.Id } } };
        accept.Accept.Operations.Add(new Offer.Types.Operation
        {
            Type = Offer.Types.Operation.Types.Type.Launch,
            Launch = new() { TaskInfos = { TestScheduler.Task(offer, "t1"), TestScheduler.Task(offer, "t2", cpus: 0.5) } },
        });
        await scheduler.CallAsync(accept);
        using var shown = await GetAsync(master, "/offerbook/v1/offers?outcome=accepted");
        var row = shown.RootElement.GetProperty("offers")[0];
        Assert.That(row.GetProperty("operations").GetRawText(), Is.EqualTo("""[{"type":"LAUNCH","count":1,"tasks":2}]"""));
        Assert.That(row.GetProperty("used").GetRawText(), Is.EqualTo("""{"cpus":1.5,"mem":128}"""));
    }

    [Test]
    public async Task Past_SurvivesARestart_WithWhatWasOut()
    {
        var master = await MasterFixture.StartAsync();
        using (var agent = await ClusterHttpTests.SubscribeAgentAsync(master))
        using (var scheduler = await SubscribeAsync(master, MessageFormat.Json))
        {
            await scheduler.NextOfferAsync();
            await master.DisposeAsync();
        }
        await using var again = await MasterFixture.StartAsync(master.Directory);
        using var shown = await GetAsync(again, "/offerbook/v1/offers");
        var row = shown.RootElement.GetProperty("offers").EnumerateArray().Single();
        Assert.That((row.GetProperty("outcome").GetString(), row.GetProperty("reason").GetString()),
            Is.EqualTo(("dropped", "master_stopped")));
    }

    [Test]
    public async Task Pages_FollowEachOther_FromWhatIsOutIntoThePast()
    {
        await using var master = await MasterFixture.StartAsync();
        var agents = new List<EventReader<AgentEvent>>();
        for (var i = 0; i < 6; i++)
        {
            agents.Add(await ClusterHttpTests.SubscribeAgentAsync(master, $"host-{i}"));
        }
        using var scheduler = await SubscribeAsync(master, MessageFormat.Protobuf);
        var offers = new List<Offer>();
        while (offers.Count < 6)
        {
            offers.AddRange((await scheduler.Events.NextAsync(e => e.Type == Event.Types.Type.Offers)).Offers.Offers_);
        }
        foreach (var offer in offers.Take(3))
        {
            await scheduler.DeclineAsync(offer, 600);
        }
        var seen = new List<string>();
        var cursor = "";
        do
        {
            using var page = await GetAsync(master, "/offerbook/v1/offers?limit=2" + cursor);
            seen.AddRange(page.RootElement.GetProperty("offers").EnumerateArray().Select(row => row.GetProperty("offer_id").GetString()!));
            cursor = page.RootElement.TryGetProperty("next_cursor", out var next) ? "&cursor=" + next.GetString() : "";
        }
        while (cursor.Length > 0);
        Assert.That(seen, Is.EquivalentTo(offers.Select(offer => offer.Id.Value)));
        Assert.That(seen.Skip(3), Is.EqualTo(offers.Take(3).Select(offer => offer.Id.Value).Reverse()), "the past comes after what is out");
        agents.ForEach(agent => agent.Dispose());
    }

    [Test]
    public async Task Fairness_ShowsSharesAndWhoSitsOnOffers()
    {
        await using var master = await MasterFixture.StartAsync(tune: options =>
            options with { OfferBook = new OfferBookOptions { ShareInterval = TimeSpan.FromMilliseconds(20) } });
        using var agent = await ClusterHttpTests.SubscribeAgentAsync(master);
        using var scheduler = await SubscribeAsync(master, MessageFormat.Json);
        await scheduler.NextOfferAsync();
        // The first second may begin before the offer.
        var from = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 10;
        List<(string? Role, double Share)> samples;
        do
        {
            using var shown = await GetAsync(master, $"/offerbook/v1/fairness?role=web&from={from}&step=1");
            var now = shown.RootElement.GetProperty("now").EnumerateArray().Single();
            Assert.That(
                (now.GetProperty("role").GetString(), now.GetProperty("dominant_share").GetDouble(),
                    now.GetProperty("offered").GetProperty("cpus").GetDouble()),
                Is.EqualTo(("web", 1.0, 4.0)));
            var holder = shown.RootElement.GetProperty("holders").EnumerateArray().Single();
            Assert.That(
                (holder.GetProperty("framework_name").GetString(), holder.GetProperty("offers").GetInt32(),
                    holder.GetProperty("hoards").GetArrayLength()),
                Is.EqualTo(("test", 1, 0)));
            samples = shown.RootElement.GetProperty("roles").EnumerateArray()
                .SelectMany(role => role.GetProperty("samples").EnumerateArray()
                    .Select(sample => (role.GetProperty("role").GetString(), sample.GetProperty("dominant_share").GetDouble()))).ToList();
        }
        while (!samples.Contains(("web", 1.0)) && !master.Timeout.IsCancellationRequested);
        Assert.That(samples, Does.Contain(("web", 1.0)));
    }

    [TestCase("offers?limit=0", "The parameter 'limit' is '0'; it must be a whole number from 1 to 1000")]
    [TestCase("offers?limit=1001", "The parameter 'limit' is '1001'; it must be a whole number from 1 to 1000")]
    [TestCase("offers?agnet=x", "There is no parameter 'agnet'; there are: agent, framework, role, from, until, outcome, limit, cursor")]
    [TestCase("offers?agent=x&agent=y", "The parameter 'agent' was given 2 times; give it once")]
    [TestCase("offers?outcome=lost", "The parameter 'outcome' is 'lost'; it must be one of: outstanding, accepted, declined, timed_out, rescinded, dropped")]
    [TestCase("offers?from=yesterday", "The parameter 'from' is 'yesterday'; it must be a time like 2026-11-22T10:05:00Z, or seconds since 1970")]
    [TestCase("offers?from=20&until=10", "The parameter 'from' is later than 'until'")]
    [TestCase("offers?cursor=x", "The parameter 'cursor' is 'x'; it must be the next_cursor of an answer")]
    [TestCase("fairness?from=0&until=86400&step=1",
        "From 'from' to 'until' there are more than 1000 steps of 1 s; give a step of at least 87 seconds, or a shorter time")]
    [TestCase("fairness?step=-1", "The parameter 'step' is '-1'; it must be a whole number from 1 to 604800")]
    public async Task Question_ThatIsWrong_IsToldWhy(string path, string why)
    {
        await using var master = await MasterFixture.StartAsync();
        using var answer = await master.Client.GetAsync("/offerbook/v1/" + path, master.Timeout);
        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((400, why)));
    }

    [Test]
    public async Task Method_OtherThanGet_Is405()
    {
        await using var master = await MasterFixture.StartAsync();
        using var answer = await master.Client.PostAsync("/offerbook/v1/offers", null, master.Timeout);
        Assert.That((int)answer.StatusCode, Is.EqualTo(405));
        Assert.That(answer.Content.Headers.Allow, Is.EqualTo(new[] { "GET" }));
    }

    [Test]
    public async Task Book_WhoseFileCannotBeOpened_IsOff_AndTheMasterLives()
    {
        var directory = TestDirectories.New();
        Directory.CreateDirectory(Path.Combine(directory, "offers.db"));
        await using var master = await MasterFixture.StartAsync(directory);
        using var agent = await ClusterHttpTests.SubscribeAgentAsync(master);
        using var scheduler = await SubscribeAsync(master, MessageFormat.Json);
        await scheduler.NextOfferAsync();
        using var past = await master.Client.GetAsync("/offerbook/v1/offers", master.Timeout);
        Assert.That((int)past.StatusCode, Is.EqualTo(503));
        Assert.That(await past.Content.ReadAsStringAsync(),
            Does.Contain("The offer book has no past: its file").And.Contain("offers.db could not be opened"));
        using var now = await GetAsync(master, "/offerbook/v1/offers?outcome=outstanding");
        Assert.That(now.RootElement.GetProperty("offers").GetArrayLength(), Is.EqualTo(1));
        using var fairness = await GetAsync(master, "/offerbook/v1/fairness");
        Assert.That(fairness.RootElement.GetProperty("past_off").GetString(), Does.Contain("could not be opened"));
        using var metrics = await GetAsync(master, "/metrics/snapshot");
        Assert.That(metrics.RootElement.GetProperty("offerbook/enabled").GetDouble(), Is.Zero);
        Assert.That(metrics.RootElement.GetProperty("offerbook/offers_outstanding").GetDouble(), Is.EqualTo(1));
    }

    internal static async Task<JsonDocument> GetAsync(MasterFixture master, string path)
    {
        using var answer = await master.Client.GetAsync(path, master.Timeout);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(200), text);
        return JsonDocument.Parse(text);
    }

    internal static async Task<HttpScheduler> SubscribeAsync(MasterFixture master, MessageFormat format, string role = "web")
    {
        var subscribe = new Call { Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = TestScheduler.Framework(role, 60) } };
        var events = await master.SubscribeAsync<Event>(SchedulerPath, subscribe, format);
        return new HttpScheduler(master, events, (await events.NextAsync())!.Subscribed.FrameworkId, format);
    }

    /// <summary>A scheduler over HTTP.</summary>
    internal sealed record HttpScheduler(MasterFixture Master, EventReader<Event> Events, FrameworkID Id,
        MessageFormat Format) : IDisposable
    {
        public async Task<Offer> NextOfferAsync() => (await Events.NextAsync(e => e.Type == Event.Types.Type.Offers)).Offers.Offers_[0];

        public Task DeclineAsync(Offer offer, double seconds) => CallAsync(new Call
        {
            Type = Call.Types.Type.Decline,
            Decline = new() { OfferIds = { offer.Id }, Filters = new Filters { RefuseSeconds = seconds } },
        });

        public async Task CallAsync(Call call)
        {
            call.FrameworkId = Id;
            using var answer = await Master.PostAsync(SchedulerPath, call, Format, Events.StreamId);
            Assert.That((int)answer.StatusCode, Is.EqualTo(202));
        }

        public void Dispose() => Events.Dispose();
    }
}
