using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>A master and an agent as processes of their own, without frameworks: the test is the framework, by HTTP.</summary>
internal sealed class MasterAndAgent : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly int[] _ports = Cluster.FreePorts(2);
    private OfferbookProcess _master = null!;
    private readonly string[] _agentFlags;
    private OfferbookProcess _agent = null!;

    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("offerbook-pair-").FullName;

    public string MasterUrl => $"http://127.0.0.1:{_ports[0]}";

    public string AgentDirectory => Path.Combine(DataDirectory, "agent");

    private MasterAndAgent(string[] agentFlags) => _agentFlags = agentFlags;

    /// <param name="agentFlags">Besides those that say where it is.</param>
    public static async Task<MasterAndAgent> StartAsync(params string[] agentFlags)
    {
        var pair = new MasterAndAgent(agentFlags);
        await pair.StartMasterAsync();
        await pair.StartAgentAsync();
        return pair;
    }

    public async Task StartMasterAsync() =>
        _master = await StartPartAsync("master", "--port", $"{_ports[0]}", "--data-dir", Path.Combine(DataDirectory, "master"));

    public async Task StartAgentAsync(string resources = "cpus:4;mem:4096;disk:4096;ports:[21000-21099]") =>
        _agent = await StartPartAsync(AgentArguments(resources));

    /// <summary>For an agent that is expected not to start.</summary>
    public Task<(int Status, string Output)> TryAgentAsync(string resources) =>
        OfferbookProcess.RunAsync(AgentArguments(resources), StartTimeout);

    public Task KillAgentAsync() => _agent.KillAsync();

    public Task KillMasterAsync() => _master.KillAsync();

    /// <summary>A framework's stream.</summary>
    public async Task<SchedulerStream> SubscribeAsync(string role)
    {
        var body = new JObject
        {
            ["type"] = "SUBSCRIBE",
            ["subscribe"] = new JObject
            {
                ["framework_info"] = new JObject
                {
                    ["user"] = "root", ["name"] = "test", ["roles"] = new JArray(role), ["failover_timeout"] = 3600, ["checkpoint"] = true,
                    ["capabilities"] = new JArray(new JObject { ["type"] = "MULTI_ROLE" },
                        new JObject { ["type"] = "RESERVATION_REFINEMENT" }),
                },
            },
        };
        var response = await _http.SendAsync(Request("/api/v1/scheduler", body), HttpCompletionOption.ResponseHeadersRead);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        return await SchedulerStream.OpenAsync(this, response);
    }

    public HttpRequestMessage Request(string path, JToken body) => new(HttpMethod.Post, $"http://127.0.0.1:{_ports[0]}{path}")
    {
        Content = new StringContent(body.ToString(Formatting.None), Encoding.UTF8, "application/json"),
        Headers = { { "Accept", "application/json" } },
    };

    public async Task SendAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.EqualTo(202), await response.Content.ReadAsStringAsync());
    }

    public string Describe() => $"{_master.Output}\n{_agent.Output}";

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _agent.Dispose();
        _master.Dispose();
        await MarkedProcesses.EndAllAsync(DataDirectory);
        Directory.Delete(DataDirectory, recursive: true);
    }

    private string[] AgentArguments(string resources) =>
        ["agent", "--port", $"{_ports[1]}", "--master", $"http://127.0.0.1:{_ports[0]}", "--work-dir", AgentDirectory, "--resources",
            resources, .. _agentFlags];

    private static async Task<OfferbookProcess> StartPartAsync(params string[] arguments)
    {
        var part = OfferbookProcess.Start(arguments);
        await part.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), StartTimeout);
        return part;
    }
}
