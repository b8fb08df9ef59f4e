using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;
using Offerbook.Testing.Postgres;
using Offerbook.Testing.ZooKeeper;

namespace Offerbook.Cluster.Tests.Upgrades;

/// <summary>
/// Three masters, two agents, two Apps and two Batches that share a ZooKeeper and a PostgreSQL. Each may be of another version.
/// </summary>
internal sealed class TwoVersions : IAsyncDisposable
{
    /// <summary>Nobody is killed here: whoever goes leaves the election at once.</summary>
    private const int SessionMs = 4_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly PostgresServer _postgres;
    private readonly ZooKeeperEnsemble _zookeeper;

    private TwoVersions(PostgresServer postgres, ZooKeeperEnsemble zookeeper)
    {
        (_postgres, _zookeeper) = (postgres, zookeeper);
        File.WriteAllText(StoreFile, postgres.Address());
        var ports = Harness.Cluster.FreePorts(9);
        var (election, session) = (zookeeper.Address("/masters"), new[] { "--zk_session_timeout", $"{SessionMs}" });
        Masters = [.. Enumerable.Range(0, 3).Select(i => new Member("master", ports[i], "/state", [
            "--port", $"{ports[i]}", "--data-dir", In($"master-{i}"), "--zk", election, "--zk_session_timeout", $"{SessionMs / 1000}secs",
            "--store", "file:" + StoreFile]))];
        Agents = [.. Enumerable.Range(0, 2).Select(i => new Member("agent", ports[3 + i], "/health", [
            "--port", $"{ports[3 + i]}", "--master", election, "--work-dir", In($"agent-{i}"), "--resources",
            "cpus:4;mem:2048;disk:2048;ports:[23000-23999]"]))];
        Apps = [.. Enumerable.Range(0, 2).Select(i => new Member("apps", ports[5 + i], "/v2/leader", Framework(ports[5 + i], "/apps")))];
        Batches = [.. Enumerable.Range(0,
            2).Select(i => new Member("batch", ports[7 + i], "/v1/leader", Framework(ports[7 + i], "/batch")))];

        string[] Framework(int port, string path) =>
            ["--port", $"{port}", "--master", election, "--data-dir", In("unused"), "--store", "file:" + StoreFile, "--zk",
                zookeeper.Address(path), .. session];
    }

    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("offerbook-versions-").FullName;

    public IReadOnlyList<Member> Masters { get; }

    public IReadOnlyList<Member> Agents { get; }

    public IReadOnlyList<Member> Apps { get; }

    public IReadOnlyList<Member> Batches { get; }

    /// <summary>The address of the shared store is in it.</summary>
    public string StoreFile => In("store");

    private IEnumerable<Member> All => [.. Masters, .. Agents, .. Apps, .. Batches];

    public static async Task<TwoVersions> StartAsync(string program)
    {
        var (postgres, zookeeper) = (PostgresServer.StartAsync(), ZooKeeperEnsemble.StartAsync(1));
        var cluster = new TwoVersions(await postgres, await zookeeper);
        await Task.WhenAll(cluster.All.Select(member => member.StartAsync(program)));
        return cluster;
    }

    /// <summary>The one of them that leads: which answers, and names nobody else.</summary>
    public async Task<Member> LeaderAsync(IReadOnlyList<Member> among)
    {
        Member? leader = null;
        await HoldsAsync(async () =>
        {
            foreach (var member in among.Where(member => member.IsUp))
            {
                var (status, body) = await SendAsync(HttpMethod.Get, member.Url + member.LedPath);
                if (status == 200
                    && (body["leader"] is not { } named || ((string)named!).EndsWith($":{member.Port}", StringComparison.Ordinal)))
                {
                    leader = member;
                    return true;
                }
            }
            return false;
        }, $"one of {among[0].Verb} leads");
        return leader!;
    }

    /// <summary>Task id → process, of all tasks that sleep.</summary>
    public SortedDictionary<string, int> Sleepers() => new(TaskProcesses.Under(DataDirectory)
        .Select(entry => (entry.Key, Process: entry.Value.Find(process => TaskProcesses.CommandLine(process) == "sleep 10000")))
        .Where(found => found.Process != 0).ToDictionary(found => found.Key, found => found.Process), StringComparer.Ordinal);

    /// <summary>Waits until the leading master knows that all of them run, on agents that are connected.</summary>
    public async Task AreKnownAsync(IReadOnlyDictionary<string, int> tasks)
    {
        var leader = await LeaderAsync(Masters);
        await HoldsAsync(async () => await SendAsync(HttpMethod.Get, leader.Url + "/state") is (200, { } state)
            && tasks.Keys.ToHashSet().SetEquals(
                state["frameworks"]!.SelectMany(framework => framework["tasks"]!).Where(task => (string?)task["state"] == "TASK_RUNNING")
                    .Select(task => (string)task["id"]!))
            && state["slaves"]!.Count(agent => (bool)agent["active"]!) == Agents.Count, "the master knows all tasks and agents");
    }

    /// <returns>Status 0: no answer came.</returns>
    public async Task<(int Status, JToken Body)> SendAsync(HttpMethod method, string url, JToken? body = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, url);
            if (body is not null)
            {
                request.Content = new StringContent(body.ToString(Newtonsoft.Json.Formatting.None), Encoding.UTF8,
                    new MediaTypeHeaderValue("application/json"));
            }
            using var response = await _http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            return ((int)response.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JToken.Parse(text) : new JValue(text));
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
        {
            return (0, new JObject());
        }
    }

    /// <summary>The verb of a program, told where the parts are.</summary>
    public async Task<(int Status, string Output)> UpgradeVerbAsync(string program, params string[] arguments)
    {
        var (master, apps, batch) = (await LeaderAsync(Masters), Apps.First(member => member.IsUp), Batches.First(member => member.IsUp));
        using var verb = OfferbookProcess.Start(
            ["upgrade", "--master-url", master.Url, "--apps-url", apps.Url, "--batch-url", batch.Url, .. arguments], program: program);
        return (await verb.WaitForExitAsync(Patience), verb.Output);
    }

    public Task HoldsAsync(Func<Task<bool>> condition, string what) => Eventually.HoldsAsync(condition, what, Patience, async () =>
        $"{Describe()}\n{(await SendAsync(HttpMethod.Get, Batches[0].Url + "/v1/info")).Body}\n"
        + (await SendAsync(HttpMethod.Get, Batches[0].Url + "/v1/jobs/sleeper")).Body);

    public string Describe() => string.Join("\n=====\n", All.Select(member => $"{member.Verb} {member.Port}\n{member.Output}")
        .Append("sleepers: " + string.Join(", ", Sleepers()))
        .Append("processes: "
            + string.Join("; ",
                TaskProcesses.Under(DataDirectory)
                    .Select(task => $"{task.Key}: {string.Join(", ", task.Value.Select(TaskProcesses.CommandLine))}"))));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var member in All)
        {
            member.Dispose();
        }
        await MarkedProcesses.EndAllAsync(DataDirectory);
        await _zookeeper.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(DataDirectory, recursive: true);
    }

    private string In(string name) => Path.Combine(DataDirectory, name);
}
