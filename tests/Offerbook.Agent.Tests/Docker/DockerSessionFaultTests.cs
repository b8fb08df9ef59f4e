using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Sessions in containers of an engine that hangs, breaks off or goes away.</summary>
public sealed class DockerSessionFaultTests
{
    private DockerEngine _engine = null!;
    private FaultySocket _socket = null!;
    private DockerYard _yard = null!;
    private ContainerSpec _task = null!;

    [SetUp]
    public async Task Open()
    {
        _engine = await SharedEngine.GetAsync();
        _socket = new FaultySocket(_engine.Socket);
        _yard = new DockerYard(_socket.Path)
        {
            Timings = new EngineTimings { Call = TimeSpan.FromSeconds(1), Work = TimeSpan.FromSeconds(2), Probe = TimeSpan.FromSeconds(1),
                RetryMax = TimeSpan.FromMilliseconds(200) },
        };
        await _yard.RestartAsync();
        _task = _yard.Spec("sleep 1000");
        await _yard.RunAsync(_task);
    }

    [TearDown]
    public async Task Close()
    {
        _socket.Behave();
        await _yard.DisposeAsync();
        await _socket.DisposeAsync();
        await _engine.ClearAsync();
    }

    [TestCase("^POST .*/exec$", Fault.HangBefore, "did not answer within 1 s")]
    [TestCase("^POST .*/exec$", Fault.Status500, "out of its mind")]
    [TestCase("^POST .*/exec$", Fault.Garbage, "cannot be understood")]
    [TestCase("^POST /exec/.*/start", Fault.HangBefore, "did not answer within 1 s")]
    [TestCase("^POST /exec/.*/start", Fault.CutAfter, "broke off")]
    public async Task ASessionThatCannotBegin_SaysWhy_AndTheNextOneRuns(string request, object fault, string words)
    {
        _socket.Misbehave(request, (Fault)fault, 1);

        Assert.That((await StartAsync("true")).Failure, Does.Contain(words));

        await using var next = (await StartAsync("exit 6")).Process!;
        Assert.That(await next.Exit, Is.EqualTo(new ContainerExit.Exited(6)));
    }

    [Test]
    public async Task AConnectionThatIsCut_LosesOutput_AndTellsTheEndAllTheSame()
    {
        await using var session = (await StartAsync("echo up; while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done; exit 5")).Process!;
        var output = new List<byte>();
        var seen = new TaskCompletionSource();
        var pump = session.PumpAsync((_, data) =>
        {
            output.AddRange(data.ToArray());
            seen.TrySetResult();
            return ValueTask.CompletedTask;
        });
        await seen.Task;

        _socket.CutAll();
        await pump;

        Assert.That(session.Exit.IsCompleted, Is.False);
        await File.WriteAllTextAsync(Path.Combine(_yard.Sandbox(_task), "go"), "");
        Assert.That(await session.Exit, Is.EqualTo(new ContainerExit.Exited(5)));
        Assert.That(output, Is.EqualTo("up\n"u8.ToArray()));
    }

    [Test]
    public async Task AProcessThatClosesItsOutput_IsNotOverYet()
    {
        await using var session = (await StartAsync("exec >/dev/null 2>&1; while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done; exit 4"))
            .Process!;
        var pump = session.PumpAsync((_, _) => ValueTask.CompletedTask);
        Assert.That(session.Exit.IsCompleted, Is.False);

        await File.WriteAllTextAsync(Path.Combine(_yard.Sandbox(_task), "go"), "");

        Assert.That(await session.Exit, Is.EqualTo(new ContainerExit.Exited(4)));
        await pump;
    }

    [Test]
    public async Task Kill_WorksWhileTheEngineHangs_AndIsToldWhenItAnswers()
    {
        await using var session = (await StartAsync("sleep 4777")).Process!;
        await DockerYard.UntilAsync(() => DockerYard.Runs("sleep", "4777"), "it");
        _socket.Misbehave(".", Fault.HangBefore);

        session.Signal(9);

        await DockerYard.UntilAsync(() => !DockerYard.Runs("sleep", "4777"), "its end");
        Assert.That(session.Exit.IsCompleted, Is.False);
        _socket.Behave();
        _socket.CutAll();
        Assert.That(await session.Exit, Is.EqualTo(new ContainerExit.Signaled(9)));
    }

    [Test]
    public async Task TheEndOfTheContainer_EndsItsSessions()
    {
        await using var session = (await StartAsync("sleep 4778")).Process!;

        _yard.Runner.Signal(_task.Container, ContainerSignal.Kill);

        await _yard.NextAsync<AgentMessage.ContainerExited>(_task);
        Assert.That(await session.Exit, Is.InstanceOf<ContainerExit.Vanished>().Or.EqualTo(new ContainerExit.Exited(137)));
    }

    [Test]
    public async Task WhereNothingRuns_NoSessionBegins()
    {
        _yard.Runner.Signal(_task.Container, ContainerSignal.Kill);
        await _yard.NextAsync<AgentMessage.ContainerExited>(_task);

        Assert.That((await StartAsync("true")).Failure, Does.Contain("does not run"));
    }

    [Test]
    public async Task AnAgentThatStops_DoesNotWaitForAnEngineThatHangs()
    {
        using var stopping = new CancellationTokenSource();
        var session = (await StartAsync("sleep 4779", stopping.Token)).Process!;
        _socket.Misbehave(".", Fault.HangBefore);

        await stopping.CancelAsync();
        await session.DisposeAsync();

        Assert.That(await session.Exit, Is.InstanceOf<ContainerExit.Vanished>());
        await DockerYard.UntilAsync(() => !DockerYard.Runs("sleep", "4779"), "its end");
    }

    private Task<AttachedStart> StartAsync(string line, CancellationToken cancellation = default)
    {
        var id = _task.Container.Child($"s{Guid.NewGuid():N}");
        return _yard.Runner.StartAttachedAsync(
            new ContainerSpec(id, _task.Sandbox with { Container = id }, new CommandSpec.Shell(line), null, [])
        {
            Attach = new AttachSettings(null, AwaitsReader: true), Joins = _task.Container,
        }, cancellation);
    }
}
