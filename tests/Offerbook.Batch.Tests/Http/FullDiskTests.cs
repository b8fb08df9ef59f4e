using System.Net;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Batch.Hosting;
using Offerbook.Storage;
using Offerbook.Testing.Storage;

namespace Offerbook.Batch.Tests.Http;

/// <summary>
/// Row 25 of the fault matrix: the journal takes no more. Nothing is acknowledged, and everything goes on once there is room.
/// </summary>
internal sealed class FullDiskTests
{
    private readonly InMemoryStore _store = new();
    private volatile bool _isFull;
    private BatchHost _host = null!;
    private HttpClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _isFull = false;
        _host = await BatchHost.StartAsync(new BatchOptions("/nowhere", [new Uri("http://127.0.0.1:1")])
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0), OpenStore = () => new FullJournal(new InMemoryJournal(_store), () => _isFull),
        });
        _client = new HttpClient { BaseAddress = _host.Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task FullDisk_IsAnswered507WithItsReason_UntilThereIsRoom()
    {
        Assert.That((await AddAsync("a")).Status, Is.EqualTo(201));
        _isFull = true;

        var (status, body) = await AddAsync("b");
        Assert.That((status, (string?)body["message"]), Is.EqualTo((507, "Nothing can be written now: The disk is full.")),
            "whoever waited for the write that failed");
        Assert.That((await AddAsync("c")).Status, Is.EqualTo(507), "and whoever comes later");
        Assert.That((await SendAsync(HttpMethod.Get, "/v1/jobs/a")).Status, Is.EqualTo(507), "only the core knows the jobs");
        Assert.That(_host.Completion.IsCompleted, Is.False, "the process lives");

        _isFull = false;
        status = 507;
        while (status is 507 or 503)
        {
            (status, _) = await AddAsync("d");
        }
        Assert.That(status, Is.EqualTo(201), "it goes on by itself");
        Assert.That((await SendAsync(HttpMethod.Get, "/v1/jobs/a")).Status, Is.EqualTo(200));
        Assert.That((await SendAsync(HttpMethod.Get, "/v1/jobs/b")).Status, Is.EqualTo(404), "what was refused was not kept");
    }

    private Task<(int Status, JObject Body)> AddAsync(string id) =>
        SendAsync(HttpMethod.Post, "/v1/jobs", $$"""{"id":"{{id}}","command":"true"}""");

    private async Task<(int Status, JObject Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null
            ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _client.SendAsync(request);
        return ((int)response.StatusCode, JObject.Parse(await response.Content.ReadAsStringAsync()));
    }
}
