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
public sealed class CheckRunnerTests
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
        _runner = new CheckRunner(_yard.Launcher, message => _messages.Writer.WriteAsync(message));
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
        var check = new CheckSpec.Command(_task, new CommandSpec.Shell("echo $$ > pid; sleep 1000 & sleep 1000"), [], TimeSpan.FromMilliseconds(500));

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

        Assert.That(await ProbeAsync(new CheckSpec.Http("http", server.EndPoint.Port, path, false, Long)), Is.EqualTo(new CheckResult.HttpAnswered(status)));
    }

    [Test]
    public async Task Http_WithoutAnAnswer_RunsOutOfTime()
    {
        await using var server = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }));

        Assert.That(await ProbeAsync(new CheckSpec.Http("http", server.EndPoint.Port, "/", false, TimeSpan.FromMilliseconds(200))), Is.InstanceOf<CheckResult.NoAnswer>());
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

    private static Task<HttpServer> ServeAsync(Microsoft.AspNetCore.Http.RequestDelegate handler) =>
        HttpServer.StartAsync(new ListenOptions(IPAddress.Loopback, 0, "--port"), handler, null, CancellationToken.None);

    private async Task<CheckResult> ProbeAsync(CheckSpec check)
    {
        _runner.Run(new RunCheck(_task.Container, CheckPurpose.Health, 1, check));
        using var patience = new CancellationTokenSource(Long);
        return ((AgentMessage.CheckFinished)await _messages.Reader.ReadAsync(patience.Token)).Result;
    }
}
