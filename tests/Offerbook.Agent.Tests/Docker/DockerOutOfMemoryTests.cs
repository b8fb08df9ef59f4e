using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>
/// On a busy machine the engine's event `oom` may come after the end of its container, and then what the engine says of that
/// (`OOMKilled`) stays false. Here it says so always. Waits for what does not come are so long that a test would fail of them.
/// </summary>
public sealed class DockerOutOfMemoryTests
{
    private const string Gluttony = "x=a; while true; do x=$x$x; done";

    private const string WhenTold = "while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done";

    private static readonly EngineTimings Endless = new() { LateReason = TimeSpan.FromHours(1) };

    private DockerEngine _engine = null!;
    private FaultySocket _socket = null!;
    private DockerYard _yard = null!;

    [SetUp]
    public async Task Open()
    {
        _engine = await SharedEngine.GetAsync();
        _socket = new FaultySocket(_engine.Socket);
        _socket.Replace("^GET /containers/[^/]+/json", "\"OOMKilled\":true", "\"OOMKilled\":null");
        _yard = new DockerYard(_socket.Path) { Timings = Endless };
        await _yard.RestartAsync();
    }

    [TearDown]
    public async Task Close()
    {
        await _yard.DisposeAsync();
        await _socket.DisposeAsync();
        await _engine.ClearAsync();
    }

    [Test]
    public async Task AReasonThatComesAfterTheEnd_IsTold()
    {
        _socket.Events = new HeldEvents("oom");
        var spec = Limited(Gluttony);
        await _yard.RunAsync(spec);
        await LookedAtItsEndAsync();
        Assert.That(_yard.HasMore(spec), Is.False);
        await DockerYard.UntilAsync(() => _socket.Events.Count > 0, "the reason");

        _socket.Events.LetGo();

        await AssertOverMemoryAsync(spec);
    }

    [Test]
    public async Task AReasonThatCameWhileTheEventsWereBrokenOff_IsTold()
    {
        var spec = Limited($"{WhenTold}; {Gluttony}");
        await _yard.RunAsync(spec);
        _socket.Misbehave("^GET /events", Fault.CutBefore);
        _socket.CutAll();
        await GoAsync(spec);
        await DockerYard.UntilAsync(async () =>
            !(await _engine.InspectAsync(DockerYard.Name(spec))).GetProperty("State").GetProperty("Running").GetBoolean(), "its end");

        _socket.Behave();

        await AssertOverMemoryAsync(spec);
    }

    /// <summary>A process that was killed need not be the main one.</summary>
    [TestCase(0)]
    [TestCase(3)]
    public async Task AnEndAfterAnotherProcessWasKilled_IsItsFault_UnlessAllIsWell(int code)
    {
        _socket.Events = new HeldEvents("oom");
        var spec = Limited($"({Gluttony}); {WhenTold}; exit {code}");
        await _yard.RunAsync(spec);
        await DockerYard.UntilAsync(() => _socket.Events.Count > 0, "the other's end");
        _socket.Events.LetGo();

        await GoAsync(spec);

        if (code == 0)
        {
            Assert.That(await _yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)));
        }
        else
        {
            await AssertOverMemoryAsync(spec);
        }
    }

    [Test]
    public async Task AKillByOthers_IsToldAsOne_WhenNoReasonCame()
    {
        _yard.Timings = new EngineTimings();
        await _yard.RestartAsync();
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);

        await _engine.EndAsync(DockerYard.Name(spec));

        Assert.That(await _yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(137)));
    }

    [Test]
    public async Task AKillByTheAgent_WaitsForNoReason()
    {
        foreach (var kill in (Action<ContainerId>[])[id => _yard.Runner.Signal(id, ContainerSignal.Kill), id => _yard.Runner.Send(id, 9)])
        {
            var spec = _yard.Spec("sleep 1000");
            await _yard.RunAsync(spec);

            kill(spec.Container);

            Assert.That(await _yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(137)));
        }
    }

    [Test]
    public async Task AnAgentThatStopsMeanwhile_LeavesTheEndToTheNext()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);
        await _engine.EndAsync(DockerYard.Name(spec));
        await LookedAtItsEndAsync();
        await _yard.Runner.DisposeAsync();
        Assert.That(_yard.HasMore(spec), Is.False);

        _yard.Timings = new EngineTimings();
        await _yard.RestartAsync(spec);

        Assert.That(await _yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(137)));
    }

    [Test]
    public async Task AnEndLongBeforeTheAgent_WaitsForNoReason()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);
        await _yard.StopAsync();
        await _engine.EndAsync(DockerYard.Name(spec));
        _socket.Replace("^GET /containers/[^/]+/json", "\"FinishedAt\":\"20..-", "\"FinishedAt\":\"2020-");

        await _yard.RestartAsync(spec);

        Assert.That(await _yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(137)));
    }

    private ContainerSpec Limited(string line) => _yard.Spec(line) with { Limits = new ContainerLimits(MemoryMegabytes: 32) };

    private Task GoAsync(ContainerSpec spec) => File.WriteAllTextAsync(Path.Combine(_yard.Sandbox(spec), "go"), "");

    /// <summary>Its last output is asked for when its end was seen.</summary>
    private Task LookedAtItsEndAsync() => DockerYard.UntilAsync(() => _socket.Requests.Any(request =>
        request.Contains("/logs", StringComparison.Ordinal) && !request.Contains("follow", StringComparison.Ordinal)), "a look at its end");

    private async Task AssertOverMemoryAsync(ContainerSpec spec) => Assert.That(await _yard.ExitAsync(spec),
        Is.InstanceOf<ContainerExit.OverLimit>().With.Property("Resource").EqualTo(LimitedResource.Memory));
}
