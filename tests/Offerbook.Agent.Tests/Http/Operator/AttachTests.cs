using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire;
using CallType = Mesos.V1.Agent.Call.Types.Type;

namespace Offerbook.Agent.Tests.Http.Operator;

/// <summary>Sessions and attaching, with real processes, in both content types (case 180).</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Category("case 180")]
internal sealed class AttachTests(MessageFormat format) : OneAgentTests
{
    [Test]
    public async System.Threading.Tasks.Task Session_TellsOutputAndErrorApart_AndItsExitStatus()
    {
        using var session = await Agent.SessionAsync(format, "s1", new CommandInfo { Value = "echo $COLOR; pwd; echo bad >&2; exit 7" });
        await session.ToEndAsync();

        Assert.That(session.Output.ToString(),
            Is.EqualTo($"red\n{Agent.Work}/slaves/m1-S0/frameworks/f1/executors/runs/runs/{Agent.Task.Value}\n"));
        Assert.That(session.Error.ToString(), Is.EqualTo("bad\n"));
        Assert.That(session.Answer.Content.Headers.ContentType!.MediaType, Is.EqualTo(Wire.Http.MediaTypes.Of(format)));
        Assert.That((await WaitAsync("s1")).ExitStatus, Is.EqualTo(7 << 8));
    }

    [Test]
    public async System.Threading.Tasks.Task Session_WithATerminal_FoldsErrorIntoOutput_AndKnowsItsSize()
    {
        using var session = await Agent.SessionAsync(format, "s2",
            new CommandInfo { Value = "test -t 0 && test -t 2 && stty size; echo bad >&2; tty >/dev/tty" }, terminal: true);
        await session.ToEndAsync();

        Assert.That(session.Output.ToString(), Does.Match("^30 100\r\nbad\r\n/dev/pts/[0-9]+\r\n$"));
        Assert.That(session.Error.ToString(), Is.Empty);
        Assert.That((await WaitAsync("s2")).ExitStatus, Is.Zero);
    }

    [Test]
    public System.Threading.Tasks.Task Input_ReachesTheProcess_AndItsEndToo() => Agent.TypeAndEndAsync(format, "s3");

    [Test]
    public async System.Threading.Tasks.Task Terminal_IsResized_AndInterrupted()
    {
        await Agent.ResizeAndInterruptAsync(format, "s4", "stty");

        Assert.That((await WaitAsync("s4")).ExitStatus, Is.EqualTo(3 << 8));
    }

    /// <summary>As an agent does that was started with nohup in the background. A shell cannot take that back.</summary>
    [Test]
    public async System.Threading.Tasks.Task Session_OfAnAgentThatIgnoresInterrupts_DoesNot()
    {
        using var ignored = new IgnoredInterrupts();
        using var session = await Agent.SessionAsync(format, "s20",
            new CommandInfo { Value = "trap 'echo interrupted; exit 4' INT; kill -s INT $$; echo ignored" });
        await session.ToEndAsync();

        Assert.That(session.Output.ToString(), Is.EqualTo("interrupted\n"));
        Assert.That((await WaitAsync("s20")).ExitStatus, Is.EqualTo(4 << 8));
    }

    [Test]
    public async System.Threading.Tasks.Task Session_WithinASession_IsWhereThatOneIs()
    {
        await using var agent = await AgentFixture.StartAsync(shape: task => task.Container = new ContainerInfo
        {
            // The files mounted for that take root.
            Type = ContainerInfo.Types.Type.Mesos,
            LinuxInfo = new LinuxInfo { SharePidNamespace = !Offerbook.Agent.Hosting.Ownership.IsRoot },
        });
        var look = new CommandInfo { Value = "pwd; readlink /proc/self/ns/pid /proc/self/ns/mnt" };
        using var alone = await agent.SessionAsync(format, "s30", look);
        using var outer = await agent.SessionAsync(format, "s31", new CommandInfo { Value = "echo up; cat" });
        await outer.UntilAsync("up");
        var launch = new Call.Types.LaunchNestedContainerSession
        {
            ContainerId = new ContainerID { Value = "inner", Parent = agent.Nested("s31") }, Command = look,
        };

        using var inner = new OutputReading(await agent.PostAsync(
            new Call { Type = CallType.LaunchNestedContainerSession, LaunchNestedContainerSession = launch }, format), format,
                agent.Timeout);

        Assert.That((await inner.ToEndAsync()).Output.ToString(), Is.EqualTo((await alone.ToEndAsync()).Output.ToString()));
        Assert.That(alone.Output.ToString(), Does.StartWith(agent.Work));
        await agent.Agent.KillAllTasksAsync(TimeSpan.Zero);
    }

    [Test]
    public async System.Threading.Tasks.Task Session_WhoseConnectionEnds_IsKilledWithAllThatItStarted()
    {
        var session = await Agent.SessionAsync(format, "s5", new CommandInfo { Value = "sleep 1000 & echo $! $$; wait" });
        await session.UntilAsync("\n");
        var pids = session.Output.ToString().Split().Where(word => word.Length > 0).Select(int.Parse).ToList();

        session.Dispose();

        Assert.That((await WaitAsync("s5")).ExitStatus, Is.EqualTo(9));
        Assert.That(() => pids.Any(pid => ProcessTable.Read(pid) is { Ended: false }), Is.False.After(10_000, 20));
    }

