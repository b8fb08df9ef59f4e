using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Standalone;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Standalone;

/// <summary>What the core decides about operators' containers (case 182).</summary>
[Category("case 182")]
public sealed class OperatorContainerTests
{
    private static readonly ContainerId Alone = new("alone");

    private Bench _bench = null!;
    private long _connection;

    [SetUp]
    public void Open() => _bench = new Bench().Register();

    [Test]
    public void Launch_IsAnsweredWhenItRuns()
    {
        var call = Call(Launch(Alone));

        Assert.That(Reply(call), Is.Null);
        Assert.That(_bench.Effects<LaunchContainer>().Single().Spec.Sandbox.Directory, Is.EqualTo("containers/alone"));
        _bench.Tell(new AgentMessage.ContainerStarted(Alone, 7));
        Assert.That(Reply(call), Is.EqualTo(new ContainerReply.Done()));
    }

    [Test]
    public void Launch_OfTheSameIdAgain_IsTakenWithoutEffect()
    {
        Start(Alone);

        Assert.That(Reply(Call(Launch(Alone))), Is.EqualTo(new ContainerReply.AlreadyLaunched()));
        End(Alone, new ContainerExit.Exited(0));
        Assert.That(Reply(Call(Launch(Alone))), Is.EqualTo(new ContainerReply.AlreadyLaunched()));
        Assert.That(_bench.Effects<LaunchContainer>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Launch_ThatFails_IsToldAndForgotten()
    {
        var call = Call(Launch(Alone));
        _bench.Tell(new AgentMessage.ContainerLaunchFailed(Alone, "no such user"));

        Assert.That(Reply(call), Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.CannotLaunch, "no such user")));
        Assert.That(Reply(Call(new ContainerCall.Wait(Alone))), Is.InstanceOf<ContainerReply.Refused>());
        Assert.That(_bench.Effects<RemoveSandbox>().Single().Sandbox, Is.EqualTo(SandboxPath.Alone(Alone)));
    }

