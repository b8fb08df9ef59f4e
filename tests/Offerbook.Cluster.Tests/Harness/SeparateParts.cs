using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>Master, agent and Apps as processes of their own, so that one can be killed and the others not.</summary>
internal sealed class SeparateParts : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly int[] _ports = Cluster.FreePorts(3);
    private OfferbookProcess _master = null!;
    private OfferbookProcess _agent = null!;
    private OfferbookProcess _apps = null!;

    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("offerbook-parts-").FullName;

    private string MasterUrl => $"http://127.0.0.1:{_ports[0]}";

    /// <param name="appsFlags">Given to Apps besides what it needs.</param>
    public static async Task<SeparateParts> StartAsync(params string[] appsFlags)
    {
        var parts = new SeparateParts();
        await parts.StartMasterAsync();
        await parts.StartAgentAsync();
        parts._apps = await StartPartAsync("apps",
            ["--port", $"{parts._ports[2]}", "--master", parts.MasterUrl, "--data-dir", Path.Combine(parts.DataDirectory, "apps"),
                .. appsFlags]);
        return parts;
    }

    public async Task StartMasterAsync() =>
        _master = await StartPartAsync("master", "--port", $"{_ports[0]}", "--data-dir", Path.Combine(DataDirectory, "master"));

    public async Task StartAgentAsync() =>
        _agent = await StartPartAsync("agent", "--port", $"{_ports[1]}", "--master", MasterUrl, "--work-dir",
            Path.Combine(DataDirectory, "agent"),
            "--resources", "cpus:8;mem:8192;disk:8192;ports:[21000-21999]");

    public Task KillMasterAsync() => _master.KillAsync();

    public Task KillAgentAsync() => _agent.KillAsync();

    public async Task<int> RunningAsync(string app) =>
        (await AppsAsync(HttpMethod.Get, $"/v2/apps{app}/tasks"))["tasks"]!.Count(task => (string?)task["state"] == "TASK_RUNNING");

    public Task<JToken> AppsAsync(HttpMethod method, string path, JToken? body = null) => _http.CallAsync(_ports[2], method, path, body);

    /// <summary>What the master and the agent show at a path, each.</summary>
    public async Task<IReadOnlyList<string>> ShownAsync(string path) =>
        [
            (await _http.CallAsync(_ports[0], HttpMethod.Get, path, null)).ToString(),
            (await _http.CallAsync(_ports[1], HttpMethod.Get, path, null)).ToString(),
        ];

    /// <summary>A call to the master's operator API; an empty object when the answer has no body.</summary>
    public async Task<JToken> OperateAsync(JObject call)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{MasterUrl}/api/v1")
        {
            Content = new StringContent(call.ToString(Formatting.None), Encoding.UTF8, "application/json"),
        };
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(200), text);
        return text.Length == 0 ? new JObject() : JToken.Parse(text);
    }

    public string AppsOutput => _apps.Output;

    public async Task<string> DescribeAsync() =>
        $"{await AppsAsync(HttpMethod.Get, "/v2/queue")}\n{await AppsAsync(HttpMethod.Get, "/v2/tasks")}\n"
        + $"{_master.Output}\n{_agent.Output}\n{_apps.Output}";

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var part in new[] { _apps, _agent, _master })
        {
            part.Dispose();
        }
        await MarkedProcesses.EndAllAsync(DataDirectory);
        Directory.Delete(DataDirectory, recursive: true);
    }

    private static async Task<OfferbookProcess> StartPartAsync(string verb, params string[] arguments)
    {
        var part = OfferbookProcess.Start([verb, .. arguments]);
        await part.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), StartTimeout);
        return part;
    }
}
