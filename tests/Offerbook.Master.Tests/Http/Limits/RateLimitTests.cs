using System.Net.Http.Headers;
using System.Text;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Limits;
using Offerbook.Wire;
using Credential = Offerbook.Wire.Http.Credential;

namespace Offerbook.Master.Tests.Http.Limits;

[CancelAfter(60_000)]
public sealed class RateLimitTests
{
    [TestCase("{", "rate limits are not JSON")]
    [TestCase("""{"limits": 1}""", "'limits' must be a list")]
    [TestCase("""{"limits": [{}]}""", "limits[0] must be an object with a 'principal'")]
    [TestCase("""{"limits": [{"principal": "a", "qps": 0}]}""", "limits[0]: 'qps' must be a number above 0")]
    [TestCase("""{"limits": [{"principal": "a", "qps": 1, "capacity": 0.5}]}""", "limits[0]: 'capacity' must be a whole number above 0")]
    [TestCase("""{"limits": [{"principal": "a", "capacity": 1}]}""", "limits[0]: 'capacity' without 'qps' limits nothing")]
    [TestCase("""{"limits": [{"principal": "a"}, {"principal": "a"}]}""", "limits[1]: principal 'a' is there twice")]
    [TestCase("""{"aggregate_default_qps": "x"}""", "rate limits: 'aggregate_default_qps' must be a number above 0")]
    public void Settings_Faulty_AreRefusedWithThePlace(string json, string expected)
    {
        Assert.That(() => RateLimitSettings.Parse(json), Throws.TypeOf<FormatException>().With.Message.Contains(expected));
    }

    [Test]
    public void Bucket_LetsThroughWhatItHoldsAndThenItsRate()
    {
        var clock = new ManualClock();
        var bucket = new TokenBucket(perSecond: 2, capacity: 3, clock);

        Assert.That(Enumerable.Range(0, 4).Select(turn => bucket.TryTake(out _)), Is.EqualTo(new[] { true, true, true, false }));
        Assert.That(bucket.TryTake(out var wait), Is.False);
        Assert.That(wait, Is.EqualTo(TimeSpan.FromSeconds(0.5)));
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.That((bucket.TryTake(out _), bucket.TryTake(out _)), Is.EqualTo((true, false)));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.That(Enumerable.Range(0, 4).Count(turn => bucket.TryTake(out _)), Is.EqualTo(3));
    }

    [Test]
    public async Task Principal_OverItsRate_IsAskedToWaitWhileOthersGoOn()
    {
        await using var master = await MasterFixture.StartAsync(tune: options => options with
        {
            Security = SecurityOptions.Only(
                new Credential("slow", "s")) with { Known = [new Credential("slow", "s"), new Credential("free", "s")] },
            Limits = new MasterLimits { Rates = RateLimitSettings.Parse(
                """{"limits": [{"principal": "slow", "qps": 0.001, "capacity": 2}]}""") },
        });
        As(master, "slow");
        var answers = new[] { await master.Client.GetAsync("/flags"), await master.PostAsync("/api/v1", """{"type":"GET_HEALTH"}"""),
            await master.Client.GetAsync("/flags") };

        Assert.That(answers.Select(answer => (int)answer.StatusCode), Is.EqualTo(new[] { 200, 200, 429 }));
        Assert.That(await answers[2].Content.ReadAsStringAsync(), Does.Match(
            @"^Principal 'slow' calls more often than the 0\.001 times a second that --rate_limits allows\. Try again in (1000|999) s$"));
        Assert.That(answers[2].Headers.RetryAfter!.Delta!.Value.TotalSeconds, Is.EqualTo(1000).Within(2));
        Assert.That((int)(await master.Client.GetAsync("/health")).StatusCode, Is.EqualTo(200), "open endpoints are never limited");
        As(master, "free");
        Assert.That(await master.Client.GetStringAsync("/metrics/snapshot"), Does.Contain("\"master/calls_over_rate_limit\":1.0")
            .And.Contain("\"frameworks/slow/messages_received\":3.0").And.Contain("\"frameworks/slow/messages_processed\":2.0"));
    }

    [Test]
    public async Task Acknowledgements_AreNeverLimited()
    {
        await using var master = await MasterFixture.StartAsync(tune: options => options with
        {
            Limits = new MasterLimits { Rates = RateLimitSettings.Parse(
                """{"aggregate_default_qps": 0.001, "aggregate_default_capacity": 2}""") },
        });
        var subscribe = new Call { Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = new FrameworkInfo { User = "u", Name = "n" } } };
        using var stream = await master.SubscribeAsync<Event>("/api/v1/scheduler", subscribe, MessageFormat.Protobuf);
        var id = (await stream.NextAsync(next => next.Type == Event.Types.Type.Subscribed)).Subscribed.FrameworkId;
        var revive = new Call { Type = Call.Types.Type.Revive, FrameworkId = id };
        var acknowledge = new Call
        {
            Type = Call.Types.Type.Acknowledge, FrameworkId = id,
            Acknowledge = new() { AgentId = new() { Value = "a" }, TaskId = new() { Value = "t" },
                Uuid = Google.Protobuf.ByteString.CopyFrom(new byte[16]) },
        };

        var statuses = new List<int>();
        foreach (var call in new[] { revive, revive, acknowledge, acknowledge })
        {
            statuses.Add((int)(await master.PostAsync("/api/v1/scheduler", call, MessageFormat.Protobuf, stream.StreamId)).StatusCode);
        }

        Assert.That(statuses, Is.EqualTo(new[] { 202, 429, 202, 202 }));
    }

    private static void As(MasterFixture master, string principal) => master.Client.DefaultRequestHeaders.Authorization =
        new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(principal + ":s")));

    private sealed class ManualClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
