using Offerbook.Agent.Containers;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Standalone;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Standalone;

/// <summary>What the agent remembers of operators' containers: over restarts, and up to its bounds (case 182).</summary>
[Category("case 182")]
internal sealed class OperatorContainerMemoryTests : OperatorContainers
{
    [Test]
    public void Session_LeavesNoTraceInTheJournal()
    {
        var task = Agent.Run(Make.Task());
        var events = Agent.Journal.Count;

        Call(Launch(task.Child("s")) with { IsSession = true });
        End(task.Child("s"), new ContainerExit.Exited(3));

        Assert.That(Agent.Journal, Has.Count.EqualTo(events));
        Assert.That(Ended(Call(new ContainerCall.Wait(task.Child("s")))).WaitStatus, Is.EqualTo(3 << 8));
    }

    [Test]
    public void Restart_AsksForThoseThatRan_AndRemembersThoseThatEnded()
    {
        Start(Alone);
        Start(new ContainerId("over"));
        End(new ContainerId("over"), new ContainerExit.Exited(5));

        var next = Agent.Restart();

        Assert.That(next.Effects<RecoverContainers>().Single().Containers.Select(spec => spec.Container), Is.EqualTo(new[] { Alone }));
        next.Tell(new AgentMessage.ContainerStarted(Alone, 7));
        next.Tell(new AgentMessage.ContainerCallReceived(new ConnectionId(1), new ContainerCall.Wait(new ContainerId("over"))));
        Assert.That(((ContainerReply.Ended)next.Effects<ReplyContainerCall>().Single().Reply).Termination.WaitStatus, Is.EqualTo(5 << 8));
        Assert.That(next.Core.View().OperatorContainers.Select(view => (view.Container.Value, view.Pid)),
            Is.EqualTo(new[] { ("alone", (int?)7), ("over", null) }));
    }

    [Test]
    public void Restart_KillsWhatLayInATaskThatEndedMeanwhile()
    {
        var task = Agent.Run(Make.Task());
        Start(task.Child("c"));
        var next = Agent.Restart();

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

        Assert.That(Agent.Restart().Core.CaptureState(), Is.EqualTo(Agent.Core.CaptureState()));
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
}
