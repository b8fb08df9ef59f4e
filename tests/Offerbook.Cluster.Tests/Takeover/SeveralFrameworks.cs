using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;
using Offerbook.Testing.Postgres;
using Offerbook.Testing.ZooKeeper;

namespace Offerbook.Cluster.Tests.Takeover;

/// <summary>
/// Two Apps and two Batches that elect in a ZooKeeper and share a PostgreSQL; below them one master and one agent. All are processes.
/// </summary>
internal sealed class SeveralFrameworks : IAsyncDisposable
{
    /// <summary>A kill -9 is noticed after this.</summary>
    public const int SessionMs = 2_000;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly int[] _ports = Harness.Cluster.FreePorts(6);
    private readonly Dictionary<int, OfferbookProcess> _frameworks = [];
    private readonly List<OfferbookProcess> _base = [];
    private PostgresServer _postgres = null!;
    private ZooKeeperEnsemble _zookeeper = null!;

    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("offerbook-several-").FullName;

    public IReadOnlyList<int> Apps => _ports[2..4];

    public IReadOnlyList<int> Batches => _ports[4..6];

    public static async Task<SeveralFrameworks> StartAsync()
    {
        var all = new SeveralFrameworks();
        var (postgres, zookeeper) = (PostgresServer.StartAsync(), ZooKeeperEnsemble.StartAsync(1));
        (all._postgres, all._zookeeper) = (await postgres, await zookeeper);
        // A password belongs into a file.
        await File.WriteAllTextAsync(Path.Combine(all.DataDirectory, "store"), all._postgres.Address());
        all._base.Add(
            await StartPartAsync("master", "--port", $"{all._ports[0]}", "--data-dir", Path.Combine(all.DataDirectory, "master")));
        all._base.Add(
            await StartPartAsync("agent", "--port", $"{all._ports[1]}", "--master", all.MasterUrl, "--work-dir",
                Path.Combine(all.DataDirectory, "agent"),
            "--resources", "cpus:16;mem:8192;disk:8192;ports:[22000-22999]"));
        await Task.WhenAll(all._ports[2..].Select(all.StartFrameworkAsync));
        return all;
    }

    public string Url(int port) => $"http://127.0.0.1:{port}";

    private string MasterUrl => Url(_ports[0]);

    /// <summary>Starts one of the frameworks (again).</summary>
    public async Task StartFrameworkAsync(int port)
    {
        var process = await StartPartAsync(Apps.Contains(port) ? "apps" : "batch", "--port", $"{port}", "--master", MasterUrl,
            "--data-dir", Path.Combine(DataDirectory, "unused"),
            "--store", $"file:{Path.Combine(DataDirectory, "store")}", "--zk", _zookeeper.Address("/offerbook"), "--zk_session_timeout",
            $"{SessionMs}");
        lock (_frameworks)
        {
            _frameworks[port] = process;
        }
    }

    public OfferbookProcess Process(int port) => _frameworks[port];

    /// <summary>The port of the instance that leads, as all that live tell it.</summary>
    public async Task<int> LeaderAsync(IReadOnlyList<int> among)
    {
        var leader = 0;
        await Eventually.HoldsAsync(async () =>
        {
            var path = among == Apps || Apps.Contains(among[0]) ? "/v2/leader" : "/v1/leader";
            var told = new List<int>();
            foreach (var port in among.Where(port => !Process(port).HasExited))
            {
                var (status, body) = await SendAsync(HttpMethod.Get, Url(port) + path);
                told.Add(status == 200
                    ? int.Parse(((string)body["leader"]!).Split(':')[1], System.Globalization.CultureInfo.InvariantCulture) : 0);
            }
            leader = told[0];
            return leader != 0 && told.TrueForAll(port => port == leader) && !Process(leader).HasExited;
        }, "all name the same leader", TimeSpan.FromSeconds(40), () => Task.FromResult(Describe()));
        return leader;
    }

    /// <returns>Status 0: no answer came.</returns>
    public async Task<(int Status, JToken Body)> SendAsync(HttpMethod method, string url, string? body = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, url);
            if (body is not null)
            {
                request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            }
            using var response = await _http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            return ((int)response.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JToken.Parse(text) : new JValue(text));
        }
        catch (HttpRequestException)
        {
            return (0, JValue.CreateNull());
        }
    }

    public string Describe() => string.Join('\n', _base.Concat(_frameworks.Values).Select(process => process.Output));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var process in _frameworks.Values.Concat(_base))
        {
            process.Dispose();
        }
        await MarkedProcesses.EndAllAsync(DataDirectory);
        await _zookeeper.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(DataDirectory, recursive: true);
    }

    private static async Task<OfferbookProcess> StartPartAsync(string verb, params string[] arguments)
    {
        var part = OfferbookProcess.Start([verb, .. arguments]);
        await part.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), StartTimeout);
        return part;
    }
}
