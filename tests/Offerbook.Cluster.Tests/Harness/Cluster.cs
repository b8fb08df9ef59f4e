using System.Net;
using System.Net.Sockets;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>A cluster of real processes on ports and in a directory of its own, started with <c>offerbook local</c>.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    public static readonly string RepositoryRoot = FindRoot();

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly string[] _arguments;

    private Cluster(string directory, int[] ports, string[] extra)
    {
        DataDirectory = directory;
        (MasterPort, AgentPort, AppsPort, BatchPort) = (ports[0], ports[1], ports[2], ports[3]);
        _arguments =
        [
            "local", "--data-dir", directory, "--master-port", $"{MasterPort}", "--agent-port", $"{AgentPort}",
            "--apps-port", $"{AppsPort}", "--batch-port", $"{BatchPort}", "--agent-resources",
            "cpus:16;mem:16384;disk:16384;ports:[20000-20999]", .. extra,
        ];
    }

    public string DataDirectory { get; }
    public int MasterPort { get; }
    public int AgentPort { get; }
    public int AppsPort { get; }
    public int BatchPort { get; }
    public OfferbookProcess Program { get; private set; } = null!;

    public string MasterUrl => $"http://127.0.0.1:{MasterPort}";
    public string AppsUrl => $"http://127.0.0.1:{AppsPort}";
    public string BatchUrl => $"http://127.0.0.1:{BatchPort}";

    public static string Storefront => Path.Combine(RepositoryRoot, "docs/examples/storefront.json");

    public static async Task<Cluster> StartAsync(params string[] extra)
    {
        var cluster = new Cluster(Directory.CreateTempSubdirectory("offerbook-cluster-").FullName, FreePorts(4), extra);
        await cluster.RestartAsync();
        return cluster;
    }

    /// <summary>Starts the program (again) on the same directory and ports, and waits until it serves.</summary>
    public async Task RestartAsync()
    {
        Program?.Dispose();
        Program = OfferbookProcess.Start(_arguments);
        await Program.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), StartTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!Program.HasExited)
        {
            Program.Signal(Signals.Terminate);
            await Program.WaitForExitAsync(TimeSpan.FromSeconds(20));
        }
        Program.Dispose();
        await MarkedProcesses.EndAllAsync(DataDirectory);
        Directory.Delete(DataDirectory, recursive: true);
    }

    public Task<(int Status, string Output)> RunAsync(params string[] arguments) =>
        OfferbookProcess.RunAsync(arguments, TimeSpan.FromSeconds(90));

    /// <summary>A client verb against this cluster's Apps.</summary>
    public Task<(int Status, string Output)> AppsVerbAsync(params string[] arguments) => RunAsync([.. arguments, "--apps-url", AppsUrl]);

    public Task<JToken> AppsAsync(HttpMethod method, string path, JToken? body = null) => CallAsync(method, AppsUrl + path, body);

    public Task<JToken> BatchAsync(HttpMethod method, string path, JToken? body = null) => CallAsync(method, BatchUrl + path, body);

    public Task<JToken> MasterAsync(string path) => CallAsync(HttpMethod.Get, MasterUrl + path, null);

    public async Task<(int Status, string Text)> RawAsync(HttpMethod method, string url, string? body,
        string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, url);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        }
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JArray> TasksOfAsync(string app) => (JArray)(await AppsAsync(HttpMethod.Get, $"/v2/apps{app}/tasks"))["tasks"]!;

    /// <summary>Submits a group or app and waits until no deployment runs.</summary>
    public async Task DeployAsync(HttpMethod method, string path, JToken body, TimeSpan timeout)
    {
        await AppsAsync(method, path, body);
        await Eventually.HoldsAsync(async () => !(await AppsAsync(HttpMethod.Get, "/v2/deployments")).HasValues, "deployments end",
            timeout, DescribeAsync);
    }

    public async Task<string> DescribeAsync() =>
        $"{await AppsAsync(HttpMethod.Get, "/v2/deployments")}\n{await AppsAsync(HttpMethod.Get, "/v2/queue")}\n"
        + $"{await AppsAsync(HttpMethod.Get, "/v2/tasks")}\n{Program.Output}";

    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private async Task<JToken> CallAsync(HttpMethod method, string url, JToken? body)
    {
        var (status, text) = await RawAsync(method, url, body?.ToString(Formatting.None));
        Assert.That(status, Is.InRange(200, 299), $"{method} {url}: {text}");
        using var reader =
            new JsonTextReader(new StringReader(text.Length == 0 ? "{}" : text)) { DateParseHandling = DateParseHandling.None };
        return JToken.ReadFrom(reader);
    }

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Offerbook.sln")))
        {
            directory = Path.GetDirectoryName(directory)
                ?? throw new InvalidOperationException("Offerbook.sln is not above the test's directory");
        }
        return directory;
    }
}
