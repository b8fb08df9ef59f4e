using System.Diagnostics;
using System.Formats.Tar;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Offerbook.Agent.Hosting.Docker;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>
/// A real Docker engine of the tests' own: Debian's dockerd with directories, a socket and a bridge that nobody else uses, and one
/// image made of a static busybox. It leaves the machine's firewall alone and is stopped by its pid.
/// </summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    public const string Image = "busybox";

    /// <summary>Has an entrypoint, a command, a directory, a user and a signal of its own.</summary>
    public const string OpinionatedImage = "opinionated:1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static int _bridges;

    private readonly string _directory;
    private readonly string? _bridge;
    private Process _daemon = null!;

    private DockerEngine(bool hasBridge)
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-docker-").FullName;
        _bridge = hasBridge ? $"ob{System.Environment.ProcessId % 100_000}x{Interlocked.Increment(ref _bridges)}" : null;
    }

    public string Socket => Path.Combine(_directory, "s");

    private string PidFile => Path.Combine(_directory, "pid");

    public static async Task<DockerEngine> StartAsync(bool hasBridge = true)
    {
        var engine = new DockerEngine(hasBridge);
        if (engine._bridge is { } bridge)
        {
            // Beside whatever other engine there is on this machine, at addresses that it hardly uses.
            Run("busybox", "brctl", "addbr", bridge);
            Run("busybox", "ip", "addr", "add",
                $"10.{200 + (System.Environment.ProcessId % 50)}.{System.Environment.ProcessId / 50 % 250}.1/24", "dev", bridge);
            Run("busybox", "ip", "link", "set", bridge, "up");
        }
        await engine.StartDaemonAsync();
        await engine.ImportAsync(Image);
        await engine.ImportAsync(OpinionatedImage,
            "ENTRYPOINT [\"/bin/echo\", \"entry\"]", "CMD [\"of image\"]", "WORKDIR /tmp", "ENV FROM_IMAGE=yes");
        return engine;
    }

    /// <summary>As a crash would, and then as an operator would.</summary>
    public async Task RestartAsync()
    {
        _daemon.Kill();
        await _daemon.WaitForExitAsync();
        _daemon.Dispose();
        // Its containerd dies with it; where nobody reaps that, the new daemon takes the dead one for alive and waits for it.
        File.Delete(Path.Combine(_directory, "exec", "containerd", "containerd.pid"));
        await StartDaemonAsync();
    }

    public void Pause() => Run("kill", "-STOP", $"{_daemon.Id}");

    public void Continue() => Run("kill", "-CONT", $"{_daemon.Id}");

    /// <summary>A call past what is tested.</summary>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var client = new EngineClient(Socket, new EngineTimings { Call = Patience });
        return await client.AskAsync(method, path, CancellationToken.None, body) switch
        {
            EngineAnswer.Done done => done.Body,
            var other => throw new AssertionException($"{method} {path}: {other.Problem}"),
        };
    }

    /// <summary>Kills a container past what is tested, unless it has just ended.</summary>
    public async Task EndAsync(string container)
    {
        using var client = new EngineClient(Socket, new EngineTimings { Call = Patience });
        var answer = await client.AskAsync(HttpMethod.Post, $"/containers/{container}/kill", CancellationToken.None);
        Assert.That(answer is EngineAnswer.Done or EngineAnswer.Refused { Status: 409 }, $"{container}: {answer.Problem}");
    }

    public Task<JsonElement> InspectAsync(string container) => CallAsync(HttpMethod.Get, $"/containers/{container}/json");

    public async Task<IReadOnlyList<string>> ContainersAsync() =>
        [.. (await CallAsync(HttpMethod.Get, "/containers/json?all=1")).EnumerateArray().Select(entry =>
            entry.GetProperty("Names")[0].GetString()!.TrimStart('/'))];

    /// <summary>Removes every container, also those that somebody else is removing.</summary>
    public async Task ClearAsync()
    {
        using var client = new EngineClient(Socket, new EngineTimings { Call = Patience });
        while (await ContainersAsync() is { Count: > 0 } containers)
        {
            foreach (var container in containers)
            {
                await client.AskAsync(HttpMethod.Delete, $"/containers/{container}?force=1&v=1", CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon.HasExited)
        {
            // The test that lost it has said so.
            return;
        }
        await ClearAsync();
        Run("kill", "-TERM", $"{_daemon.Id}");
        using var limit = new CancellationTokenSource(Patience);
        await _daemon.WaitForExitAsync(limit.Token);
        _daemon.Dispose();
        if (_bridge is not null)
        {
            Run("busybox", "ip", "link", "set", _bridge, "down");
            Run("busybox", "brctl", "delbr", _bridge);
        }
        // The engine leaves its own network namespaces mounted, and one that was killed everything.
        foreach (var mounted in File.ReadAllLines("/proc/mounts").Select(line => line.Split(' ')[1])
            .Where(path => path.StartsWith(_directory, StringComparison.Ordinal)).Reverse())
        {
            Run("busybox", "umount", "-l", mounted);
        }
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartDaemonAsync()
    {
        File.Delete(PidFile);
        // In a session of its own, with its words in a file: a pipe would be held open by the shims of containers.
        _daemon = Process.Start("sh", ["-c", "exec dockerd \"$@\" >>\"$0\" 2>&1 </dev/null", Path.Combine(_directory, "log"),
            "--data-root", Path.Combine(_directory, "data"), "--exec-root", Path.Combine(_directory, "exec"), "--host", $"unix://{Socket}",
            "--pidfile", PidFile, "--bridge", _bridge ?? "none", "--iptables=false", "--ip6tables=false", "--ip-masq=false"]);
        var clock = Stopwatch.StartNew();
        using var client = new EngineClient(Socket, new EngineTimings { Call = TimeSpan.FromSeconds(5) });
        while (await client.AskAsync(HttpMethod.Get, "/version", CancellationToken.None) is not EngineAnswer.Done)
        {
            if (_daemon.HasExited || clock.Elapsed > Patience)
            {
                throw new AssertionException(
                    $"dockerd did not come up:\n{string.Join('\n', File.ReadLines(Path.Combine(_directory, "log")).TakeLast(20))}");
            }
            await Task.Delay(50);
        }
    }

    private async Task ImportAsync(string name, params string[] changes)
    {
        var query = string.Concat(changes.Select(change => "&changes=" + Uri.EscapeDataString(change)));
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream,
                    System.Net.Sockets.ProtocolType.Unspecified);
                await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(Socket), cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        });
        using var content = new ByteArrayContent(Busybox()) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-tar") } };
        using var answer = await http.PostAsync($"http://docker/images/create?fromSrc=-&repo={Uri.EscapeDataString(name)}{query}", content);
        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static byte[] Busybox()
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var directory in (string[])["bin", "tmp", "etc"])
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, directory + "/") { Mode = (UnixFileMode)511 });
            }
            using var program = File.OpenRead("/bin/busybox");
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { DataStream = program, Mode = (UnixFileMode)493 });
            foreach (var applet in (string[])
                ["sh", "sleep", "echo", "cat", "env", "nc", "httpd", "ls", "pwd", "id", "hostname", "seq", "test", "touch", "dd", "mkdir",
                    "tail", "true", "head"])
            {
                writer.WriteEntry(
                    new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox", Mode = (UnixFileMode)511 });
            }
            using var users = new MemoryStream(Encoding.UTF8.GetBytes("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "etc/passwd") { DataStream = users, Mode = (UnixFileMode)420 });
        }
        return tar.ToArray();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}");
    }
}
