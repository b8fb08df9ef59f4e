using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Recovery;

[Category("case 195")]
public sealed class RecoveryTests
{
    [Test]
    public void AgentWithTasks_RegistersOnlyWhenEveryContainerIsKnown()
    {
        var bench = new Bench().Register();
        var first = bench.Run(Make.Task("t1"));
        var second = bench.Run(Make.Task("t2"));

        var restarted = bench.Restart();
        restarted.Pass(TimeSpan.FromMinutes(1));
        restarted.Tell(new AgentMessage.ContainerStarted(first, 1));
        restarted.Pass(TimeSpan.FromMinutes(1));
        Assert.That(restarted.Effects<ConnectToMaster>(), Is.Empty);
        Assert.That(restarted.Core.View().Recovering, Is.True);
        restarted.Tell(new AgentMessage.ContainerExited(second, new ContainerExit.Exited(7)));
        restarted.Pass(TimeSpan.FromSeconds(1));

        var tasks = restarted.Effects<ConnectToMaster>().Single().Subscribe.Subscribe.Tasks;
        Assert.That(tasks.Select(task => task.State), Is.EqualTo(new[] { TaskState.TaskRunning, TaskState.TaskFailed }));
        Assert.That(restarted.TaskView("t2").Task.Statuses[^1].Message, Is.EqualTo("Command exited with status 7"));
    }

    [Test]
    public void AnAdoptedTask_IsNotReportedRunningTwice()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.AcknowledgeAll();

        var restarted = bench.Restart();
        restarted.Tell(new AgentMessage.ContainerStarted(container, 1));
        restarted.Register();

        Assert.That(restarted.Updates(), Is.Empty);
        Assert.That(restarted.TaskView().Task.State, Is.EqualTo(TaskState.TaskRunning));
    }

    [TestCase(true, TaskState.TaskDropped)]
    [TestCase(false, TaskState.TaskLost)]
    public void ATaskThatNeverStarted_IsDropped_AndNotStartedAgain(bool partitionAware, TaskState state)
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(Make.Task(), partitionAware ? Make.Framework("f1", Capability.PartitionAware) : Make.Framework()));
        var container = bench.Effects<LaunchContainer>().Single().Spec.Container;

        var restarted = bench.Restart();
        restarted.Tell(new AgentMessage.ContainerNeverStarted(container));
        restarted.Register();

        Assert.That(restarted.Effects<LaunchContainer>(), Is.Empty);
        Assert.That(restarted.TaskView().Task.State, Is.EqualTo(state));
        Assert.That(restarted.TaskView().Task.Statuses[^1].Reason, Is.EqualTo(Reason.AgentRestarted));
    }

    [Test]
    public void AKill_GoesOnAfterARestart()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Hear(Make.Kill(graceSeconds: 5));

        var restarted = bench.Restart();
        restarted.Tell(new AgentMessage.ContainerStarted(container, 1));
        restarted.Pass(TimeSpan.FromSeconds(5));

        Assert.That(restarted.Effects<SignalContainer>().Select(signal => signal.Signal),
            Is.EqualTo(new[] { ContainerSignal.Terminate, ContainerSignal.Kill }));
    }

    [Test]
    public void MaxCompletionTime_CountsFromTheLaunch_NotFromTheRestart()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.MaxCompletionTime = new DurationInfo { Nanoseconds = 60_000_000_000 };
        var container = bench.Run(task);
        bench.Pass(TimeSpan.FromSeconds(50));

        var restarted = bench.Restart();
        restarted.Tell(new AgentMessage.ContainerStarted(container, 1));
        restarted.Pass(TimeSpan.FromSeconds(10));

        Assert.That(restarted.Effects<SignalContainer>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void UnacknowledgedUpdates_AreSentAgain_WithTheSameUuid()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        var starting = bench.Pending()!;

        var restarted = bench.Restart();
        restarted.Tell(new AgentMessage.ContainerStarted(container, 1));
        restarted.Register();

        Assert.That(restarted.Pending(), Is.EqualTo(starting));
    }

    [Test]
    public void AFrameworkShutDown_GoesOnAfterARestart_EvenIfTheKillWasNotWritten()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Hear(Make.ShutDownFramework());
        var cut = bench.Journal.FindIndex(record => record.Manifest == "FrameworkShutDown/1") + 1;

        var restarted = bench.Restart(cut);
        restarted.Tell(new AgentMessage.ContainerStarted(container, 1));

        Assert.That(restarted.Effects<SignalContainer>().Single().Signal, Is.EqualTo(ContainerSignal.Terminate));
    }

    [Test]
    public void ASnapshot_HoldsAllThatTheEventsSaid()
    {
        var bench = new Bench(Make.Settings() with { SnapshotEvery = 1 }).Register();
        var container = bench.Run(Make.Task("t1"), Make.Framework("f1", Capability.TaskKillingState));
        bench.Run(Make.Task("t2"));
        bench.Hear(Make.Kill());
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(15)));
        bench.AcknowledgeAll();
        var snapshot = bench.Effects<SaveSnapshot>().Last().State;

        var core = new AgentCore(bench.Settings, new SeededRandom(1));
        core.Recover(new Storage.Recovery(new Storage.Snapshot(bench.Journal.Count, snapshot), [], bench.Journal.Count), bench.Now,
            new Effects());

        Assert.That(core.CaptureState(), Is.EqualTo(bench.Core.CaptureState()));
    }

    [Test]
    public void AnEventOfANewerVersion_RefusesToStart()
    {
        Assert.That(() => new Bench(journal: [new Storage.JournalRecord("SomethingNew/1", default)]),
            Throws.TypeOf<Storage.JournalDamagedException>().With.Message.Contains("newer version"));
    }
}
