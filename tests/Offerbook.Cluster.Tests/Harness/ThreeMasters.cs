using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Testing.Postgres;
using Offerbook.Testing.ZooKeeper;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>
/// Three masters, an agent and Apps as processes of their own, with a real ensemble of three ZooKeeper servers and a real PostgreSQL.
/// </summary>
internal sealed class ThreeMasters : IAsyncDisposable
{
    /// <summary>As short as makes sense on a busy machine: the tests wait for it to pass.</summary>
    public static readonly TimeSpan Session = TimeSpan.FromSeconds(2);

    private const string ElectionPassword = "open-sesame";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(5) };
    private readonly int[] _ports = Cluster.FreePorts(5);
    private readonly OfferbookProcess?[] _masters = new OfferbookProcess?[3];
    private readonly List<OfferbookProcess> _ended = [];
    private ZooKeeperEnsemble _ensemble = null!;
    private PostgresServer _database = null!;
    private OfferbookProcess _agent = null!;
    private OfferbookProcess _apps = null!;

    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("offerbook-three-").FullName;

    public static async Task<ThreeMasters> StartAsync()
    {
        var three = new ThreeMasters();
        var (ensemble, database) = (ZooKeeperEnsemble.StartAsync(), PostgresServer.StartAsync());
        (three._ensemble, three._database) = (await ensemble, await database);
        await File.WriteAllTextAsync(three.ElectionFile, three._ensemble.Address("/offerbook", "masters:" + ElectionPassword));
        await File.WriteAllTextAsync(three.StoreFile, three._database.Address());
        await Task.WhenAll(Enumerable.Range(0, 3).Select(three.StartMasterAsync));
        three._agent = await StartPartAsync("agent", "--port", $"{three._ports[3]}", "--master", "file://" + three.ElectionFile,
            "--work-dir", Path.Combine(three.DataDirectory, "agent"), "--resources", "cpus:8;mem:8192;disk:8192;ports:[21000-21999]");
        three._apps = await StartPartAsync("apps", "--port", $"{three._ports[4]}", "--master", "file://" + three.ElectionFile,
            "--data-dir", Path.Combine(three.DataDirectory, "apps"));
        return three;
    }

    /// <summary>Starts the master again that was killed or has ended.</summary>
    public async Task StartMasterAsync(int master)
    {
        _masters[master] = await StartPartAsync("master", "--port", $"{_ports[master]}", "--data-dir",
            Path.Combine(DataDirectory, $"master-{master}"),
            "--zk", "file://" + ElectionFile, "--zk_session_timeout", $"{Session.TotalSeconds}secs", "--store", "file:" + StoreFile);
    }

    public OfferbookProcess Master(int master) => _masters[master]!;

    public async Task<int> KillMasterAsync(int master)
    {
        await Master(master).KillAsync();
        _ended.Add(Master(master));
        return master;
    }

    /// <summary>Waits until a master serves whose process is not excluded.</summary>
    public async Task<int> LeaderAsync(int? except = null)
    {
        var leader = -1;
        await Eventually.HoldsAsync(async () =>
        {
            for (var master = 0; master < 3; master++)
            {
                if (master != except && _masters[master] is { HasExited: false } && (await MasterAsync(master, "/state")).Status == 200)
                {
                    leader = master;
                    return true;
                }
            }
            return false;
        }, "a master leads", TimeSpan.FromSeconds(30), () => Task.FromResult(Describe()));
        return leader;
    }

    /// <returns>Status 0 when it does not answer.</returns>
    public async Task<(int Status, JToken? Body, Uri? Location)> MasterAsync(int master, string path)
    {
        try
        {
            using var response = await _http.GetAsync($"http://127.0.0.1:{_ports[master]}{path}");
            var text = await response.Content.ReadAsStringAsync();
            return ((int)response.StatusCode, text.StartsWith('{') ? JToken.Parse(text) : null, response.Headers.Location);
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
        {
            return (0, null, null);
        }
    }

    public Task<JToken> AppsAsync(HttpMethod method, string path, JToken? body = null) => _http.CallAsync(_ports[4], method, path, body);

    /// <summary>The passwords, which must stand nowhere.</summary>
    public IReadOnlyList<string> Secrets => [ElectionPassword, PostgresServer.Password, Uri.EscapeDataString(PostgresServer.Password)];

    public string Describe() =>
        string.Join("\n---\n",
            _masters.Concat(_ended).Append(_agent).Append(_apps).Where(part => part is not null).Select(part => part!.Output));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var part in _masters.Concat(_ended).Append(_apps).Append(_agent))
        {
            if (part is { HasExited: false })
            {
                part.Signal(Signals.Continue);
            }
            part?.Dispose();
        }
        await MarkedProcesses.EndAllAsync(DataDirectory);
        await _ensemble.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(DataDirectory, recursive: true);
    }

    private string ElectionFile => Path.Combine(DataDirectory, "election");

    private string StoreFile => Path.Combine(DataDirectory, "store");

    private static async Task<OfferbookProcess> StartPartAsync(string verb, params string[] arguments)
    {
        var part = OfferbookProcess.Start([verb, .. arguments]);
        await part.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), StartTimeout);
        return part;
    }
}
