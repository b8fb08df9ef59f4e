using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Tasks;

/// <summary>DRAIN: every task dies within the operator's grace, the updates say why, and a restart forgets nothing of it.</summary>
public sealed class DrainTests
{
    [TestCase(30.0, 10.0, 10)]
    [TestCase(2.0, 10.0, 2)]
    [TestCase(null, 1.0, 1)]
    [TestCase(30.0, null, 30)]
    public void Drain_GivesTheSmallerGrace(double? ofTask, double? ofDrain, int seconds)
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.KillPolicy = ofTask is { } own ? Make.Policy(own) : null;
        bench.Run(task);

        bench.Hear(Drain(ofDrain));

        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate }));
        bench.Pass(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.That(Signals(bench), Has.Length.EqualTo(1));
        bench.Pass(TimeSpan.FromMilliseconds(1));
        Assert.That(Signals(bench)[^1], Is.EqualTo(ContainerSignal.Kill));
    }

    [Test]
    public void Updates_OfTasksThatAreDrained_SayWhy()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task(), Make.Framework("f1", Capability.TaskKillingState));

        bench.Hear(Drain(5));
        bench.AcknowledgeAll();
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(15)));

        var statuses = bench.TaskView().Task.Statuses;
        Assert.That(statuses.TakeLast(2).Select(status => (status.State, status.Reason)), Is.EqualTo(new[]
        {
            (TaskState.TaskKilling, Reason.AgentDraining), (TaskState.TaskKilled, Reason.AgentDraining),
        }));
    }

    [TestCase(true, TaskState.TaskGoneByOperator)]
    [TestCase(false, TaskState.TaskKilled)]
    public void MarkGone_IsToldOnlyToWhoKnowsTheState(bool partitionAware, TaskState expected)
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task(), partitionAware ? Make.Framework("f1", Capability.PartitionAware) : Make.Framework());

        bench.Hear(Drain(5, markGone: true));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(9)));

        Assert.That(bench.TaskView().Task.State, Is.EqualTo(expected));
    }

    [Test]
    public void Finish_OfATaskOnItsOwn_StaysWhatItIs()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Hear(Drain(5));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));
        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskKilled), "a task that exits while it is killed is killed");
        bench.AcknowledgeAll();
        Assert.That(bench.Core.View().Drain, Is.Null, "nothing is left to drain");
    }

    [Test]
    public void Launch_WhileDraining_IsRefused()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        bench.Hear(Drain(60));
        bench.Hear(Make.Launch(Make.Task("t2")));
        var status = bench.TaskView("t2").Task.Statuses[^1];
        Assert.That((status.State, status.Reason, status.Message),
            Is.EqualTo((TaskState.TaskLost, Reason.AgentDraining, "Task was received while agent was already draining")));
    }

    [Test]
    public void Restart_WhileDraining_GoesOnWithItAndStillSaysWhy()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Hear(Drain(7, markGone: false));

        var second = bench.Restart();
        second.Tell(new AgentMessage.ContainerStarted(container, 4711));
        Assert.That(second.Core.View().Drain!.MaxGracePeriod.Nanoseconds, Is.EqualTo(7_000_000_000));
        Assert.That(Signals(second), Is.EqualTo(new[] { ContainerSignal.Terminate }));
        second.Register();
        second.Hear(Drain(7));
        second.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(15)));
        Assert.That(second.TaskView().Task.Statuses[^1].Reason, Is.EqualTo(Reason.AgentDraining));
    }

    [Test]
    public void Drain_OfAnIdleAgent_IsNothing()
    {
        var bench = new Bench().Register();
        var before = bench.Journal.Count;
        bench.Hear(Drain(5));
        Assert.That((bench.Core.View().Drain, bench.Journal.Count), Is.EqualTo(((DrainConfig?)null, before)));
    }

    private static Event Drain(double? graceSeconds, bool markGone = false)
    {
        var config = new DrainConfig { MarkGone = markGone };
        if (graceSeconds is { } seconds)
        {
            config.MaxGracePeriod = new DurationInfo { Nanoseconds = (long)(seconds * 1e9) };
        }
        return new Event { Type = Event.Types.Type.Drain, Drain = new() { Config = config } };
    }

    private static ContainerSignal[] Signals(Bench bench) => [.. bench.Effects<SignalContainer>().Select(signal => signal.Signal)];
}
