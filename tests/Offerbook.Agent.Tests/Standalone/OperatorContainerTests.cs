using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Standalone;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Standalone;

/// <summary>Launching operators' containers and sessions: what they are given, and what is refused (case 182).</summary>
[Category("case 182")]
internal sealed class OperatorContainerTests : OperatorContainers
{
    [Test]
    public void Launch_IsAnsweredWhenItRuns()
    {
        var call = Call(Launch(Alone));

        Assert.That(Reply(call), Is.Null);
        Assert.That(Agent.Effects<LaunchContainer>().Single().Spec.Sandbox.Directory, Is.EqualTo("containers/alone"));
        Agent.Tell(new AgentMessage.ContainerStarted(Alone, 7));
        Assert.That(Reply(call), Is.EqualTo(new ContainerReply.Done()));
    }

    [Test]
    public void Launch_OfTheSameIdAgain_IsTakenWithoutEffect()
    {
        Start(Alone);

        Assert.That(Reply(Call(Launch(Alone))), Is.EqualTo(new ContainerReply.AlreadyLaunched()));
        End(Alone, new ContainerExit.Exited(0));
        Assert.That(Reply(Call(Launch(Alone))), Is.EqualTo(new ContainerReply.AlreadyLaunched()));
        Assert.That(Agent.Effects<LaunchContainer>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Launch_ThatFails_IsToldAndForgotten()
    {
        var call = Call(Launch(Alone));
        Agent.Tell(new AgentMessage.ContainerLaunchFailed(Alone, "no such user"));

        Assert.That(Reply(call), Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.CannotLaunch, "no such user")));
        Assert.That(Reply(Call(new ContainerCall.Wait(Alone))), Is.InstanceOf<ContainerReply.Refused>());
        Assert.That(Agent.Effects<RemoveSandbox>().Single().Sandbox, Is.EqualTo(SandboxPath.Alone(Alone)));
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
        info.RlimitInfo.Rlimits.Add(
            new RLimitInfo.Types.RLimit { Type = RLimitInfo.Types.RLimit.Types.Type.RlmtNofile, Soft = 10, Hard = 20 });
        info.LinuxInfo.EffectiveCapabilities = new CapabilityInfo { Capabilities = { CapabilityInfo.Types.Capability.NetRaw } };

        Call(new ContainerCall.Launch(Alone, new CommandInfo { Value = "true" }) { Info = info });

        var process = Agent.Effects<LaunchContainer>().Single().Spec.Process;
        Assert.That(process.Limits, Is.EqualTo(new[] { new ProcessLimit("nofile", 10, 20) }));
        Assert.That(process.EffectiveCapabilities, Is.EqualTo(new[] { "net_raw" }));
    }

    [Test]
    public void Launch_WithAnRlimitThatTheKernelWouldNotTake_IsRefused()
    {
        var info = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, RlimitInfo = new RLimitInfo() };
        info.RlimitInfo.Rlimits.Add(
            new RLimitInfo.Types.RLimit { Type = RLimitInfo.Types.RLimit.Types.Type.RlmtNofile, Soft = 30, Hard = 20 });

        var refused = Reply(Call(new ContainerCall.Launch(Alone, new CommandInfo { Value = "true" }) { Info = info }));

        Assert.That(((ContainerReply.Refused)refused!).Text, Does.Contain("soft limit of 30 above its hard limit of 20"));
        Assert.That(Agent.Effects<LaunchContainer>(), Is.Empty);
    }

    [Test]
    public void Launch_OfAnImage_IsRefused()
    {
        var launch = new ContainerCall.Launch(Alone, new CommandInfo { Value = "true" })
        {
            Info = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker,
                Docker = new ContainerInfo.Types.DockerInfo { Image = "x" } },
        };

        Assert.That(Reply(Call(launch)),
            Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.CannotLaunch, "The provided ContainerInfo is not supported")));
    }

    [Test]
    public void NestedContainer_LiesInTheSandboxOfItsTask_AndHasItsUser()
    {
        var framework = Make.Framework();
        framework.User = "root";
        var task = Agent.Run(Make.Task(), framework);

        Start(task.Child("c"));

        var spec = Agent.Effects<LaunchContainer>().Last().Spec;
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
        var task = Agent.Run(info);

        Call(Launch(task.Child("s")) with { IsSession = true });

        var spec = Agent.Effects<LaunchContainer>().Last().Spec;
        Assert.That(spec.Environment.Last(variable => variable.Key == "COLOR").Value, Is.EqualTo("red"));
        Assert.That(spec.Attach, Is.EqualTo(new AttachSettings(null, AwaitsReader: true)));
    }
}
