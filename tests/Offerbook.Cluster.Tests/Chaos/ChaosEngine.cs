using System.Diagnostics;
using System.Net.Sockets;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>
/// A Docker engine of the run's own, with one image made of a static busybox. It outlives the agent, and is stopped by its pid.
/// </summary>
internal sealed class ChaosEngine : IAsyncDisposable
{
    public const string Image = "chaos";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _directory;
    private readonly Process _daemon;
    private readonly HttpClient _http;

    private ChaosEngine(string directory)
    {
        _directory = directory;
        _daemon = Process.Start("sh", ["-c", "exec dockerd \"$@\" >\"$0\" 2>&1 </dev/null", Path.Combine(directory, "log"),
            "--data-root", Path.Combine(directory, "data"), "--exec-root", Path.Combine(directory, "exec"), "--host", $"unix://{Socket}",
            "--pidfile", Path.Combine(directory, "pid"), "--bridge", "none", "--iptables=false", "--ip6tables=false"]);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://docker"), Timeout = Patience };
    }

    public string Socket => Path.Combine(_directory, "s");

    public static async Task<ChaosEngine> StartAsync(string directory)
    {
        var engine = new ChaosEngine(Directory.CreateDirectory(directory).FullName);
        await Eventually.HoldsAsync(engine.AnswersAsync, "dockerd comes up", Patience,
            () => Task.FromResult(File.ReadAllText(Path.Combine(directory, "log"))));
        await engine.ImportAsync();
        return engine;
    }

    public async Task CreateNetworkAsync(string name, string subnet)
    {
        var network = new JObject
        {
            ["Name"] = name, ["IPAM"] = new JObject { ["Config"] = new JArray(new JObject { ["Subnet"] = subnet }) },
        };
        using var body = new StringContent(network.ToString(), System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync("/networks/create", body);
        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Also while containers that have just ended hold on to it.</summary>
    public Task RemoveNetworkAsync(string name) => Eventually.HoldsAsync(async () =>
    {
        using var answer = await _http.DeleteAsync($"/networks/{name}");
        return answer.IsSuccessStatusCode;
    }, $"the network {name} is removed", Patience);

    /// <summary>Every container that is there, whatever its state.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync() =>
        [.. JArray.Parse(await _http.GetStringAsync("/containers/json?all=1")).Select(entry =>
            $"container {entry["Names"]![0]}, {entry["Status"]}")];

    public async ValueTask DisposeAsync()
    {
        foreach (var container in JArray.Parse(await _http.GetStringAsync("/containers/json?all=1")))
        {
            using var removed = await _http.DeleteAsync($"/containers/{container["Id"]}?force=1&v=1");
        }
        _http.Dispose();
        Signals.Send(_daemon.Id, Signals.Terminate);
        using var limit = new CancellationTokenSource(Patience);
        await _daemon.WaitForExitAsync(limit.Token);
        _daemon.Dispose();
        // The engine leaves its own network namespaces mounted.
        var namespaces = Path.Combine(_directory, "exec", "netns");
        foreach (var mounted in Directory.Exists(namespaces) ? Directory.GetFiles(namespaces) : [])
        {
            await RunAsync("umount", mounted);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.That(_daemon.HasExited, Is.False, () => File.ReadAllText(Path.Combine(_directory, "log")));
        try
        {
            using var answer = await _http.GetAsync("/version");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // Not yet.
        }
    }

    private async Task ImportAsync()
    {
        var root = Directory.CreateDirectory(Path.Combine(_directory, "image", "bin")).FullName;
        File.Copy("/bin/busybox", Path.Combine(root, "busybox"));
        foreach (var applet in (string[])["sh", "sleep", "echo"])
        {
            File.CreateSymbolicLink(Path.Combine(root, applet), "busybox");
        }
        var tar = Path.Combine(_directory, "image.tar");
        await RunAsync("tar", "-C", Path.Combine(_directory, "image"), "-cf", tar, ".");
        await using var file = File.OpenRead(tar);
        using var content = new StreamContent(file) { Headers = { ContentType = new("application/x-tar") } };
        using var answer = await _http.PostAsync($"/images/create?fromSrc=-&repo={Image}", content);
        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}");
    }
}
