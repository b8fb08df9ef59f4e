using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>
/// An engine that hangs, breaks off, errs or talks nonsense: what is told stays true, and other containers are untouched.
/// </summary>
public sealed class DockerFaultTests
{
    private static readonly EngineTimings Impatient = new()
    {
        Call = TimeSpan.FromSeconds(1), Work = TimeSpan.FromSeconds(2), Probe = TimeSpan.FromSeconds(1),
        RecoveryPatience = TimeSpan.FromSeconds(1), LastOutput = TimeSpan.FromSeconds(2), PullStall = TimeSpan.FromSeconds(2),
        Pull = TimeSpan.FromSeconds(4),
    };

    private DockerEngine _engine = null!;
    private FaultySocket _socket = null!;
    private DockerYard _yard = null!;

    [SetUp]
    public async Task Open()
    {
        _engine = await SharedEngine.GetAsync();
        _socket = new FaultySocket(_engine.Socket);
        _yard = new DockerYard(_socket.Path) { Timings = Impatient };
        await _yard.RestartAsync();
    }

    [TearDown]
    public async Task Close()
    {
        _socket.Behave();
        await _yard.DisposeAsync();
        await _socket.DisposeAsync();
        await _engine.ClearAsync();
    }

    [TestCase(Fault.Status500, "out of its mind")]
    [TestCase(Fault.Garbage, "cannot be understood")]
    [TestCase(Fault.HangBefore, "did not answer within 2 s")]
    public async Task AContainerThatCannotBeMade_Fails_AndTheNextOneRuns(object fault, string words)
    {
        _socket.Misbehave("^POST /containers/create", (Fault)fault, 1);
        var spec = _yard.Spec("true");
        Assert.That(await _yard.FailAsync(spec), Does.Contain(words));

        Assert.That(await _yard.RunToEndAsync(_yard.Spec("exit 4")), Is.EqualTo(new ContainerExit.Exited(4)));
    }

    [TestCase(Fault.HangAfter)]
    [TestCase(Fault.CutAfter)]
    [TestCase(Fault.Half)]
    public async Task AContainerThatWasMadeAfterAll_IsRemoved(object fault)
    {
        _socket.Misbehave("^POST /containers/create", (Fault)fault, 1);
        var spec = _yard.Spec("true");
        await _yard.FailAsync(spec);
        _yard.Runner.Forget(spec.Container);

        await DockerYard.UntilAsync(async () => (await _engine.ContainersAsync()).Count == 0, "its removal");
    }

