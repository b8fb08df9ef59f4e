using System.Net;
using Offerbook.Apps.Hosting;
using Offerbook.Storage;
using Offerbook.Testing.Storage;

namespace Offerbook.Apps.Tests.Http;

/// <summary>The journal takes no more: nothing is acknowledged, reads go on, and so does everything once there is room.</summary>
public sealed class FullDiskTests : HttpFixture
{
    private readonly InMemoryStore _store = new();
    private volatile bool _isFull;
    private AppsHost _host = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _isFull = false;
        _host = await AppsHost.StartAsync(new AppsOptions("/nowhere", [new Uri("http://127.0.0.1:1")])
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0), OpenStore = () => new FullJournal(new InMemoryJournal(_store), () => _isFull),
        });
        Connect(_host.Address);
    }

    [TearDown]
    public async Task StopAsync()
    {
        Disconnect();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task FullDisk_RefusesChangesAndServesReads_UntilThereIsRoom()
    {
        Assert.That((await CreateAsync("/a")).Status, Is.EqualTo(201));
        _isFull = true;

        var refused = await CreateAsync("/b");
        Assert.That((refused.Status, refused.Message), Is.EqualTo((507, "Nothing can be changed now: The disk is full.")));
        Assert.That((await GetAsync("/v2/apps/a")).Status, Is.EqualTo(200), "reads go on from what was known last");
        Assert.That((await GetAsync("/v2/apps/b")).Status, Is.EqualTo(404));
        Assert.That((await CreateAsync("/c")).Status, Is.EqualTo(507));
        Assert.That(_host.Completion.IsCompleted, Is.False);

        _isFull = false;
        var created = await CreateAsync("/d");
        while (created.Status is 507 or 503)
        {
            created = await CreateAsync("/d");
        }
        Assert.That(created.Status, Is.EqualTo(201));
        Assert.That((await GetAsync("/v2/apps/a")).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("/v2/apps/b")).Status, Is.EqualTo(404), "what was refused was not kept");
    }

    private Task<Answer> CreateAsync(string id) => SendAsync("POST", "/v2/apps", $$"""{"id":"{{id}}","cmd":"sleep 1"}""");
}
