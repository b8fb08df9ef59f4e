using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Recovery;

/// <summary>What a restart of the machine takes along, and what the agent tells of it afterwards.</summary>
[Category("case 195"), Property("fault", 19)]
public sealed class MachineLifeTests
{
    private static readonly ContainerExit Vanished = new ContainerExit.Vanished("The machine was restarted while the task ran");

    [Test]
    public void OfATask_OnlyItsEndIsWaitedFor()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.AcknowledgeAll();
        bench.Hear(Make.Kill());
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(15)));
        bench.AcknowledgeAll();

        var waited = bench.Journal.Where(record => !record.DiesWithMachine).Select(record => record.Manifest).ToList();

        Assert.That(waited.Count(manifest => manifest == "UpdateQueued/1"), Is.EqualTo(1), "the end");
        Assert.That(waited, Has.No.Member("TaskAdmitted/1").And.No.Member("UpdateAcknowledged/1").And.No.Member("KillRequested/1"));
        Assert.That(waited, Has.Member("AgentRegistered/1").And.Member("FrameworkKnown/1"));
    }

    [Test]
    public void ATaskThatRunsAgain_IsWaitedFor_SoThatNobodyTakesTheEndBeforeForItsOwn()
    {
        var bench = new Bench().Register();
        bench.Tell(new AgentMessage.ContainerExited(bench.Run(Make.Task()), new ContainerExit.Exited(0)));
        bench.AcknowledgeAll();

        bench.Hear(Make.Launch(Make.Task()));

        Assert.That(bench.Journal.Where(record => record.Manifest == "TaskAdmitted/1").Select(record => record.DiesWithMachine),
            Is.EqualTo(new[] { true, false }));
    }

    /// <summary>At whatever event the journal ends: the master hears of no state that it may have heard of before a later one.</summary>
    [Test]
    public void AfterARestartOfTheMachine_OnlyEndsAreTold()
    {
        var whole = new Bench().Register();
        var container = whole.Run(Make.Task());
        whole.AcknowledgeAll();
        var first = whole.Journal.FindIndex(record => record.Manifest == "TaskAdmitted/1") + 1;
        for (var kept = first; kept <= whole.Journal.Count; kept++)
        {
            var after = Rebooted(whole, kept);
            after.Tell(new AgentMessage.ContainerExited(container, Vanished));
            after.Register();

            var told = after.Updates().ToList();
            Assert.That(told.Select(status => status.State), Is.EqualTo(new[] { TaskState.TaskFailed }), $"{kept} events");
            after.AcknowledgeAll();
            Assert.That(after.Core.View().Frameworks.Single().Tasks, Is.Empty);
        }
    }

    [Test]
    public void AnEndThatWaits_IsToldAfterARestartOfTheMachine_WithoutWhatCameBefore()
    {
        var bench = new Bench().Register();
        bench.Tell(new AgentMessage.ContainerExited(bench.Run(Make.Task()), new ContainerExit.Exited(0)));

        var after = Rebooted(bench, bench.Journal.Count).Register();

        Assert.That(after.Updates().Select(status => status.State), Is.EqualTo(new[] { TaskState.TaskFinished }));
    }

    [Test]
    public void AnAgentThatIsRestarted_TellsWhatWaits()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());

        var restarted = bench.Restart();
        restarted.Tell(new AgentMessage.ContainerStarted(container, 1));
        restarted.Register();

        Assert.That(restarted.Updates().Select(status => status.State), Is.EqualTo(new[] { TaskState.TaskStarting }));
    }

    [Test]
    public void AContainerOfWhichNothingIsWritten_MayHaveRun_WhenTheMachineWasRestarted()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());

        var after = Rebooted(bench, bench.Journal.Count);
        after.Tell(new AgentMessage.ContainerNeverStarted(container));
        after.Register();

        Assert.That(after.TaskView().Task.State, Is.EqualTo(TaskState.TaskFailed));
        Assert.That(after.TaskView().Task.Statuses[^1].Message, Does.Contain("machine was restarted"));
    }

    /// <summary>The journal ends once more in the midst of what the restart made of it.</summary>
    [Test]
    public void ARestartOfTheMachine_CutShort_IsTakenUpAgain()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        var before = bench.Journal.Count;
        var after = Rebooted(bench, before);
        Assert.That(after.Journal, Has.Count.EqualTo(before + 3), "two states taken for acknowledged, and the machine's new life");
        for (var kept = before; kept <= after.Journal.Count; kept++)
        {
            var again = new Bench(after.Settings, [.. after.Journal.Take(kept)], after.Now);
            again.Tell(new AgentMessage.ContainerExited(container, Vanished));
            again.Register();
            Assert.That(again.Updates().Select(status => status.State), Is.EqualTo(new[] { TaskState.TaskFailed }), $"{kept} events");
        }
    }

    private static Bench Rebooted(Bench bench, int events) =>
        new(bench.Settings with { BootId = bench.Settings.BootId + ", once more" }, [.. bench.Journal.Take(events)], bench.Now);
}
