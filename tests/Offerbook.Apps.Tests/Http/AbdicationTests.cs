using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Coordination.Tests.Hosting;

namespace Offerbook.Apps.Tests.Http;

/// <summary>
/// Leadership is handed back and forth while clients put, scale and delete apps, pods and groups at both instances: whatever was
/// acknowledged is there afterwards, and a request without an answer has been done as a whole or not at all.
/// </summary>
[Property("case", 213)]
public sealed class AbdicationTests : TwoHostsFixture
{
    private const int Abdications = 6;

    private readonly SemaphoreSlim _acknowledged = new(0);
    private readonly SemaphoreSlim _handedOver = new(0);
    private int _term = 1;

    [OneTimeTearDown]
    public void Release()
    {
        _acknowledged.Dispose();
        _handedOver.Dispose();
    }

    [Test]
    public async Task Abdication_UnderLoad_LosesNothingThatWasAcknowledged()
    {
        (A.Candidate.OnStepDown, B.Candidate.OnStepDown) = (_ => HandOver(A, B), _ => HandOver(B, A));
        await ElectAsync(A, "1");
        var load = new List<Load>
        {
            new("/v2/apps/load/a", revision => new JObject { ["cmd"] = "sleep 1", ["env"] = Env(revision) }, "app.env.REV"),
            new("/v2/apps/load/b", revision => new JObject { ["cmd"] = "sleep 1", ["env"] = Env(revision) }, "app.env.REV"),
            new("/v2/apps/load/scaled", revision => new JObject { ["cmd"] = "sleep 1", ["instances"] = revision }, "app.instances"),
            new("/v2/pods/load/pod", Pod, "environment.REV"),
            new("/v2/groups/tree", Tree, "apps[0].env.REV", "apps[1].env.REV"),
        };
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.CurrentContext.CancellationToken);
        var clients = load.Select(one => Task.Run(() => WriteAsync(one, over.Token))).ToList();

        for (var i = 0; i < Abdications; i++)
        {
            for (var written = 0; written < 4 * load.Count; written++)
            {
                await _acknowledged.WaitAsync(TimeSpan.FromSeconds(60), over.Token);
            }
            Assert.That((await SendAsync("DELETE", "/v2/leader")).Status, Is.EqualTo(200));
            // It is answered first; what else is asked until then concerns the same term.
            await _handedOver.WaitAsync(TimeSpan.FromSeconds(60), over.Token);
        }
        await over.CancelAsync();
        await Task.WhenAll(clients);

        Assert.That(A.Candidate.Asked.Concat(B.Candidate.Asked).Count(asked => asked == "step down"), Is.EqualTo(Abdications));
        Assert.That(load.SelectMany(one => one.Refused), Is.All.EqualTo(503).Or.EqualTo(502), "who gets no answer is told to try again");
        foreach (var one in load)
        {
            var found = await GetAsync(one.Path);
            var state = found.Status == 404
                ? [null] : one.Members.Select(member => (string?)found.Json.SelectToken(member)).Distinct().ToArray();
            Assert.That(one.Possible, Is.SupersetOf(state), $"{one.Path} after {one.Acknowledged} changes: {found.Text}");
            Assert.That(state, Has.Length.EqualTo(1), "all of a group or nothing");
        }
        var tree = await GetAsync("/v2/groups/tree");
        Assert.That(tree.Status == 404 || (string?)tree.Json.SelectToken("apps[1].dependencies[0]") == "/tree/api", tree.Text);
    }

    private void HandOver(Member from, Member to)
    {
        var id = $"{Interlocked.Increment(ref _term)}";
        from.Candidate.Follow(ScriptedCandidate.Info(id, to.Self));
        to.Candidate.Lead(id, address: to.Self);
        _handedOver.Release();
    }

    /// <summary>
    /// One client: it asks both instances in turn, and for nothing else before it knows what has become of its last request.
    /// </summary>
    private async Task WriteAsync(Load load, CancellationToken until)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        for (var revision = 1; !until.IsCancellationRequested; revision++)
        {
            var deletes = revision % 5 == 0;
            var wanted = deletes ? null : $"{revision}";
            var address = new Uri((revision % 2 == 0 ? A : B).Self, load.Path + "?force=true");
            using var request = new HttpRequestMessage(deletes ? HttpMethod.Delete : HttpMethod.Put, address);
            if (!deletes)
            {
                request.Content = new StringContent(load.Body(revision).ToString(), Encoding.UTF8,
                    new MediaTypeHeaderValue("application/json"));
            }
            try
            {
                using var answer = await http.SendAsync(request, CancellationToken.None);
                load.Take((int)answer.StatusCode, wanted);
                _acknowledged.Release();
            }
            catch (HttpRequestException)
            {
                // The connection broke: it may have been done.
                load.Take(null, wanted);
            }
        }
    }

    private static JObject Env(int revision) => new() { ["REV"] = $"{revision}" };

    private static JObject Pod(int revision) => new()
    {
        ["id"] = "/load/pod",
        ["environment"] = Env(revision),
        ["containers"] = new JArray(new JObject
        {
            ["name"] = "c", ["exec"] = new JObject { ["command"] = new JObject { ["shell"] = "sleep 1" } },
            ["resources"] = new JObject { ["cpus"] = 0.1, ["mem"] = 32 },
        }),
    };

    private static JObject Tree(int revision) => new()
    {
        ["id"] = "/tree",
        ["apps"] = new JArray(
            new JObject { ["id"] = "api", ["cmd"] = "sleep 1", ["env"] = Env(revision) },
            new JObject { ["id"] = "front", ["cmd"] = "sleep 1", ["env"] = Env(revision), ["dependencies"] = new JArray("/tree/api") }),
    };

    /// <summary>What one client does, and what it may find afterwards.</summary>
    /// <param name="members">Where its revision stands in what is there.</param>
    private sealed class Load(string path, Func<int, JObject> body, params string[] members)
    {
        public string Path => path;

        public Func<int, JObject> Body => body;

        public IReadOnlyList<string> Members => members;

        /// <summary>Revisions; null: it is not there.</summary>
        public HashSet<string?> Possible { get; } = [null];

        public int Acknowledged { get; private set; }

        public List<int> Refused { get; } = [];

        /// <param name="status">Null: no answer came.</param>
        public void Take(int? status, string? wanted)
        {
            if (status is 200 or 201 or 202 or 204 || (status == 404 && wanted is null && Possible.Contains(null)))
            {
                Possible.Clear();
                Acknowledged++;
            }
            else if (status is { } refused)
            {
                Refused.Add(refused);
            }
            Possible.Add(wanted);
        }
    }
}
