using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Tests.Checks;

/// <summary>Probes of real commands and sockets.</summary>
[Category("case 194")]
internal sealed class CheckRunnerTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly Channel<AgentMessage> _messages = Channel.CreateUnbounded<AgentMessage>();
    private Yard _yard = null!;
    private CheckRunner _runner = null!;
    private ContainerSpec _task = null!;

    [SetUp]
    public async Task Open()
    {
        _yard = new Yard();
        _runner = new CheckRunner(_ => _yard.Runner.Checks, message => _messages.Writer.WriteAsync(message));
        _task = _yard.Spec("sleep 1000", ("GREETING", "hello"));
        await _yard.RunAsync(_task);
    }

    [TearDown]
    public async Task Close()
    {
        await _runner.DisposeAsync();
        await _yard.DisposeAsync();
    }

    [TestCase("exit 0", 0)]
    [TestCase("exit 9", 9)]
    [TestCase("test -f stdout && test $GREETING = hello && test $MINE = yes", 0)]
    [TestCase("nosuchcommand", 127)]
    public async Task Command_RunsInTheSandboxWithTheTasksEnvironment(string line, int code)
    {
        var check = new CheckSpec.Command(_task, new CommandSpec.Shell(line), [KeyValuePair.Create("MINE", "yes")], Long);

        Assert.That(await ProbeAsync(check), Is.EqualTo(new CheckResult.CommandExited(code)));
    }

    [Test]
    public async Task Command_ThatTakesTooLong_IsKilledWithItsChildren()
    {
        var check = new CheckSpec.Command(_task, new CommandSpec.Shell("echo $$ > pid; sleep 1000 & sleep 1000"), [],
            TimeSpan.FromMilliseconds(500));

        Assert.That(((CheckResult.NoAnswer)await ProbeAsync(check)).Why, Does.Contain("0.5 s"));
        var pid = int.Parse(await File.ReadAllTextAsync(_yard.Sandbox(_task) + "/pid"));
        while (Agent.Hosting.Containers.ProcessTable.Read(pid) is { Ended: false })
        {
            await Task.Delay(10);
        }
    }

    [TestCase("/ok", 200)]
    [TestCase("/elsewhere", 302)]
    [TestCase("/broken", 500)]
    public async Task Http_TellsTheStatus(string path, int status)
    {
        await using var server = await ServeAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/ok";
            return Task.CompletedTask;
        });

        Assert.That(await ProbeAsync(new CheckSpec.Http("http", server.EndPoint.Port, path, false, Long)),
            Is.EqualTo(new CheckResult.HttpAnswered(status)));
    }

    [Test]
    public async Task Http_WithoutAnAnswer_RunsOutOfTime()
    {
        await using var server = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }));

        Assert.That(await ProbeAsync(new CheckSpec.Http("http", server.EndPoint.Port, "/", false, TimeSpan.FromMilliseconds(200))),
            Is.InstanceOf<CheckResult.NoAnswer>());
    }

    [Test]
    public async Task Tcp_TellsWhetherSomebodyListens()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.That(await ProbeAsync(new CheckSpec.Tcp(port, false, Long)), Is.EqualTo(new CheckResult.TcpAnswered(true)));
        listener.Stop();
        Assert.That(await ProbeAsync(new CheckSpec.Tcp(port, false, Long)), Is.EqualTo(new CheckResult.TcpAnswered(false)));
        Assert.That(await ProbeAsync(new CheckSpec.Http("http", port, "/", false, Long)), Is.InstanceOf<CheckResult.NoAnswer>());
    }

    [TestCase("HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204)]
    [TestCase("HTTP/1.0 200\r\n\r\n", 200)]
    [TestCase("HTTP/1.1 404 Not Found\n\n", 404)]
    [TestCase("SSH-2.0-OpenSSH\r\n", null)]
    [TestCase("HTTP/1.1 abc\r\n", null)]
    [TestCase("HTTP/1.1 20", null)]
    [TestCase("", null)]
    public async Task Http_ReadsTheStatusAlone(string answer, int? status)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            var half = answer.Length / 2;
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer[..half]));
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer[half..]));
            // The request is read, so that closing does not cut the answer off.
            await client.GetStream().ReadExactlyAsync(new byte[16]);
        });
        var result = await ProbeAsync(new CheckSpec.Http("http", ((IPEndPoint)listener.LocalEndpoint).Port, "/", false, Long));
        await serving;

        Assert.That(result, status is { } code ? Is.EqualTo(new CheckResult.HttpAnswered(code)) : Is.InstanceOf<CheckResult.NoAnswer>());
    }

    [Test]
    public async Task Http_OverIPv6_AsksTheOtherLoopback()
    {
        await using var server = await HttpServer.StartAsync(new ListenOptions(IPAddress.IPv6Loopback, 0, "--port"),
            _ => Task.CompletedTask, null, CancellationToken.None);

        Assert.That(await ProbeAsync(new CheckSpec.Http("http", server.EndPoint.Port, "/", true, Long)),
            Is.EqualTo(new CheckResult.HttpAnswered(200)));
        Assert.That(await ProbeAsync(new CheckSpec.Tcp(server.EndPoint.Port, true, Long)), Is.EqualTo(new CheckResult.TcpAnswered(true)));
    }

    [Test]
    public async Task Https_NeedsNoCertificateThatAnybodyKnows()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = TlsServer.AnswerOnceAsync(listener.Server, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.That(await ProbeAsync(new CheckSpec.Http("https", port, "/", false, Long)), Is.EqualTo(new CheckResult.HttpAnswered(204)));
        await serving;
    }

    [Test]
    public async Task Command_RunsInTheContainersGroupMountsAndUser()
    {
        var data = Directory.CreateDirectory(Path.Combine(_yard.Work, "data")).FullName;
        File.WriteAllText(Path.Combine(data, "word"), "seen");
        var mounted = _yard.Spec("exec sleep 1000") with { User = "nobody" };
        if (Agent.Hosting.Ownership.IsRoot)
        {
            mounted = mounted with { Volumes = [new ContainerVolume("/mnt", new VolumeSource.HostPath(data))] };
        }
        var main = await _yard.RunAsync(mounted);
        // Without root the user, the mounts and the groups are the agent's own, and the check's too.
        var line = $"cmp /proc/self/cgroup /proc/{main}/cgroup && test \"$(readlink /proc/self/ns/mnt)\" = \"$(readlink /proc/{main}/ns/mnt || echo none)\" || exit 7; "
            + (Agent.Hosting.Ownership.IsRoot ? "test -f /mnt/word && test $(id -un) = nobody" : "true");

        Assert.That(await ProbeAsync(new CheckSpec.Command(mounted, new CommandSpec.Shell(line), [], Long), mounted.Container),
            Is.EqualTo(new CheckResult.CommandExited(0)));
    }

    [Test]
    public async Task Network_OfTheContainer_IsTheOneThatIsProbed()
    {
        await using var server = await ServeAsync(_ => Task.CompletedTask);
        var port = server.EndPoint.Port;
        using var other = System.Diagnostics.Process.Start("unshare", ["-n", "sleep", "1000"]);
        try
        {
            while (Agent.Hosting.Ownership.IsRoot
                && new FileInfo($"/proc/{other.Id}/ns/net").LinkTarget == new FileInfo("/proc/self/ns/net").LinkTarget)
            {
                await Task.Yield();
            }
            await using var runner = new CheckRunner(_ => new Elsewhere(other.Id), message => _messages.Writer.WriteAsync(message));
            var found = new List<CheckResult>();
            foreach (var check in new CheckSpec[]
                { new CheckSpec.Tcp(port, false, Long), new CheckSpec.Http("http", port, "/", false, Long) })
            {
                found.Add(await ProbeAsync(check, runner: runner));
            }
            // There nobody listens, or, without root, nobody may look.
            Assert.That(found[0], Agent.Hosting.Ownership.IsRoot
                ? Is.EqualTo(new CheckResult.TcpAnswered(false)) : Is.InstanceOf<CheckResult.NoAnswer>());
            Assert.That(found[1], Is.InstanceOf<CheckResult.NoAnswer>());
            Assert.That(await ProbeAsync(new CheckSpec.Tcp(port, false, Long)), Is.EqualTo(new CheckResult.TcpAnswered(true)));
        }
        finally
        {
            other.Kill();
        }
    }

    [Test]
    public async Task ThousandsOfProbesAtOnce_HoldNoThreads()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(4096);
        // It accepts, in the kernel, and never answers.
        var silent = new CheckSpec.Http("http", ((IPEndPoint)listener.LocalEndpoint).Port, "/", false, TimeSpan.FromSeconds(3));
        for (var i = 0; i < 2000; i++)
        {
            _runner.Run(new RunCheck(_task.Container, CheckPurpose.Health, i, silent));
        }
        for (var i = 0; i < 200; i++)
        {
            _runner.Run(
                new RunCheck(_task.Container, CheckPurpose.General, i,
                    new CheckSpec.Command(_task, new CommandSpec.Shell("exit 3"), [], Long)));
        }
        var threads = System.Diagnostics.Process.GetCurrentProcess().Threads.Count;
        using var patience = new CancellationTokenSource(Long);
        var (none, threes) = (0, 0);
        while (none + threes < 2200)
        {
            var result = ((AgentMessage.CheckFinished)await _messages.Reader.ReadAsync(patience.Token)).Result;
            none += result is CheckResult.NoAnswer ? 1 : 0;
            threes += result is CheckResult.CommandExited { ExitCode: 3 } ? 1 : 0;
        }
        Assert.That((none, threes), Is.EqualTo((2000, 200)));
        Assert.That(threads, Is.LessThan(300));
    }

    private sealed class Elsewhere(int process) : IContainerChecks
    {
        public Task<int> RunAsync(CheckSpec.Command check, CancellationToken cancellation) =>
            throw new CheckImpossibleException("not here");

        public int? NetworkOf(ContainerId container) => process;
    }

    private static Task<HttpServer> ServeAsync(Microsoft.AspNetCore.Http.RequestDelegate handler) =>
        HttpServer.StartAsync(new ListenOptions(IPAddress.Loopback, 0, "--port"), handler, null, CancellationToken.None);

    private async Task<CheckResult> ProbeAsync(CheckSpec check, ContainerId? container = null, CheckRunner? runner = null)
    {
        (runner ?? _runner).Run(new RunCheck(container ?? _task.Container, CheckPurpose.Health, 1, check));
        using var patience = new CancellationTokenSource(Long);
        return ((AgentMessage.CheckFinished)await _messages.Reader.ReadAsync(patience.Token)).Result;
    }
}
