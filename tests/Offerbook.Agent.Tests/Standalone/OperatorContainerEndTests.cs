using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Standalone;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Standalone;

/// <summary>
/// How operators' containers end: waiting for the end, killing them and what lies in them, and removing what is left (case 182).
/// </summary>
[Category("case 182")]
internal sealed class OperatorContainerEndTests : OperatorContainers
{
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
        var task = Agent.Run(Make.Task());
        var call = Call(new ContainerCall.Wait(task));

        Agent.Tell(new AgentMessage.ContainerExited(task, new ContainerExit.Exited(1)));

        Assert.That(Ended(call).WaitStatus, Is.EqualTo(256));
    }

    [Test]
    public void Wait_ThatIsAbandoned_IsNotAnswered()
    {
        Start(Alone);
        var call = Call(new ContainerCall.Wait(Alone));
        Agent.Tell(new AgentMessage.ContainerCallAbandoned(call));

        End(Alone, new ContainerExit.Exited(0));

        Assert.That(Reply(call), Is.Null);
    }

    [Test]
    public void OverLimit_IsToldWithItsLimitation()
    {
        Start(Alone);
        End(Alone, new ContainerExit.OverLimit(LimitedResource.Memory, "too much") { Megabytes = 64 });

        var ended = Ended(Call(new ContainerCall.Wait(Alone)));

        Assert.That((ended.State, ended.Reason, ended.Message),
            Is.EqualTo((TaskState.TaskFailed, Mesos.V1.TaskStatus.Types.Reason.ContainerLimitationMemory, "too much")));
        Assert.That(ended.Limitation.Resources.Single().Scalar.Value, Is.EqualTo(64));
    }

    [Test]
    public void Kill_EndsTheInnermostFirst()
    {
        Start(Alone);
        Start(Alone.Child("a"));
        Start(Alone.Child("a").Child("b"));
        Agent.Take();

        Assert.That(Reply(Call(new ContainerCall.Kill(Alone, 9))), Is.EqualTo(new ContainerReply.Done()));

        Assert.That(Agent.Effects<SignalContainer>().Select(signal => signal.Container.Value),
            Is.EqualTo(new[] { "alone.a.b", "alone.a", "alone" }));
    }

    [Test]
    public void Kill_OfATask_EndsWhatLiesInItFirst()
    {
        var task = Agent.Run(Make.Task());
        Start(task.Child("c"));
        Agent.Take();

        Agent.Hear(Make.Kill());

        Assert.That(Agent.Effects<SignalContainer>().Select(signal => signal.Container), Is.EqualTo(new[] { task.Child("c"), task }));
    }

    [Test]
    public void EndOfATask_EndsWhatLiesInIt_AndForgetsIt()
    {
        var task = Agent.Run(Make.Task());
        Start(task.Child("c"));
        Agent.Take();

        Agent.Tell(new AgentMessage.ContainerExited(task, new ContainerExit.Exited(0)));
        Assert.That(Agent.Effects<SignalContainer>().Single().Container, Is.EqualTo(task.Child("c")));
        End(task.Child("c"), new ContainerExit.Signaled(9));

        Assert.That(Reply(Call(new ContainerCall.Wait(task.Child("c")))), Is.InstanceOf<ContainerReply.Refused>());
        Assert.That(Agent.Core.View().OperatorContainers, Is.Empty);
    }

    [Test]
    public void Kill_WithAnotherSignal_PassesItOn()
    {
        Start(Alone);

        Call(new ContainerCall.Kill(Alone, 10));

        Assert.That(Agent.Effects<SendSignal>().Single(), Is.EqualTo(new SendSignal(Alone, 10)));
    }

    [Test]
    public void Kill_ThatHasNoEffect_IsRepeated()
    {
        Start(Alone);
        Call(new ContainerCall.Kill(Alone, 9));
        Agent.Take();

        Agent.Pass(Agent.Settings.KillRetry);

        Assert.That(Agent.Effects<SignalContainer>().Single().Container, Is.EqualTo(Alone));
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
        Assert.That(Reply(Call(new ContainerCall.Remove(Alone))),
            Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.WrongState, "Container has not terminated yet")));
        End(Alone, new ContainerExit.Exited(0));

        Assert.That(Reply(Call(new ContainerCall.Remove(Alone))), Is.EqualTo(new ContainerReply.Done()));

        Assert.That(Agent.Effects<RemoveSandbox>().Single().Sandbox, Is.EqualTo(SandboxPath.Alone(Alone)));
        Assert.That(Reply(Call(new ContainerCall.Remove(Alone))),
            Is.EqualTo(new ContainerReply.Refused(ContainerRefusal.WrongState, "Unknown root container")));
    }

    [Test]
    public void Remove_OfANestedOneThatIsUnknown_IsDone_WhileItsRootIsThere()
    {
        Start(Alone);

        Assert.That(Reply(Call(new ContainerCall.Remove(Alone.Child("gone").Child("x")))), Is.EqualTo(new ContainerReply.Done()));
    }
}
