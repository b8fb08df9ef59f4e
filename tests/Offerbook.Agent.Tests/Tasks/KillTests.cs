using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Identity;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Tasks;

public sealed class KillTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Test]
    public void Kill_SendsTerm_ThenKillAfterTheDefaultGrace_AgainAndAgain()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());

        bench.Hear(Make.Kill());
        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate }));
        bench.Pass(TimeSpan.FromSeconds(3) - Tick);
        Assert.That(Signals(bench), Has.Length.EqualTo(1));
        bench.Pass(Tick);
        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate, ContainerSignal.Kill }));
        bench.Pass(TimeSpan.FromSeconds(20));
        Assert.That(Signals(bench), Has.Length.EqualTo(4));
    }

    [TestCase(15, 0)]
    [TestCase(null, 0)]
    public void Exit_WhileKilled_IsKilledWhateverTheStatus(int? signal, int status)
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Hear(Make.Kill());

        bench.Tell(new AgentMessage.ContainerExited(container, signal is { } number
            ? new ContainerExit.Signaled(number) : new ContainerExit.Exited(status)));

        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskKilled));
        Assert.That(bench.TaskView().Task.Statuses[^1].Message,
            Is.EqualTo(signal is null ? "Command exited with status 0" : "Command terminated with signal Terminated"));
        bench.Take();
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.That(Signals(bench), Is.Empty);
    }

    [Test]
    public void Grace_OfTheKillCall_BeatsTheTasks()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.KillPolicy = Make.Policy(30);
        bench.Run(task);

        bench.Hear(Make.Kill(graceSeconds: 10));

        bench.Pass(TimeSpan.FromSeconds(10));
        Assert.That(Signals(bench)[^1], Is.EqualTo(ContainerSignal.Kill));
    }

    [Test]
    public void Grace_OfTheTask_BeatsTheDefault()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.KillPolicy = Make.Policy(30);
        bench.Run(task);

        bench.Hear(Make.Kill());

        bench.Pass(TimeSpan.FromSeconds(30) - Tick);
        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate }));
        bench.Pass(Tick);
        Assert.That(Signals(bench)[^1], Is.EqualTo(ContainerSignal.Kill));
    }

    [Test]
    public void SecondKill_WithAShorterGrace_BringsTheEndForward()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        bench.Hear(Make.Kill(graceSeconds: 60));
        bench.Pass(TimeSpan.FromSeconds(5));

        bench.Hear(Make.Kill(graceSeconds: 10));

        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate }));
        bench.Pass(TimeSpan.FromSeconds(5));
        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate, ContainerSignal.Kill }));
    }

    [Test]
    public void SecondKill_WithALongerGrace_ChangesNothing()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        bench.Hear(Make.Kill(graceSeconds: 5));

        bench.Hear(Make.Kill(graceSeconds: 100));

        bench.Pass(TimeSpan.FromSeconds(5));
        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate, ContainerSignal.Kill }));
    }

    [Test]
    public void Kill_WithoutGrace_KillsAtOnce()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());

        bench.Hear(Make.Kill(graceSeconds: 0));

        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Kill }));
    }

    [Test]
    public void Kill_BeforeTheStart_TerminatesAsSoonAsItRuns()
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(Make.Task()));
        var container = bench.Effects<LaunchContainer>().Single().Spec.Container;

        bench.Hear(Make.Kill());
        Assert.That(Signals(bench), Is.Empty);
        bench.Tell(new AgentMessage.ContainerStarted(container, 1));

        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate }));
    }

    [Test]
    public void Kill_OfATaskWhoseLaunchFails_IsKilledDuringLaunch()
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(Make.Task()));
        bench.Hear(Make.Kill());

        bench.Tell(new AgentMessage.ContainerLaunchFailed(bench.Effects<LaunchContainer>().Single().Spec.Container, "why ever"));

        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskKilled));
        Assert.That(bench.TaskView().Task.Statuses[^1].Reason, Is.EqualTo(Reason.TaskKilledDuringLaunch));
    }

    [Test]
    public void Kill_OfATaskThatNeverCame_IsAnsweredSoThatTheMasterStopsWaiting()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());

        bench.Hear(Make.Kill("t2"));

        Assert.That(bench.Pending("t2")!.State, Is.EqualTo(TaskState.TaskLost));
    }

    [Test]
    public void Kill_OfATaskThatIsFinished_IsIgnored()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));
        bench.AcknowledgeAll();
        bench.Take();

        bench.Hear(Make.Kill());

        Assert.That(bench.Take(), Is.Empty);
    }

    [Test]
    public void KillAllTasks_AnswersWhenTheLastHasEnded_AndNewOnesAreRefused()
    {
        var bench = new Bench().Register();
        var first = bench.Run(Make.Task("t1"));
        var second = bench.Run(Make.Task("t2"));

        bench.Tell(new AgentMessage.KillAllTasks(new ConnectionId(9), TimeSpan.FromSeconds(1)));
        bench.Hear(Make.Launch(Make.Task("t3")));
        bench.Tell(new AgentMessage.ContainerExited(first, new ContainerExit.Signaled(15)));
        Assert.That(bench.Effects<ReplyAllTasksEnded>(), Is.Empty);
        bench.Tell(new AgentMessage.ContainerExited(second, new ContainerExit.Signaled(15)));

        Assert.That(bench.Effects<ReplyAllTasksEnded>().Single().Connection, Is.EqualTo(new ConnectionId(9)));
        Assert.That(bench.Effects<LaunchContainer>().Count(), Is.EqualTo(2));
        Assert.That(bench.TaskView("t3").Task.State, Is.EqualTo(TaskState.TaskFailed));
    }

    [Test]
    public void ShutdownOfAFramework_TellsTheMasterOnceNothingIsLeft()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Take();

        bench.Hear(Make.ShutDownFramework());
        Assert.That(bench.Updates(), Is.Empty, "the process still uses its resources");
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(15)));
        bench.Pass(TimeSpan.FromMinutes(30));

        Assert.That(Signals(bench), Is.EqualTo(new[] { ContainerSignal.Terminate }));
        Assert.That(bench.Updates().Select(status => (status.State, status.Reason)).Distinct(),
            Is.EqualTo(new[] { (TaskState.TaskKilled, TaskStatus.Types.Reason.FrameworkRemoved) }),
            "repeated until the master acknowledges");
        var framework = bench.Core.View().Frameworks.Single();
        Assert.That(framework.Tasks, Is.Empty);
        Assert.That(framework.Finished.Single().Task.State, Is.EqualTo(TaskState.TaskKilled));
    }

    [Test]
    public void ShutdownOfTheAgent_KillsEverythingAndComesBackAsANewOne()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Take();

        bench.Hear(new Wire.AgentProtocol.Event
        {
            Type = Wire.AgentProtocol.Event.Types.Type.Shutdown,
            Shutdown = new Wire.AgentProtocol.Event.Types.Shutdown { Message = "gone" },
        });
        bench.Pass(TimeSpan.FromMinutes(2));
        Assert.That(bench.Effects<ConnectToMaster>(), Is.Empty, "it waits for its containers");
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(9)));
        bench.Pass(TimeSpan.FromMinutes(1));

        var subscribe = bench.Effects<ConnectToMaster>().First().Subscribe;
        Assert.That(subscribe.AgentId, Is.Null);
        Assert.That(subscribe.Subscribe.AgentInfo.Id, Is.Null);
        Assert.That(subscribe.Subscribe.Tasks, Is.Empty);
    }

    private static ContainerSignal[] Signals(Bench bench) => [.. bench.Effects<SignalContainer>().Select(effect => effect.Signal)];
}
