using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.StatusUpdates;

/// <summary>Which of the agent's events may reach the journal some milliseconds later: never one that somebody waits for.</summary>
public sealed class WaitingEventTests
{
    [Test]
    public void ALaunch_AndAStart_NeverWait()
    {
        var bench = new Bench().Register();

        bench.Hear(Make.Launch(Make.Task()));
        Assert.That(bench.Persisted.Select(persist => persist.CanWait), Is.Not.Empty.And.All.False);
        bench.Tell(new AgentMessage.ContainerStarted(bench.Effects<LaunchContainer>().Single().Spec.Container, 1));
        Assert.That(bench.Persisted.Select(persist => persist.CanWait), Is.Not.Empty.And.All.False);
    }

    [Test]
    public void AnEnd_Waits_OnlyWhileAnotherContainerIsOnItsWay()
    {
        var bench = new Bench().Register();
        var (first, second) = (bench.Run(Make.Task("t1")), bench.Run(Make.Task("t2")));
        bench.Hear(Make.Launch(Make.Task("t3")));
        var third = bench.Effects<LaunchContainer>().Last().Spec.Container;

        Assert.That(EndCanWait(bench, first), Is.True);
        bench.Tell(new AgentMessage.ContainerStarted(third, 1));
        Assert.That(EndCanWait(bench, second), Is.False);
    }

    [Test]
    public void AContainerThatFailedToStart_IsOnItsWayNoMore()
    {
        var bench = new Bench().Register();
        var first = bench.Run(Make.Task("t1"));
        bench.Hear(Make.Launch(Make.Task("t2")));
        bench.Tell(new AgentMessage.ContainerLaunchFailed(bench.Effects<LaunchContainer>().Last().Spec.Container, "no disk"));

        Assert.That(EndCanWait(bench, first), Is.False);
    }

    [Test]
    public void AnAcknowledgement_Waits_UnlessTheNextUpdateWaitsForIt()
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(Make.Task()));
        var starting = bench.Pending()!;
        bench.Tell(new AgentMessage.ContainerStarted(bench.Effects<LaunchContainer>().Single().Spec.Container, 1));

        bench.Hear(Make.Acknowledge("t1", starting));
        Assert.That(bench.Persisted.Select(persist => persist.CanWait), Is.EqualTo(new[] { false }), "RUNNING waits for it");
        bench.Hear(Make.Acknowledge("t1", bench.Pending()!));
        Assert.That(bench.Persisted.Select(persist => persist.CanWait), Is.EqualTo(new[] { true }));
    }

    private static bool EndCanWait(Bench bench, ContainerId container)
    {
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));
        return bench.Persisted.Single().CanWait;
    }
}