    [Test]
    public async System.Threading.Tasks.Task Session_InATaskThatIsKilled_EndsWithIt()
    {
        Agent.Master.Send(Make.Launch(Make.Task("victim", "sleep 1000", "cpus:0.1;mem:32")));
        var task = (await Agent.Master.StateAsync("victim", TaskState.TaskRunning)).ContainerStatus.ContainerId;
        using var session = new OutputReading(await Agent.PostAsync(new Call
        {
            Type = Call.Types.Type.LaunchNestedContainerSession,
            LaunchNestedContainerSession = new() { ContainerId = new ContainerID { Value = "s9", Parent = task },
                Command = new CommandInfo { Value = "echo $$; exec sleep 1000" } },
        }, format), format, Agent.Timeout);
        await session.UntilAsync("\n");
        var pid = int.Parse(session.Output.ToString());

        Agent.Master.Send(Make.Kill("victim", graceSeconds: 0));

        await session.ToEndAsync();
        await Agent.Master.StateAsync("victim", TaskState.TaskKilled);
        Assert.That(() => ProcessTable.Read(pid) is { Ended: false }, Is.False.After(10_000, 20));
    }

    [Test]
    public async System.Threading.Tasks.Task Input_OfASecondWriter_IsAConflict()
    {
        using var session = await Agent.SessionAsync(format, "s6", new CommandInfo { Value = "cat" });

        await Agent.InputAsync(Agent.Nested("s6"), format, async send =>
        {
            await send(AgentFixture.Stdin("first\n"));
            await session.UntilAsync("first");
            Assert.That(await Agent.InputAsync(Agent.Nested("s6"), format, _ => System.Threading.Tasks.Task.CompletedTask),
                Is.EqualTo((409, "Multiple input connections are not allowed")));
        });

        Assert.That(await Agent.InputAsync(Agent.Nested("s6"), format, send => send(AgentFixture.Stdin("again\n"))), Is.EqualTo((200, "")));
        await session.UntilAsync("again");
    }

    [Test]
    public async System.Threading.Tasks.Task Output_IsSharedByAllWhoAttach_FromThenOn()
    {
        using var session = await Agent.SessionAsync(format, "s7", new CommandInfo { Value = "echo early; cat" });
        await session.UntilAsync("early");
        using var other = new OutputReading(await Agent.PostAsync(Attach("s7"), format), format, Agent.Timeout);

        await Agent.InputAsync(Agent.Nested("s7"), format, async send =>
        {
            await send(AgentFixture.Stdin("late\n"));
            await session.UntilAsync("late");
            await send(AgentFixture.Stdin(""));
        });

        Assert.That((await other.ToEndAsync()).Output.ToString(), Is.EqualTo("late\n"));
        Assert.That((await session.ToEndAsync()).Output.ToString(), Is.EqualTo("early\nlate\n"));
    }

    [Test]
    public async System.Threading.Tasks.Task LongOutput_ArrivesWhole()
    {
        using var session = await Agent.SessionAsync(format, "s8", new CommandInfo { Value = "head -c 3000000 /dev/zero | tr '\\0' x" });

        Assert.That((await session.ToEndAsync()).Output.Length, Is.EqualTo(3_000_000));
    }

    [Test]
    public async System.Threading.Tasks.Task Attach_ToNothing_IsNotFound_ToATaskWithFiles_IsRefused()
    {
        Assert.That(await Agent.AnswerAsync(Attach("nothing"), format),
            Is.EqualTo((404, $"Container {Agent.Task.Value}.nothing cannot be found")));
        Assert.That(await Agent.InputAsync(Agent.Nested("nothing"), format, _ => System.Threading.Tasks.Task.CompletedTask),
            Is.EqualTo((404, $"Container {Agent.Task.Value}.nothing cannot be found")));
        var files = await Agent.AnswerAsync(
            new Call { Type = CallType.AttachContainerOutput, AttachContainerOutput = new() { ContainerId = Agent.Task } }, format);
        Assert.That(files.Status, Is.EqualTo(500));
    }

    [Test]
    public async System.Threading.Tasks.Task Session_OfAProgramThatIsNotThere_SaysSo()
    {
        using var session = await Agent.SessionAsync(format, "s9", new CommandInfo { Shell = false, Value = "/nowhere/to/be/found" });

        Assert.That((await session.ToEndAsync()).Error.ToString(), Does.Contain("/nowhere/to/be/found"));
        Assert.That((await WaitAsync("s9")).ExitStatus, Is.Not.Zero);
    }

    [Test]
    public async System.Threading.Tasks.Task Session_AsAUserThatIsNotThere_IsRefused()
    {
        using var session = await Agent.SessionAsync(format, "s10", new CommandInfo { Value = "true", User = "nobody-here" });

        Assert.That((int)session.Answer.StatusCode, Is.EqualTo(400));
        Assert.That(await session.Answer.Content.ReadAsStringAsync(), Does.Contain("nobody-here"));
    }

    private Call Attach(string name) =>
        new() { Type = CallType.AttachContainerOutput, AttachContainerOutput = new() { ContainerId = Agent.Nested(name) } };

    private async Task<Response.Types.WaitNestedContainer> WaitAsync(string name) => (await Agent.AskAsync(
        new Call { Type = CallType.WaitNestedContainer, WaitNestedContainer = new() { ContainerId = Agent.Nested(name) } },
        format)).WaitNestedContainer;
}
