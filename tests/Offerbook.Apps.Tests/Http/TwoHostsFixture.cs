using System.Net;
using Offerbook.Apps.Hosting;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Coordination;
using Offerbook.Coordination.Tests.Hosting;
using Offerbook.Storage;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Two real Apps frameworks over one store, whose election goes as the test says. Their master is not there.</summary>
public abstract class TwoHostsFixture : HttpFixture
{
    private readonly List<Member> _members = [];

    private protected InMemoryStore Store { get; private set; } = null!;

    private protected Member A => _members[0];

    private protected Member B => _members[1];

    protected virtual ApiOptions Api => ApiOptions.Default;

    /// <summary>How each of them serves.</summary>
    protected virtual TlsOptions TlsOf(int member) => new();

    [SetUp]
    public async Task StartAsync()
    {
        Store = new InMemoryStore();
        _members.Clear();
        for (var i = 0; i < 2; i++)
        {
            var candidate = new ScriptedCandidate();
            Uri self = null!;
            var host = await AppsHost.StartAsync(new AppsOptions("/nowhere", [new Uri("http://127.0.0.1:1")])
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Api = Api,
                Tls = TlsOf(i),
                OpenStore = () => new InMemoryJournal(Store),
                Election = new ElectionOptions("zk://xxxxxxxx:xxxxxxxx@zoo:2181/marathon", TimeSpan.FromSeconds(10), (address, _) =>
                {
                    self = address;
                    return Task.FromResult<ICandidate>(candidate);
                }),
            });
            _members.Add(new Member(host, candidate, self));
        }
    }

    [TearDown]
    public async Task StopAsync()
    {
        Disconnect();
        foreach (var member in _members)
        {
            await member.Host.DisposeAsync();
        }
    }

    /// <summary>One of them is elected, the other hears so, and the elected one serves.</summary>
    private protected async Task ElectAsync(Member leader, string id)
    {
        var other = leader == A ? B : A;
        // The one that stands down hears of it first, as elections have it that let it go.
        other.Candidate.Follow(ScriptedCandidate.Info(id, leader.Self));
        leader.Candidate.Lead(id, address: leader.Self);
        Connect(leader.Self);
        Assert.That((await GetAsync("/ping")).Headers.Keys, Does.Contain("X-Marathon-Leader"), "the request waits until the leader serves");
    }

    /// <summary>
    /// The first answer of one that is done with standing down and has heard who leads: until then it asks to come again, with 503 or 502.
    /// </summary>
    private protected async Task<Answer> GetServedAsync(string path)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var answer = await GetAsync(path);
        while (answer.Status is 502 or 503 && !limit.IsCancellationRequested)
        {
            answer = await GetAsync(path);
        }
        return answer;
    }

    private protected sealed record Member(AppsHost Host, ScriptedCandidate Candidate, Uri Self);
}
