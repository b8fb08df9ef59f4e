using System.Diagnostics;
using System.Formats.Tar;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Offerbook.Agent;
using Offerbook.Agent.Hosting.Docker;

namespace Offerbook.Bench.Docker;

/// <summary>
/// A Docker engine of the benchmark's own (Debian's docker.io), with one image made of a static busybox, in swarm mode from the beginning.
/// </summary>
internal sealed class BenchEngine : IAsyncDisposable
{
    public const string Image = "busybox:latest";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
    private readonly Process _daemon;
    private readonly EngineClient _client;

    private BenchEngine()
    {
        _daemon = Process.Start("sh", ["-c", "exec dockerd \"$@\" >\"$0\" 2>&1 </dev/null", Path.Combine(_directory, "log"),
            "--data-root", Path.Combine(_directory, "data"), "--exec-root", Path.Combine(_directory, "exec"), "--host", $"unix://{Socket}",
            "--pidfile", Path.Combine(_directory, "pid"), "--bridge", "none", "--iptables=false", "--ip-masq=false"]);
        _client = new EngineClient(Socket, new EngineTimings { Call = Patience, Work = Patience });
    }

    public string Socket => Path.Combine(_directory, "s");

    /// <param name="swarmPort">Where the swarm's manager may listen, on loopback.</param>
    public static async Task<BenchEngine> StartAsync(int swarmPort, CancellationToken cancellation)
    {
        var engine = new BenchEngine();
        var clock = Stopwatch.StartNew();
        while (await engine._client.AskAsync(HttpMethod.Get, "/version", cancellation) is not EngineAnswer.Done)
        {
            if (engine._daemon.HasExited || clock.Elapsed > Patience)
            {
                throw new InvalidOperationException(
                    "dockerd did not come up; the benchmark takes root and Debian's docker.io. Its last words:\n"
                    + File.ReadLines(Path.Combine(engine._directory, "log")).LastOrDefault());
            }
            await Task.Delay(50, cancellation);
        }
        await engine.ImportAsync(cancellation);
        await engine.CallAsync(HttpMethod.Post, "/swarm/init", cancellation, new JsonObject
        {
            ["ListenAddr"] = $"127.0.0.1:{swarmPort}", ["AdvertiseAddr"] = "127.0.0.1",
        });
        return engine;
    }

    public async Task<JsonElement> CallAsync(HttpMethod method, string path, CancellationToken cancellation, JsonNode? body = null) =>
        await _client.WorkAsync(method, path, cancellation, body) switch
        {
            EngineAnswer.Done done => done.Body,
            var other => throw new InvalidOperationException($"{method} {path}: {other.Problem}"),
        };

    /// <summary>Removes every container, and waits until none is left.</summary>
    public async Task ClearAsync(CancellationToken cancellation)
    {
        while (await CallAsync(HttpMethod.Get, "/containers/json?all=1", cancellation) is var list && list.GetArrayLength() > 0)
        {
            await Task.WhenAll(list.EnumerateArray().Select(entry =>
                _client.WorkAsync(HttpMethod.Delete, $"/containers/{entry.GetProperty("Id").GetString()}?force=1&v=1", cancellation)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ClearAsync(CancellationToken.None);
        using (var kill = Process.Start("kill", ["-TERM", $"{_daemon.Id}"]))
        {
            await kill.WaitForExitAsync();
        }
        using var limit = new CancellationTokenSource(Patience);
        await _daemon.WaitForExitAsync(limit.Token);
        _daemon.Dispose();
        _client.Dispose();
        var namespaces = Path.Combine(_directory, "exec", "netns");
        foreach (var mounted in Directory.Exists(namespaces) ? Directory.GetFiles(namespaces) : [])
        {
            using var unmount = Process.Start("umount", [mounted]);
            await unmount.WaitForExitAsync();
        }
        Directory.Delete(_directory, recursive: true);
    }

    private async Task ImportAsync(CancellationToken cancellation)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "bin/") { Mode = (UnixFileMode)493 });
            using var program = File.OpenRead("/bin/busybox");
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { DataStream = program, Mode = (UnixFileMode)493 });
            foreach (var name in (string[])["sh", "sleep"])
            {
                writer.WriteEntry(
                    new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + name) { LinkName = "busybox", Mode = (UnixFileMode)511 });
            }
        }
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        using var content =
            new ByteArrayContent(tar.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-tar") } };
        using var answer = await http.PostAsync("http://docker/images/create?fromSrc=-&repo=busybox&tag=latest", content, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
