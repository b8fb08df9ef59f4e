using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tests.Support;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Executor.Event.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Executors;

[Category("case 195")]
public sealed class ExecutorRecoveryTests
{
    private static Bench RunningTwo(out ContainerId container, params Capability[] capabilities)
    {
        var bench = new Bench().Register();
        container = bench.StartExecutor(framework: Make.Framework("f1", capabilities));
        bench.Subscribe();
        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t2"), framework: Make.Framework("f1", capabilities)));
        bench.Update(ExecutorBench.Status(TaskState.TaskRunning));
        return bench;
    }

    [Test]
    public void Restart_AsksForTheExecutorsContainer_AndListsItWithItsTasks()
    {
        var bench = RunningTwo(out var container).Restart();

        Assert.That(bench.Effects<RecoverContainers>().Single().Containers.Select(spec => spec.Container), Is.EqualTo(new[] { container }));
        bench.Tell(new AgentMessage.ContainerStarted(container, 4711));
        bench.Register();
        var subscribe = bench.Effects<ConnectToMaster>().Last().Subscribe.Subscribe;
        Assert.That(subscribe.Executors.Single().ExecutorInfo, Is.EqualTo(ExecutorBench.Info()));
        Assert.That(subscribe.Tasks.Select(task => (task.TaskId.Value, task.ExecutorId.Value, task.State)),
            Is.EqualTo(new[] { ("t1", "e1", TaskState.TaskRunning), ("t2", "e1", TaskState.TaskStaging) }));
    }

    [Test]
    public void Resubscription_RepeatsUpdates_AndDropsWhatNeverArrived()
    {
        var bench = RunningTwo(out var container).Restart();
        bench.Tell(new AgentMessage.ContainerStarted(container, 4711));
        bench.Register();
        bench.Take();

        bench.Subscribe(1, tasks: [ExecutorBench.Task()],
            updates: [ExecutorBench.Status(TaskState.TaskRunning), ExecutorBench.Status(TaskState.TaskKilling, uuid: 2)]);

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Subscribed, EventType.Acknowledged, EventType.Acknowledged }));
        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskKilling));
        var dropped = bench.Pending("t2")!;
        Assert.That((dropped.State, dropped.Reason, dropped.Message),
            Is.EqualTo((TaskState.TaskLost, Reason.AgentRestarted, "Task launched during agent restart")));
        bench.Pass(TimeSpan.FromSeconds(20));
        Assert.That(bench.Effects<SignalContainer>(), Is.Empty);
    }

    [TestCase(false, TaskState.TaskLost)]
    [TestCase(true, TaskState.TaskGone)]
    public void Executor_ThatDoesNotComeBack_IsKilledAndItsTasksAreGone(bool partitionAware, TaskState expected)
    {
        var bench = RunningTwo(out var container, partitionAware ? [Capability.PartitionAware] : []).Restart();
        bench.Tell(new AgentMessage.ContainerStarted(container, 4711));
        bench.Register();
        bench.Take();

        bench.Pass(TimeSpan.FromSeconds(2));

        Assert.That(bench.Effects<SignalContainer>().First(), Is.EqualTo(new SignalContainer(container, ContainerSignal.Kill)));
        Assert.That(bench.TaskView().ContainerEnded, Is.False, "it is not over before its process is");
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(9)));
        var view = bench.TaskView().Task;
        Assert.That((view.State, view.Statuses[^1].Reason, view.Statuses[^1].Message),
            Is.EqualTo((expected, Reason.ExecutorReregistrationTimeout, "Executor did not reregister within 2secs")));
    }

    [Test]
    public void Executor_ThatNeverBeganBeforeTheRestart_LosesItsTasks()
    {
        var before = new Bench().Register();
        before.Hear(ExecutorBench.Launch(ExecutorBench.Task()));
        var container = before.Container();
        var bench = before.Restart();

        bench.Tell(new AgentMessage.ContainerNeverStarted(container));
        bench.Register();

        Assert.That((bench.Pending()!.State, bench.Pending()!.Reason), Is.EqualTo((TaskState.TaskLost, Reason.AgentRestarted)));
        Assert.That(bench.Core.View().Frameworks.Single().Executors, Is.Empty);
    }

    [Test]
    public void Tasks_ThatWereNeverSentBeforeTheRestart_AreSentAfterIt()
    {
        var before = new Bench().Register();
        var container = before.StartExecutor();
        before.Hear(ExecutorBench.LaunchGroup(ExecutorBench.Info(), "g1", "g2"));
        var bench = before.Restart();
        bench.Tell(new AgentMessage.ContainerStarted(container, 4711));

        bench.Subscribe();

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Subscribed, EventType.Launch, EventType.LaunchGroup }));
    }

    [Test]
    public void Executor_OfAFrameworkThatDoesNotCheckpoint_DoesNotOutliveTheAgent()
    {
        var framework = Make.Framework();
        framework.Checkpoint = false;
        var before = new Bench().Register();
        var container = before.StartExecutor(framework: framework);
        before.Subscribe();
        var environment = before.Effects<LaunchContainer>().Single().Spec.Environment.ToDictionary();
        Assert.That(environment["MESOS_CHECKPOINT"], Is.EqualTo("0"));
        Assert.That(environment, Does.Not.ContainKey("MESOS_RECOVERY_TIMEOUT"));
        var bench = before.Restart();

        bench.Tell(new AgentMessage.ContainerStarted(container, 4711));

        Assert.That(bench.Effects<SignalContainer>().Single().Signal, Is.EqualTo(ContainerSignal.Kill));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(9)));
        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskLost));
    }

    [Test]
    [Category("case 51")]
    public void Calls_WhileContainersAreBeingFound_AreServedToSubscribersOnly()
    {
        var bench = RunningTwo(out _).Restart();

        bench.Update(ExecutorBench.Status(TaskState.TaskKilling, uuid: 3), connection: 7);
        bench.Subscribe(8, tasks: [ExecutorBench.Task(), ExecutorBench.Task("t2")]);

        Assert.That(bench.Answered(7), Is.EqualTo((503, "Agent has not finished recovery")));
        Assert.That(bench.SentTypes(8), Is.EqualTo(new[] { EventType.Subscribed }));
    }

    [Test]
    public void Journal_CutAnywhere_LeavesNoTaskWithoutAnEnd()
    {
        var full = RunningTwo(out var container);
        full.Hear(ExecutorBench.Launch(ExecutorBench.Task("big", resources: "cpus:100"))); // refused
        full.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));
        for (var events = 0; events <= full.Journal.Count; events++)
        {
            var bench = full.Restart(events);
            foreach (var spec in bench.Effects<RecoverContainers>().SelectMany(recover => recover.Containers).ToList())
            {
                bench.Tell(new AgentMessage.ContainerExited(spec.Container, new ContainerExit.Exited(0)));
            }
            Assert.That(bench.Core.View().Frameworks.SelectMany(framework => framework.Tasks).All(task => task.ContainerEnded),
                $"after {events} events");
            Assert.That(bench.Core.View().Frameworks.SelectMany(framework => framework.Executors), Is.Empty, $"after {events} events");
        }
    }

    [Test]
    public void Snapshot_HoldsExecutors()
    {
        var bench = RunningTwo(out _);
        var captured = bench.Core.CaptureState();

        Assert.That(bench.Restart().Core.CaptureState(), Is.EqualTo(captured));
    }
}
