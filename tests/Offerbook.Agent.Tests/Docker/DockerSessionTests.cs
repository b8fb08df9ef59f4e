using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Agent.Tests.Http.Operator;
using Offerbook.Wire;
using CallType = Mesos.V1.Agent.Call.Types.Type;
using DockerInfo = Mesos.V1.ContainerInfo.Types.DockerInfo;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Sessions and containers within a task that a real engine runs, in both content types.</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
public sealed class DockerSessionTests(MessageFormat format)
{
    private DockerEngine _engine = null!;
    private AgentFixture _agent = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _engine = await SharedEngine.GetAsync();
        _agent = await AgentFixture.StartAsync(
            options => options with { Docker = new DockerOptions { Enabled = true, Socket = _engine.Socket } },
            shape: task =>
            {
                task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker,
                    Docker = new DockerInfo { Image = DockerEngine.Image } };
                task.Command.User = "nobody";
            });
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _agent.Agent.KillAllTasksAsync(TimeSpan.Zero);
        await _agent.DisposeAsync();
        await _engine.ClearAsync();
    }

    [Test]
    public async Task Session_TellsOutputAndErrorApart_AndItsExitStatus()
    {
        using var session = await _agent.SessionAsync(format, "s1",
            new CommandInfo { Value = "echo $COLOR $MESOS_SANDBOX; pwd; id -u; ls /etc; echo bad >&2; exit 7" });
        await session.ToEndAsync();

        Assert.That(session.Output.ToString(),
            Is.EqualTo("red /mnt/mesos/sandbox\n/\n65534\nhostname\nhosts\nmtab\npasswd\nresolv.conf\n"), "within, as its user");
        Assert.That(session.Error.ToString(), Is.EqualTo("bad\n"));
        Assert.That((await WaitAsync("s1")).ExitStatus, Is.EqualTo(7 << 8));
    }

    [Test]
    public async Task Session_AsAnotherUser_IsThatOfTheImage()
    {
        using var session = await _agent.SessionAsync(format, "s2", new CommandInfo { Value = "id -u", User = "root" });
        Assert.That((await session.ToEndAsync()).Output.ToString(), Is.EqualTo("0\n"));

        using var refused = await _agent.SessionAsync(format, "s3", new CommandInfo { Value = "true", User = "nobody-here" });
        Assert.That((await refused.ToEndAsync()).Output.ToString(), Does.Contain("nobody-here"));
        Assert.That((await WaitAsync("s3")).ExitStatus, Is.EqualTo(126 << 8));
    }

    [Test]
    public async Task Session_WithATerminal_FoldsErrorIntoOutput_AndKnowsItsSize()
    {
        using var session = await _agent.SessionAsync(format, "s4", new CommandInfo
        {
            // The engine gives the size once the terminal is there.
            Value = "test -t 0 && test -t 2 && until busybox stty size 2>/dev/null | busybox grep '30 100'; do :; done; echo bad >&2; echo $TERM",
        }, terminal: true);
        await session.ToEndAsync();

        Assert.That(session.Output.ToString(), Is.EqualTo("30 100\r\nbad\r\nxterm\r\n"));
        Assert.That(session.Error.ToString(), Is.Empty);
        Assert.That((await WaitAsync("s4")).ExitStatus, Is.Zero);
    }

    [Test]
    public Task Input_ReachesTheProcess_AndItsEndToo() => _agent.TypeAndEndAsync(format, "s5");

    [Test]
    public async Task Terminal_IsResized_AndInterrupted()
    {
        await _agent.ResizeAndInterruptAsync(format, "s6", "busybox stty");

        Assert.That((await WaitAsync("s6")).ExitStatus, Is.EqualTo(3 << 8));
    }

    [Test]
    public async Task Session_WhoseConnectionEnds_IsKilledWithAllThatItStarted()
    {
        var sleep = $"4{(int)format}11";
        var session = await _agent.SessionAsync(format, "s7", new CommandInfo { Value = $"sleep {sleep} & echo up; wait" });
        await session.UntilAsync("up\n");
        await DockerYard.UntilAsync(() => DockerYard.Runs("sleep", sleep), "what it starts");

        session.Dispose();

        Assert.That((await WaitAsync("s7")).ExitStatus, Is.EqualTo(9));
        await DockerYard.UntilAsync(() => !DockerYard.Runs("sleep", sleep), "its end");
    }

    [Test]
    public async Task LongOutput_ArrivesWhole()
    {
        using var session = await _agent.SessionAsync(format, "s8",
            new CommandInfo { Value = "head -c 3000000 /dev/zero | busybox tr '\\0' x" });

        Assert.That((await session.ToEndAsync()).Output.Length, Is.EqualTo(3_000_000));
    }

    [Test]
    public async Task Session_OfAProgramThatIsNotThere_SaysSo()
    {
        using var session = await _agent.SessionAsync(format, "s9", new CommandInfo { Shell = false, Value = "/nowhere/to/be/found" });

        Assert.That((await session.ToEndAsync()).Output.ToString(), Does.Contain("/nowhere/to/be/found"));
        Assert.That((await WaitAsync("s9")).ExitStatus, Is.EqualTo(126 << 8).Or.EqualTo(127 << 8));
    }

    [Test]
    public async Task Session_WithinASession_IsInTheSameContainer()
    {
        using var outer = await _agent.SessionAsync(format, "s10", new CommandInfo { Value = "cat" });
        var launch = new Call.Types.LaunchNestedContainerSession
        {
            ContainerId = new ContainerID { Value = "inner", Parent = _agent.Nested("s10") },
            Command = new CommandInfo { Value = "ls /; cat /etc/passwd" },
        };

        using var inner = new OutputReading(await _agent.PostAsync(
            new Call { Type = CallType.LaunchNestedContainerSession, LaunchNestedContainerSession = launch }, format), format,
                _agent.Timeout);

        Assert.That((await inner.ToEndAsync()).Output.ToString(),
            Does.Contain("\nnobody:x:65534:65534::/:/bin/sh\n").And.Not.Contain("home"));
    }

    [Test]
    public async Task NestedContainer_WritesIntoASandboxOfItsOwn()
    {
        var id = _agent.Nested("n1");
        Assert.That(await LaunchAsync("n1", "echo out; echo err >&2; pwd; echo $COLOR; echo made > file; exit 5", user: "root"),
            Is.EqualTo((200, "")));

        Assert.That((await WaitAsync("n1")).ExitStatus, Is.EqualTo(5 << 8));
        var sandbox = $"{_agent.Work}/slaves/m1-S0/frameworks/f1/executors/runs/runs/{_agent.Task.Value}/containers/n1";
        Assert.That(File.ReadAllText($"{sandbox}/stdout"), Is.EqualTo("out\n/mnt/mesos/sandbox/containers/n1\nred\n"));
        Assert.That(File.ReadAllText($"{sandbox}/stderr"), Is.EqualTo("err\n"));
        Assert.That(File.ReadAllText($"{sandbox}/file"), Is.EqualTo("made\n"));
        Assert.That(
            await _agent.AnswerAsync(
                new Call { Type = CallType.RemoveNestedContainer, RemoveNestedContainer = new() { ContainerId = id } }, format),
                    Is.EqualTo((200, "")));
        await DockerYard.UntilAsync(() => !Directory.Exists(sandbox), "its sandbox to go");
    }

    [Test]
    public async Task NestedContainer_IsKilled_AndNotAttachedTo()
    {
        Assert.That(await LaunchAsync("n2", "sleep 1000"), Is.EqualTo((200, "")));
        Assert.That(
            (await _agent.AnswerAsync(
                new Call { Type = CallType.AttachContainerOutput, AttachContainerOutput = new() { ContainerId = _agent.Nested("n2") } },
                format)).Status,
            Is.EqualTo(500));

        var kill = new Call { Type = CallType.KillNestedContainer,
            KillNestedContainer = new() { ContainerId = _agent.Nested("n2"), Signal = 15 } };
        Assert.That(await _agent.AnswerAsync(kill, format), Is.EqualTo((200, "")));

        Assert.That((await WaitAsync("n2")).ExitStatus, Is.EqualTo(15));
    }

    [Test]
    public async Task NestedContainer_WithMountsOfItsOwn_IsRefused()
    {
        var call = Launch("n3", "true");
        call.LaunchNestedContainer.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos, RlimitInfo = new RLimitInfo(),
        };

        Assert.That(await _agent.AnswerAsync(call, format),
            Is.EqualTo((400, "A container within one that a Docker engine runs cannot have rlimit_info of its own")));
    }

    private Call Launch(string name, string line, string? user = null)
    {
        var launch = new Call.Types.LaunchNestedContainer { ContainerId = _agent.Nested(name), Command = new CommandInfo { Value = line } };
        if (user is not null)
        {
            launch.Command.User = user;
        }
        return new Call { Type = CallType.LaunchNestedContainer, LaunchNestedContainer = launch };
    }

    private Task<(int Status, string Text)> LaunchAsync(string name, string line, string? user = null) =>
        _agent.AnswerAsync(Launch(name, line, user), format);

    private async Task<Response.Types.WaitNestedContainer> WaitAsync(string name) => (await _agent.AskAsync(
        new Call { Type = CallType.WaitNestedContainer, WaitNestedContainer = new() { ContainerId = _agent.Nested(name) } },
        format)).WaitNestedContainer;
}