    [Test]
    public void Launch_WithinNothing_IsRefused()
    {
        Assert.That(Reply(Call(Launch(new ContainerId("none.child")))),
            Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.CannotLaunch, "Parent container none does not exist")));
    }

    [Test]
    public void Launch_WithRlimitsAndCapabilities_GetsThem()
    {
        var info = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, RlimitInfo = new RLimitInfo(), LinuxInfo = new LinuxInfo() };
        info.RlimitInfo.Rlimits.Add(new RLimitInfo.Types.RLimit { Type = RLimitInfo.Types.RLimit.Types.Type.RlmtNofile, Soft = 10, Hard = 20 });
        info.LinuxInfo.EffectiveCapabilities = new CapabilityInfo { Capabilities = { CapabilityInfo.Types.Capability.NetRaw } };

        Call(new ContainerCall.Launch(Alone, new CommandInfo { Value = "true" }) { Info = info });

        var process = _bench.Effects<LaunchContainer>().Single().Spec.Process;
        Assert.That(process.Limits, Is.EqualTo(new[] { new ProcessLimit("nofile", 10, 20) }));
        Assert.That(process.EffectiveCapabilities, Is.EqualTo(new[] { "net_raw" }));
    }

    [Test]
    public void Launch_WithAnRlimitThatTheKernelWouldNotTake_IsRefused()
    {
        var info = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, RlimitInfo = new RLimitInfo() };
        info.RlimitInfo.Rlimits.Add(new RLimitInfo.Types.RLimit { Type = RLimitInfo.Types.RLimit.Types.Type.RlmtNofile, Soft = 30, Hard = 20 });

        var refused = Reply(Call(new ContainerCall.Launch(Alone, new CommandInfo { Value = "true" }) { Info = info }));

        Assert.That(((ContainerReply.Refused)refused!).Text, Does.Contain("soft limit of 30 above its hard limit of 20"));
        Assert.That(_bench.Effects<LaunchContainer>(), Is.Empty);
    }

    [Test]
    public void Launch_OfAnImage_IsRefused()
    {
        var launch = new ContainerCall.Launch(Alone, new CommandInfo { Value = "true" })
        {
            Info = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = new ContainerInfo.Types.DockerInfo { Image = "x" } },
        };

        Assert.That(Reply(Call(launch)), Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.CannotLaunch, "The provided ContainerInfo is not supported")));
    }

    [Test]
    public void NestedContainer_LiesInTheSandboxOfItsTask_AndHasItsUser()
    {
        var framework = Make.Framework();
        framework.User = "root";
        var task = _bench.Run(Make.Task(), framework);

        Start(task.Child("c"));

        var spec = _bench.Effects<LaunchContainer>().Last().Spec;
        Assert.That(spec.Sandbox.Directory, Is.EqualTo($"slaves/m1-S0/frameworks/f1/executors/t1/runs/{task}/containers/c"));
        Assert.That((spec.Joins, spec.User, spec.Attach), Is.EqualTo(((ContainerId?)task, "root", (AttachSettings?)null)));
        Assert.That(spec.Environment, Is.Empty);
    }

    [Test]
    public void Session_HasTheEnvironmentOfItsTask()
    {
        var info = Make.Task();
        info.Command.Environment = new Mesos.V1.Environment();
        info.Command.Environment.Variables.Add(new Mesos.V1.Environment.Types.Variable { Name = "COLOR", Value = "red" });
        var task = _bench.Run(info);

        Call(Launch(task.Child("s")) with { IsSession = true });

        var spec = _bench.Effects<LaunchContainer>().Last().Spec;
        Assert.That(spec.Environment.Last(variable => variable.Key == "COLOR").Value, Is.EqualTo("red"));
        Assert.That(spec.Attach, Is.EqualTo(new AttachSettings(null, AwaitsReader: true)));
    }

    [Test]
    public void Session_LeavesNoTraceInTheJournal()
    {
        var task = _bench.Run(Make.Task());
        var events = _bench.Journal.Count;

        Call(Launch(task.Child("s")) with { IsSession = true });
        End(task.Child("s"), new ContainerExit.Exited(3));

        Assert.That(_bench.Journal, Has.Count.EqualTo(events));
        Assert.That(Ended(Call(new ContainerCall.Wait(task.Child("s")))).WaitStatus, Is.EqualTo(3 << 8));
    }

    [Test]
    public void Wait_IsAnsweredAtTheEnd_AndAfterIt()
    {
        Start(Alone);
        var before = Call(new ContainerCall.Wait(Alone));
        Assert.That(Reply(before), Is.Null);

        End(Alone, new ContainerExit.Signaled(15));

        Assert.That(Ended(before).WaitStatus, Is.EqualTo(15));
        Assert.That(Ended(Call(new ContainerCall.Wait(Alone))).WaitStatus, Is.EqualTo(15));
    }

    [Test]
    public void Wait_OfATask_IsAnsweredWhenItEnds()
    {
        var task = _bench.Run(Make.Task());
        var call = Call(new ContainerCall.Wait(task));

        _bench.Tell(new AgentMessage.ContainerExited(task, new ContainerExit.Exited(1)));

        Assert.That(Ended(call).WaitStatus, Is.EqualTo(256));
    }

    [Test]
    public void Wait_ThatIsAbandoned_IsNotAnswered()
    {
        Start(Alone);
        var call = Call(new ContainerCall.Wait(Alone));
        _bench.Tell(new AgentMessage.ContainerCallAbandoned(call));

        End(Alone, new ContainerExit.Exited(0));

        Assert.That(Reply(call), Is.Null);
    }

    [Test]
    public void OverLimit_IsToldWithItsLimitation()
    {
        Start(Alone);
        End(Alone, new ContainerExit.OverLimit(LimitedResource.Memory, "too much") { Megabytes = 64 });

        var ended = Ended(Call(new ContainerCall.Wait(Alone)));

        Assert.That((ended.State, ended.Reason, ended.Message), Is.EqualTo((TaskState.TaskFailed, Mesos.V1.TaskStatus.Types.Reason.ContainerLimitationMemory, "too much")));
        Assert.That(ended.Limitation.Resources.Single().Scalar.Value, Is.EqualTo(64));
    }

    [Test]
    public void Kill_EndsTheInnermostFirst()
    {
        Start(Alone);
        Start(Alone.Child("a"));
        Start(Alone.Child("a").Child("b"));
        _bench.Take();

        Assert.That(Reply(Call(new ContainerCall.Kill(Alone, 9))), Is.EqualTo(new ContainerReply.Done()));

        Assert.That(_bench.Effects<SignalContainer>().Select(signal => signal.Container.Value), Is.EqualTo(new[] { "alone.a.b", "alone.a", "alone" }));
    }

    [Test]
    public void Kill_OfATask_EndsWhatLiesInItFirst()
    {
        var task = _bench.Run(Make.Task());
        Start(task.Child("c"));
        _bench.Take();

        _bench.Hear(Make.Kill());

        Assert.That(_bench.Effects<SignalContainer>().Select(signal => signal.Container), Is.EqualTo(new[] { task.Child("c"), task }));
    }

    [Test]
    public void EndOfATask_EndsWhatLiesInIt_AndForgetsIt()
    {
        var task = _bench.Run(Make.Task());
        Start(task.Child("c"));
        _bench.Take();

        _bench.Tell(new AgentMessage.ContainerExited(task, new ContainerExit.Exited(0)));
        Assert.That(_bench.Effects<SignalContainer>().Single().Container, Is.EqualTo(task.Child("c")));
        End(task.Child("c"), new ContainerExit.Signaled(9));

        Assert.That(Reply(Call(new ContainerCall.Wait(task.Child("c")))), Is.InstanceOf<ContainerReply.Refused>());
        Assert.That(_bench.Core.View().OperatorContainers, Is.Empty);
    }

    [Test]
    public void Kill_WithAnotherSignal_PassesItOn()
    {
        Start(Alone);

        Call(new ContainerCall.Kill(Alone, 10));

        Assert.That(_bench.Effects<SendSignal>().Single(), Is.EqualTo(new SendSignal(Alone, 10)));
    }

    [Test]
    public void Kill_ThatHasNoEffect_IsRepeated()
    {
        Start(Alone);
        Call(new ContainerCall.Kill(Alone, 9));
        _bench.Take();

        _bench.Pass(_bench.Settings.KillRetry);

        Assert.That(_bench.Effects<SignalContainer>().Single().Container, Is.EqualTo(Alone));
    }

    [Test]
    public void Kill_OfWhatIsNotThere_IsNotFound()
    {
        Assert.That(Reply(Call(new ContainerCall.Kill(Alone, 9))),
            Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.NotFound, "Container 'alone' cannot be found (or is already killed)")));
    }

    [Test]
    public void Remove_OfARunningOne_IsRefused_OfAnEndedOneForgetsIt()
    {
        Start(Alone);
        Assert.That(Reply(Call(new ContainerCall.Remove(Alone))), Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.WrongState, "Container has not terminated yet")));
        End(Alone, new ContainerExit.Exited(0));

        Assert.That(Reply(Call(new ContainerCall.Remove(Alone))), Is.EqualTo(new ContainerReply.Done()));

        Assert.That(_bench.Effects<RemoveSandbox>().Single().Sandbox, Is.EqualTo(SandboxPath.Alone(Alone)));
        Assert.That(Reply(Call(new ContainerCall.Remove(Alone))), Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.WrongState, "Unknown root container")));
    }

    [Test]
    public void Remove_OfANestedOneThatIsUnknown_IsDone_WhileItsRootIsThere()
    {
        Start(Alone);

        Assert.That(Reply(Call(new ContainerCall.Remove(Alone.Child("gone").Child("x")))), Is.EqualTo(new ContainerReply.Done()));
    }

    [Test]
    public void Restart_AsksForThoseThatRan_AndRemembersThoseThatEnded()
    {
        Start(Alone);
        Start(new ContainerId("over"));
        End(new ContainerId("over"), new ContainerExit.Exited(5));

        var next = _bench.Restart();

        Assert.That(next.Effects<RecoverContainers>().Single().Containers.Select(spec => spec.Container), Is.EqualTo(new[] { Alone }));
        next.Tell(new AgentMessage.ContainerStarted(Alone, 7));
        next.Tell(new AgentMessage.ContainerCallReceived(new ConnectionId(1), new ContainerCall.Wait(new ContainerId("over"))));
        Assert.That(((ContainerReply.Ended)next.Effects<ReplyContainerCall>().Single().Reply).Termination.WaitStatus, Is.EqualTo(5 << 8));
        Assert.That(next.Core.View().OperatorContainers.Select(view => (view.Container.Value, view.Pid)), Is.EqualTo(new[] { ("alone", (int?)7), ("over", null) }));
    }

    [Test]
    public void Restart_KillsWhatLayInATaskThatEndedMeanwhile()
    {
        var task = _bench.Run(Make.Task());
        Start(task.Child("c"));
        var next = _bench.Restart();

        next.Tell(new AgentMessage.ContainerExited(task, new ContainerExit.Exited(0)));
        next.Tell(new AgentMessage.ContainerStarted(task.Child("c"), 8));

        Assert.That(next.Effects<SignalContainer>().Single(), Is.EqualTo(new SignalContainer(task.Child("c"), ContainerSignal.Kill)));
    }

    [Test]
    public void Snapshots_HoldThem()
    {
        Start(Alone);
        Start(new ContainerId("over"));
        End(new ContainerId("over"), new ContainerExit.Exited(5));

        Assert.That(_bench.Restart().Core.CaptureState(), Is.EqualTo(_bench.Core.CaptureState()));
    }

    [Test]
    public void Ended_AreBounded_TheOldestGoFirst()
    {
        var bench = new Bench(Make.Settings() with { MaxEndedOperatorContainers = 2 });
        foreach (var name in (string[])["c", "b", "a"])
        {
            bench.Tell(new AgentMessage.ContainerCallReceived(new ConnectionId(1), Launch(new ContainerId(name))));
            bench.Tell(new AgentMessage.ContainerStarted(new ContainerId(name), 7));
            bench.Tell(new AgentMessage.ContainerExited(new ContainerId(name), new ContainerExit.Exited(0)));
        }

        Assert.That(bench.Core.View().OperatorContainers.Select(view => view.Container.Value), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(bench.Effects<RemoveSandbox>().Single().Sandbox.Container.Value, Is.EqualTo("c"));
    }

    [Test]
    public void Live_AreBounded()
    {
        var bench = new Bench(Make.Settings() with { MaxOperatorContainers = 1 });
        bench.Tell(new AgentMessage.ContainerCallReceived(new ConnectionId(1), Launch(new ContainerId("a"))));

        bench.Tell(new AgentMessage.ContainerCallReceived(new ConnectionId(2), Launch(new ContainerId("b"))));

        Assert.That(bench.Effects<ReplyContainerCall>().Single().Reply, Is.InstanceOf<ContainerReply.Refused>());
    }

    private static ContainerCall.Launch Launch(ContainerId container) => new(container, new CommandInfo { Value = "sleep 1000" });

    private void Start(ContainerId container)
    {
        Call(Launch(container));
        _bench.Tell(new AgentMessage.ContainerStarted(container, 7));
    }

    private void End(ContainerId container, ContainerExit exit) => _bench.Tell(new AgentMessage.ContainerExited(container, exit));

    private ConnectionId Call(ContainerCall call)
    {
        var connection = new ConnectionId(++_connection);
        _bench.Tell(new AgentMessage.ContainerCallReceived(connection, call));
        return connection;
    }

    private ContainerReply? Reply(ConnectionId connection) => _bench.Effects<ReplyContainerCall>().SingleOrDefault(reply => reply.Connection == connection)?.Reply;

    private Agent.Recovery.OperatorContainerEnded Ended(ConnectionId connection) => ((ContainerReply.Ended)Reply(connection)!).Termination;
}
