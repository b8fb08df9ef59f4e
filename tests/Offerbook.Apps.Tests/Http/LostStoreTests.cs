using System.Net;
using Offerbook.Apps.Hosting;
using Offerbook.Storage;

namespace Offerbook.Apps.Tests.Http;

/// <summary>The store keeps what it was given and cannot say so: only the next term knows what has happened.</summary>
public sealed class LostStoreTests : HttpFixture
{
    private readonly InMemoryStore _store = new();
    private readonly ConnectionScript _connection = new();
    private AppsHost _host = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _host = await AppsHost.StartAsync(new AppsOptions("/nowhere", [new Uri("http://127.0.0.1:1")])
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            OpenStore = () => new UncertainJournal(new InMemoryJournal(_store), _connection),
        });
        Connect(_host.Address);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _connection.Mend();
        Disconnect();
        await _host.DisposeAsync();
    }

    [TestCase("")]
    [TestCase("?event_type=api_post_event&event_type=deployment_info")]
    public async Task EventStream_OpenedBetweenTwoTerms_MissesNothingThatTheFirstWroteDown(string filter)
    {
        await CreateAsync("/a");
        using var before = await FollowAsync("?last_event_id=0");
        var read = await before.UntilAsync("event_stream_attached");
        _connection.Break();
        Assert.That(await CreateAsync("/b"), Is.EqualTo(503).Or.EqualTo(507), "nobody knows whether it was kept");
        await _connection.Asked.WaitAsync(TimeSpan.FromSeconds(20));

        using var between = await FollowAsync(filter, lastEventId: read[0].LastEventId);
        var known = await between.UntilAsync("api_post_event");
        _connection.Mend();
        while (await CreateAsync("/c") is 503 or 507)
        {
        }

        for (var posts = 0; posts < 2; posts++)
        {
            known.AddRange(await between.UntilAsync("api_post_event"));
        }
        Assert.That(known.Where(found => found.Type == "api_post_event")
            .Select(found => (string)EventFollower.Payload(found)["appDefinition"]!["id"]!), Is.EqualTo(new[] { "/a", "/b", "/c" }));
        if (filter.Length == 0)
        {
            var first = EventFollower.Id(known[0]);
            Assert.That(known.Select(EventFollower.Id), Is.EqualTo(Enumerable.Range(0, known.Count).Select(i => first + i)));
        }
    }

    private async Task<int> CreateAsync(string id) =>
        (await SendAsync("POST", "/v2/apps", $$"""{"id":"{{id}}","cmd":"sleep 1"}""")).Status;
}
