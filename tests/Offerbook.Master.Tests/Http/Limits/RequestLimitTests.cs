using System.Text;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Hosting;
using Offerbook.Wire;

namespace Offerbook.Master.Tests.Http.Limits;

/// <summary>Requests that are too much, each with a clear error.</summary>
[CancelAfter(60_000)]
public sealed class RequestLimitTests
{
    private MasterFixture _master = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _master = await MasterFixture.StartAsync(tune: options => options with
    {
        Limits = new MasterLimits { MaxSchedulerStreams = 1, MaxHeaderBytes = 8 * 1024 },
    });

    [OneTimeTearDown]
    public async Task StopAsync() => await _master.DisposeAsync();

    [TestCase("/api/v1", 4)]
    [TestCase("/api/v1/scheduler", 16)]
    public async Task Body_LongerThanTheEndpointTakes_Is413(string path, int megabytes)
    {
        var answer = await _master.PostAsync(path, "{\"x\":\"" + new string('x', megabytes * 1024 * 1024) + "\"}");

        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()),
            Is.EqualTo((413, $"The body is longer than the {megabytes * 1024 * 1024} bytes allowed here. Split the request.")));
    }

    [Test]
    public async Task Json_NestedTooDeeply_Is400()
    {
        var answer = await _master.PostAsync("/api/v1", "{\"x\":" + new string('[', 300) + new string(']', 300) + "}");

        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.StartWith("Failed to parse body into JSON: "));
    }

    [Test]
    public async Task Headers_TooLong_Are431()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add("X-Long", new string('x', 10_000));

        Assert.That((int)(await _master.Client.SendAsync(request)).StatusCode, Is.EqualTo(431));
    }

    [Test]
    public async Task Schedulers_BeyondTheirPlaces_AreSentAwayUntilOneHasLeft()
    {
        var subscribe = new Call { Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = new FrameworkInfo { User = "u", Name = "n" } } };
        using (await _master.SubscribeAsync<Event>("/api/v1/scheduler", subscribe, MessageFormat.Protobuf))
        {
            var refused = await _master.PostAsync("/api/v1/scheduler", subscribe, MessageFormat.Protobuf);

            Assert.That(((int)refused.StatusCode, await refused.Content.ReadAsStringAsync()),
                Is.EqualTo((503, "1 schedulers are subscribed, which is as many as this master serves. Try again when one has left")));
            Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(30)));
        }
        HttpResponseMessage later;
        while ((int)(later = await _master.PostAsync("/api/v1/scheduler", subscribe, MessageFormat.Protobuf)).StatusCode == 503)
        {
            // Until the master has noticed that the connection is closed; the fixture's timeout ends it.
            later.Dispose();
        }
        Assert.That((int)later.StatusCode, Is.EqualTo(200));
        later.Dispose();
    }
}