    [TestCase(Fault.HangAfter)]
    [TestCase(Fault.CutAfter)]
    [TestCase(Fault.CutBefore)]
    [TestCase(Fault.Half)]
    public async Task AStartThatWorkedWithoutAnAnswer_IsToldAsRunning(object fault)
    {
        _socket.Misbehave("^POST .*/start", (Fault)fault, 1);
        var spec = _yard.Spec("sleep 1000");
        _yard.Runner.Launch(spec);

        await _yard.NextAsync<AgentMessage.ContainerStarted>(spec);

        _yard.Runner.Signal(spec.Container, ContainerSignal.Kill);
        Assert.That(await _yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(137)));
    }

    [Test]
    public async Task AStartThatNeverHappened_IsToldAsFailed_AndLeavesNothing()
    {
        _socket.Misbehave("^POST .*/start", Fault.HangBefore, 1);
        var spec = _yard.Spec("sleep 1000");
        Assert.That(await _yard.FailAsync(spec), Does.EndWith("the container has not started"));

        Assert.That(await _engine.ContainersAsync(), Is.Empty);
    }

    [Test]
    public async Task AStartThatIsRefused_Fails_AndLeavesNothing()
    {
        _socket.Misbehave("^POST .*/start", Fault.Status500, 1);
        var spec = _yard.Spec("sleep 1000");
        Assert.That(await _yard.FailAsync(spec), Does.Contain("out of its mind"));

        Assert.That(await _engine.ContainersAsync(), Is.Empty);
    }

    [TestCase(Fault.HangBefore)]
    [TestCase(Fault.Status500)]
    [TestCase(Fault.Garbage)]
    [TestCase(Fault.Half)]
    public async Task OneStuckContainer_HoldsUpNoOther_AndIsToldWhenItGetsUnstuck(object fault)
    {
        var stuck = _yard.Spec("sleep 1000");
        await _yard.RunAsync(stuck);
        _socket.Misbehave(
            $"/containers/({DockerYard.Name(stuck)}|{(await _engine.InspectAsync(DockerYard.Name(stuck))).GetProperty("Id").GetString()})",
            (Fault)fault);
        _yard.Runner.Signal(stuck.Container, ContainerSignal.Kill);
        await _engine.EndAsync(DockerYard.Name(stuck));
        for (var i = 0; i < 3; i++)
        {
            Assert.That(await _yard.RunToEndAsync(_yard.Spec($"exit {i}")), Is.EqualTo(new ContainerExit.Exited(i)));
        }
        Assert.That(_yard.HasMore(stuck), Is.False);

        _socket.Behave();

        Assert.That(await _yard.ExitAsync(stuck), Is.EqualTo(new ContainerExit.Exited(137)));
    }

    [Test]
    public async Task AnEngineThatHangs_IsToldOnce_WithWhatItRuns_AndThatItAnswersAgain()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);

        _socket.Misbehave(".", Fault.HangBefore);

        Assert.That((await _yard.NextAsync<AgentMessage.EngineChanged>()).Problem,
            Does.Contain(_socket.Path).And.Contain("did not answer within 1 s"));
        var degraded = await _yard.NextAsync<AgentMessage.ContainerDegraded>();
        Assert.That((degraded.Container, degraded.Why!.Contains("did not answer", StringComparison.Ordinal)),
            Is.EqualTo((spec.Container, true)));
        _socket.Behave();
        _socket.CutAll();
        Assert.That((await _yard.NextAsync<AgentMessage.EngineChanged>()).Problem, Is.Null);
        Assert.That(await _yard.NextAsync<AgentMessage.ContainerDegraded>(),
            Is.EqualTo(new AgentMessage.ContainerDegraded(spec.Container, null)));
        Assert.That(_yard.HasMore(spec), Is.False, "it ran all the time");
    }

    [Test]
    public async Task AnEngineThatLists_AndHangsOnMaking_IsToldToo_UntilItMakesAgain()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);
        _socket.Misbehave("^POST /containers/create", Fault.HangBefore);
        await _yard.FailAsync(_yard.Spec("true"));
        Assert.That(_yard.Has<AgentMessage.EngineChanged>(), Is.False, "one may have been unlucky");
        await _yard.FailAsync(_yard.Spec("true"));

        Assert.That((await _yard.NextAsync<AgentMessage.EngineChanged>()).Problem,
            Does.Contain("did not answer within 2 s").And.Contain("make or start"));
        var lists = Lists();
        await DockerYard.UntilAsync(() => Lists() >= lists + 3, "lists that the engine answers meanwhile");
        Assert.That(_yard.Has<AgentMessage.EngineChanged>(), Is.False, "its lists say nothing about that");
        Assert.That(_yard.Has<AgentMessage.ContainerDegraded>(), Is.False, "what it runs is known all the time");
        _socket.Behave();
        Assert.That((await _yard.NextAsync<AgentMessage.EngineChanged>()).Problem, Is.Null);
        await DockerYard.UntilAsync(async () => (await _engine.ContainersAsync()).Count == 1, "what it was tried with to be removed");
        Assert.That(await _yard.RunToEndAsync(_yard.Spec("exit 5")), Is.EqualTo(new ContainerExit.Exited(5)));
    }

    private int Lists() => _socket.Requests.Count(request => request.StartsWith("GET /containers/json", StringComparison.Ordinal));

    [Test]
    public async Task OneStuckContainer_IsDegradedAlone_UntilItGetsUnstuck()
    {
        var (stuck, other) = (_yard.Spec("sleep 1000"), _yard.Spec("sleep 1000"));
        await _yard.RunAsync(stuck);
        await _yard.RunAsync(other);
        _socket.Misbehave(
            $"/containers/({DockerYard.Name(stuck)}|{(await _engine.InspectAsync(DockerYard.Name(stuck))).GetProperty("Id").GetString()})",
            Fault.HangBefore);

        _yard.Runner.Signal(stuck.Container, ContainerSignal.Terminate);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerDegraded>()).Container, Is.EqualTo(stuck.Container));
        await _engine.CallAsync(HttpMethod.Post, $"/containers/{DockerYard.Name(other)}/kill");
        Assert.That(await _yard.ExitAsync(other), Is.EqualTo(new ContainerExit.Exited(137)));
        _socket.Behave();
        Assert.That(await _yard.NextAsync<AgentMessage.ContainerDegraded>(),
            Is.EqualTo(new AgentMessage.ContainerDegraded(stuck.Container, null)));
        Assert.That(_yard.Has<AgentMessage.EngineChanged>(), Is.False);
    }

    [TestCase(Fault.HangBefore)]
    [TestCase(Fault.CutAfter)]
    [TestCase(Fault.Status500)]
    [TestCase(Fault.Garbage)]
    public async Task Ends_AreTold_ThoughEventsAreNot(object fault)
    {
        var spec = _yard.Spec("while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done; exit 6");
        await _yard.RunAsync(spec);
        _socket.Misbehave("^GET /events", (Fault)fault, 3);
        _socket.CutAll();

        await File.WriteAllTextAsync(Path.Combine(_yard.Sandbox(spec), "go"), "");

        Assert.That(await _yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(6)));
    }

    [TestCase(Fault.HangAfter)]
    [TestCase(Fault.CutAfter)]
    [TestCase(Fault.Half)]
    [TestCase(Fault.Garbage)]
    [TestCase(Fault.Status500)]
    public async Task Output_IsWhole_ThoughItsStreamBreaks(object fault)
    {
        _socket.Misbehave("^GET .*/logs", (Fault)fault, 3);
        var spec = _yard.Spec(
            "i=0; while test $i -lt 2000; do echo line $i; i=$((i+1)); done; while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done");
        await _yard.RunAsync(spec);
        await _yard.UntilOutputAsync(spec, "line 1999\n");
        _socket.CutAll();
        await File.WriteAllTextAsync(Path.Combine(_yard.Sandbox(spec), "go"), "");

        await _yard.NextAsync<AgentMessage.ContainerExited>(spec);

        Assert.That(_yard.Output(spec), Is.EqualTo(string.Concat(Enumerable.Range(0, 2000).Select(i => $"line {i}\n"))));
    }

    [Test]
    public async Task OutputThatCannotBeHad_HoldsTheEndBackNoLongerThanAMoment()
    {
        _socket.Misbehave("^GET .*/logs", Fault.HangBefore);

        Assert.That(await _yard.RunToEndAsync(_yard.Spec("echo lost; exit 2")), Is.EqualTo(new ContainerExit.Exited(2)));
    }

    [Test]
    public async Task APullThatHangs_Fails_AndOneThatIsGivenUpToo()
    {
        _socket.Misbehave("^POST /images/create", Fault.HangBefore);
        var hangs = _yard.Spec("true", new DockerSettings("localhost:1/none"));
        Assert.That(await _yard.FailAsync(hangs), Does.Contain("did not answer within 2 s"));

        var givenUp = _yard.Spec("true", new DockerSettings("localhost:1/none"));
        _yard.Runner.Launch(givenUp);
        _yard.Runner.Cancel(givenUp.Container);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>(givenUp)).Reason, Does.Contain("given up"));
    }

    [Test]
    public async Task AnAgent_IsNotHeldUpAtItsStart_ByAnEngineThatHangs()
    {
        var spec = _yard.Spec("while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done; exit 8");
        var before = await _yard.RunAsync(spec);
        _socket.Misbehave(".", Fault.HangBefore);

        await _yard.RestartAsync(spec);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerStarted>(spec)).Pid, Is.EqualTo(before.Pid), "taken to run on");
        await File.WriteAllTextAsync(Path.Combine(_yard.Sandbox(spec), "go"), "");
        _socket.Behave();
        _socket.CutAll();
        Assert.That(await _yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(8)));
    }

    [Test]
    public async Task WithoutAnEngine_LaunchesFailAndSayWhereItWasLookedFor()
    {
        await using var yard = new DockerYard("/nowhere/docker.sock") { Timings = Impatient };
        await yard.RestartAsync();
        var spec = yard.Spec("true");

        Assert.That(await yard.FailAsync(spec), Does.Contain("/nowhere/docker.sock"));
    }

    [Test]
    public async Task AnAgentThatRunsNoDockerContainers_SaysWhatToDo()
    {
        _yard.Enabled = false;
        await _yard.RestartAsync();
        var spec = _yard.Spec("true");

        Assert.That(await _yard.FailAsync(spec), Does.Contain("--containerizers=mesos,docker"));
        Assert.That(_socket.Requests, Is.Empty);
    }

    [Test]
    public async Task AnEngineThatIsKilledAndRestarted_TellsTheTruth()
    {
        await using var engine = await DockerEngine.StartAsync(hasBridge: false);
        await using var yard = new DockerYard(engine.Socket) { Timings = Impatient };
        await yard.RestartAsync();
        var spec = yard.Spec("echo up; sleep 1000");
        await yard.RunAsync(spec);
        await yard.UntilOutputAsync(spec, "up");

        await engine.RestartAsync();

        var exit = await yard.ExitAsync(spec);
        var code = (await engine.InspectAsync(DockerYard.Name(spec))).GetProperty("State").GetProperty("ExitCode").GetInt32();
        Assert.That(exit, Is.EqualTo(new ContainerExit.Exited(code)));
        Assert.That(await yard.RunToEndAsync(yard.Spec("exit 5")), Is.EqualTo(new ContainerExit.Exited(5)), "and it is used again");
        Assert.That(yard.Output(spec), Is.EqualTo("up\n"));
    }

    [Test]
    public async Task AnEngineThatIsStopped_AndGoesOn_LosesNothing()
    {
        await using var engine = await DockerEngine.StartAsync(hasBridge: false);
        await using var yard = new DockerYard(engine.Socket) { Timings = Impatient };
        await yard.RestartAsync();
        var spec = yard.Spec("while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done; echo after; exit 9");
        await yard.RunAsync(spec);
        engine.Pause();
        await File.WriteAllTextAsync(Path.Combine(yard.Sandbox(spec), "go"), "");
        var failing = yard.Spec("true");
        Assert.That(await yard.FailAsync(failing), Does.Contain("did not answer"));

        engine.Continue();

        Assert.That(await yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(9)));
        Assert.That(yard.Output(spec), Is.EqualTo("after\n"));
        yard.Runner.Forget(failing.Container);
        yard.Runner.Forget(spec.Container);
        await DockerYard.UntilAsync(async () => (await engine.ContainersAsync()).Count == 0, "the removal of what was made late");
    }
}
