using System.Net;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Batch.Hosting;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Coordination;
using Offerbook.Coordination.Tests.Hosting;

namespace Offerbook.Batch.Tests.Http;

/// <summary>Two schedulers over one store, whose election goes as the test says. Their master is not there.</summary>
[TestFixture]
internal sealed class BatchTakeoverTests
{
    private readonly List<(BatchHost Host, ScriptedCandidate Candidate, HttpClient Client)> _members = [];
    private string _directory = "";

    [SetUp]
    public async Task StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-batch-").FullName;
        for (var i = 0; i < 2; i++)
        {
            var candidate = new ScriptedCandidate();
            // One file for both: whoever leads holds it.
            var host = await BatchHost.StartAsync(new BatchOptions(_directory, [new Uri("http://127.0.0.1:1")])
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Election = new ElectionOptions("zk://zoo/batch", TimeSpan.FromSeconds(10),
                    (_, _) => Task.FromResult<ICandidate>(candidate)),
            });
            _members.Add((host, candidate, new HttpClient { BaseAddress = host.Address }));
        }
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var (host, candidate, client) in _members)
        {
            client.Dispose();
            await host.DisposeAsync();
            await candidate.DisposeAsync();
        }
        _members.Clear();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task Job_AddedThroughAStandby_IsKeptByTheNextLeader()
    {
        Elect(0, "1");
        var (status, _) = await SendAsync(1, "POST", "/v1/jobs", """{"id":"j","command":"true","count":3}""");
        Assert.That(status, Is.EqualTo(201));

        Elect(1, "2");

        var (found, job) = await SendAsync(1, "GET", "/v1/jobs/j");
        Assert.That((found, (int)job["count"]!), Is.EqualTo((200, 3)));
        Assert.That((string?)(await SendAsync(0, "GET", "/v1/leader")).Body["leader"], Is.EqualTo(_members[1].Host.Address.Authority),
            "the other hands requests on now");
    }

    [Test]
    public async Task Wait_AtALeaderThatIsDeposed_IsToldToComeAgain()
    {
        Elect(0, "1");
        await SendAsync(0, "POST", "/v1/jobs", """{"id":"j","command":"true"}""");
        var waiting = _members[1].Client.GetAsync(new Uri(_members[1].Host.Address, "/v1/jobs/j?wait=60"));
        while ((int)(await SendAsync(0, "GET", "/v1/info")).Body["waitingClients"]! == 0)
        {
            // The question is on its way.
        }

        _members[0].Candidate.Follow(null);

        using var answer = await waiting;
        Assert.That((int)answer.StatusCode, Is.EqualTo(503));
        Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
        Assert.That(answer.Headers.GetValues("X-Offerbook-Via"), Is.EqualTo(new[] { "1.1 " + _members[1].Host.Address.Authority }));
    }

    [Test]
    public async Task Leader_ThatAbdicates_IsFollowedByTheOther()
    {
        Elect(0, "1");
        _members[0].Candidate.OnStepDown = _ => Elect(1, "2");

        var (status, _) = await SendAsync(0, "DELETE", "/v1/leader");

        Assert.That(status, Is.EqualTo(200));
        await _members[1].Candidate.ChangedAsync(new Standing.Follows(ScriptedCandidate.Info("1", _members[0].Host.Address)),
            CancellationToken.None);
        Assert.That((string?)(await SendAsync(1, "GET", "/v1/leader")).Body["leader"], Is.EqualTo(_members[1].Host.Address.Authority));
    }

    [Test]
    public async Task Standby_WithoutALeader_SaysSo() =>
        Assert.That(await SendAsync(0, "GET", "/v1/jobs"), Has.Property("Status").EqualTo(502));

    private void Elect(int leader, string id)
    {
        var info = ScriptedCandidate.Info(id, _members[leader].Host.Address);
        _members[1 - leader].Candidate.Follow(info);
        // While the other still holds the file, its term fails; nobody else stands, so that it leads again.
        _members[leader].Candidate.OnStepDown = candidate => candidate.Lead(id + "." + candidate.Asked.Count, address: info.Address);
        _members[leader].Candidate.Lead(id, address: info.Address);
    }

    private async Task<Answer> SendAsync(int member, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        using var response = await _members[member].Client.SendAsync(request);
        return new Answer((int)response.StatusCode, JObject.Parse(await response.Content.ReadAsStringAsync()));
    }

    private sealed record Answer(int Status, JObject Body);
}
