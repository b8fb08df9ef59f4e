using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;
using CallType = Mesos.V1.Executor.Call.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Executor.Event.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Executors;

public sealed class ExecutorLifeTests
{
    private static Bench Running(out ContainerId container, FrameworkInfo? framework = null)
    {
        var bench = new Bench().Register();
        container = bench.StartExecutor(framework: framework);
        bench.Subscribe();
        bench.Take();
        return bench;
    }

    [Test]
    public void Update_IsAcknowledgedOnceDurable_AndForwarded()
    {
        var bench = Running(out var container);

        bench.Update(ExecutorBench.Status(TaskState.TaskRunning));

        Assert.That(bench.Answered(100), Is.EqualTo((202, "")));
        Assert.That(bench.Sent().Single().Acknowledged.Uuid, Is.EqualTo(ExecutorBench.Status(TaskState.TaskRunning).Uuid));
        var update = bench.Pending()!;
        Assert.That(update.State, Is.EqualTo(TaskState.TaskRunning));
        Assert.That(update.Uuid, Is.EqualTo(ExecutorBench.Status(TaskState.TaskRunning).Uuid), "the executor's uuid is the update's");
        Assert.That(
            (update.AgentId.Value, update.ExecutorId.Value, update.ContainerStatus.ContainerId.Value, update.ContainerStatus.ExecutorPid),
            Is.EqualTo((Make.AgentIdText, "e1", container.Value, 4711u)));
        Assert.That(update.ContainerStatus.NetworkInfos.Single().IpAddresses.Single().IpAddress, Is.EqualTo("10.0.0.1"));
    }

    [Test]
    public void Update_ThatComesTwice_IsAcknowledgedTwiceAndForwardedOnce()
    {
        var bench = Running(out _);
        bench.Update(ExecutorBench.Status(TaskState.TaskRunning));

        bench.Update(ExecutorBench.Status(TaskState.TaskRunning), connection: 101);

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Acknowledged, EventType.Acknowledged }));
        Assert.That(bench.Updates().Count(), Is.EqualTo(1));
    }

    [TestCase(TaskState.TaskStarting)]
    [TestCase(TaskState.TaskUnreachable)]
    public void Update_ThatGoesBack_IsAcknowledgedAndNotBelieved(TaskState state)
    {
        var bench = Running(out _);
        bench.Update(ExecutorBench.Status(TaskState.TaskRunning, uuid: 1));
        bench.Take();

        bench.Update(ExecutorBench.Status(state, uuid: 2), connection: 101);

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Acknowledged }));
        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskRunning));
    }

    [Test]
    public void Update_OfATaskThatHasEnded_IsAcknowledgedAndIgnored()
    {
        var bench = Running(out _);
        bench.Update(ExecutorBench.Status(TaskState.TaskFinished, uuid: 1));
        bench.Take();

        bench.Update(ExecutorBench.Status(TaskState.TaskFailed, uuid: 2), connection: 101);

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Acknowledged }));
        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskFinished));
    }

    [Test]
    public void Update_OfAnotherExecutorsTask_IsNotBelieved()
    {
        var bench = Running(out _);
        bench.StartExecutor(ExecutorBench.Task("t2", ExecutorBench.Info("e2")));
        bench.Subscribe(2, "e2");
        bench.Take();

        bench.Update(ExecutorBench.Status(TaskState.TaskFailed, "t1"), executor: "e2");

        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskStaging));
    }

    [Test]
    public void Exit_FailsTheTasksThatAreLeft_AndTheMasterHearsOfIt()
    {
        var bench = Running(out var container);
        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t2")));
        bench.Update(ExecutorBench.Status(TaskState.TaskFinished, "t2"));
        bench.Take();

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(3)));

        var status = bench.Pending()!;
        Assert.That((status.State, status.Reason, status.Message),
            Is.EqualTo((TaskState.TaskFailed, Reason.ExecutorTerminated, "Executor terminated")));
        Assert.That(bench.Updates("t2"), Is.Empty);
        var exited = bench.Told(Call.Types.Type.ExecutorExited).Single().ExecutorExited;
        Assert.That((exited.FrameworkId.Value, exited.ExecutorId.Value, exited.Status), Is.EqualTo(("f1", "e1", 3 << 8)));
        Assert.That(bench.Effects<ForgetContainer>().Single().Container, Is.EqualTo(container));
        Assert.That(bench.Effects<ExecutorEffect.CloseStream>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Exit_WhileTheAgentSubscribes_IsToldOnceItIsRegistered()
    {
        var bench = Running(out var container);
        bench.Tell(new AgentMessage.MasterConnectionEnded(bench.Connection, null, "cut"));
        while (!bench.Effects<ConnectToMaster>().Any())
        {
            bench.Pass(TimeSpan.FromMilliseconds(10));
        }
        Assert.That(bench.Effects<ConnectToMaster>().Single().Subscribe.Subscribe.Executors, Has.Count.EqualTo(1));

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(3)));
        Assert.That(bench.Told(Call.Types.Type.ExecutorExited), Is.Empty);
        bench.Register();

        Assert.That(bench.Told(Call.Types.Type.ExecutorExited).Single().ExecutorExited.ExecutorId.Value, Is.EqualTo("e1"));
    }

    [Test]
    public void Exit_OverALimit_SaysSo()
    {
        var bench = Running(out var container);

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.OverLimit(LimitedResource.Memory, "too much")));

        Assert.That((bench.Pending()!.Reason, bench.Pending()!.Message), Is.EqualTo((Reason.ContainerLimitationMemory, "too much")));
    }

    [Test]
    public void Executor_OutlivesItsTasks_AndIsForgottenWithItsSandboxLater()
    {
        var bench = Running(out var container);
        bench.Update(ExecutorBench.Status(TaskState.TaskFinished));
        bench.AcknowledgeAll();
        Assert.That(bench.Core.View().Frameworks.Single() is { Executors.Count: 1, Tasks.Count: 0, Finished.Count: 1, Completed: false });

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));

        Assert.That(bench.Core.View().Frameworks.Single() is { FinishedExecutors.Count: 1, Completed: true });
        bench.Take();
        bench.Pass(TimeSpan.FromDays(8));
        bench.Tell(new AgentMessage.DiskMeasured(0));
        Assert.That(bench.Effects<RemoveSandbox>().Select(remove => remove.Sandbox.Container), Is.EqualTo(new[] { container }),
            "the task's sandbox is the executor's");
    }

    [Test]
    public void Shutdown_AsksAndThenKills()
    {
        var bench = Running(out var container);

        bench.Hear(ShutdownExecutor());

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Shutdown }));
        bench.Pass(TimeSpan.FromSeconds(4));
        Assert.That(bench.Effects<SignalContainer>(), Is.Empty);
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.That(bench.Effects<SignalContainer>().Single(), Is.EqualTo(new SignalContainer(container, ContainerSignal.Kill)));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(9)));
        Assert.That((bench.Pending()!.State, bench.Pending()!.Reason), Is.EqualTo((TaskState.TaskFailed, Reason.ExecutorTerminated)));
        bench.Take();
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.That(bench.Effects<SignalContainer>(), Is.Empty);
    }

    [Test]
    public void Shutdown_LetsTheExecutorSayHowItsTasksEnded()
    {
        var bench = Running(out var container);
        bench.Hear(ShutdownExecutor());

        bench.Update(ExecutorBench.Status(TaskState.TaskKilled));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));

        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskKilled));
    }

    [Test]
    public void Shutdown_TakesNoTasksAnyMore_AndIsSaidAgainToWhoSubscribes()
    {
        var bench = Running(out _);
        bench.Hear(ShutdownExecutor());
        bench.Take();

        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t2"), launchExecutor: false));
        bench.Subscribe(2);

        Assert.That(bench.Pending("t2")!.Reason, Is.EqualTo(Reason.ExecutorTerminated));
        Assert.That(bench.SentTypes(2), Is.EqualTo(new[] { EventType.Shutdown }));
        Assert.That(bench.Effects<ExecutorEffect.CloseStream>().Select(close => close.Stream.Value), Is.EqualTo(new[] { 1L, 2L }));
    }

    [Test]
    public void FrameworkShutdown_EndsExecutorsSilently()
    {
        var bench = Running(out var container);

        bench.Hear(Make.ShutDownFramework());

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Shutdown }));
        bench.Update(ExecutorBench.Status(TaskState.TaskKilled));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));
        Assert.That(bench.Updates().Select(update => update.Reason), Is.EqualTo(new[] { Reason.FrameworkRemoved }),
            "only that the resources are free");
        Assert.That(bench.Told(Call.Types.Type.ExecutorExited).Count(), Is.EqualTo(1));
        Assert.That(bench.Core.View().Frameworks.Single().Completed);
    }

    [Test]
    public void Drain_KillsTasksThroughTheirExecutor_AndSendsItAwayWhenItHasNone()
    {
        var bench = Running(out _);

        bench.Hear(new Event { Type = Event.Types.Type.Drain, Drain = new Event.Types.Drain
        {
            Config = new DrainConfig { MaxGracePeriod = new DurationInfo { Nanoseconds = 1_000_000_000 } },
        } });

        Assert.That(bench.Sent().Single().Kill.KillPolicy.GracePeriod.Nanoseconds, Is.EqualTo(1_000_000_000));
        bench.Update(ExecutorBench.Status(TaskState.TaskKilled));
        Assert.That(bench.Pending()!.Reason, Is.EqualTo(Reason.AgentDraining));
        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Kill, EventType.Shutdown, EventType.Acknowledged }));
    }

    [Test]
    public void Messages_GoBothWays()
    {
        var bench = Running(out _);
        var data = Google.Protobuf.ByteString.CopyFromUtf8("hello");

        bench.Hear(new Event { Type = Event.Types.Type.Message,
            Message = new() { FrameworkId = new FrameworkID { Value = "f1" }, ExecutorId = new ExecutorID { Value = "e1" },
                Data = data } });
        bench.Call(100, new ExecutorCall { Type = CallType.Message, Message = new() { Data = data } });

        Assert.That(bench.Sent().Single().Message.Data, Is.EqualTo(data));
        var message = bench.Told(Call.Types.Type.Message).Single().Message;
        Assert.That((message.FrameworkId.Value, message.ExecutorId.Value, message.Data), Is.EqualTo(("f1", "e1", data)));
    }

    [Test]
    [Category("case 53")]
    public void Heartbeats_ComeEveryHalfHour()
    {
        var bench = Running(out _);

        bench.Pass(TimeSpan.FromMinutes(61));

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Heartbeat, EventType.Heartbeat }));
    }

    [Test]
    public void SecondSubscription_ClosesTheFirst_AndKeepsWhatItLists()
    {
        var bench = Running(out _);

        bench.Subscribe(2, tasks: [ExecutorBench.Task()]);

        Assert.That(bench.Effects<ExecutorEffect.CloseStream>().Single().Stream, Is.EqualTo(new ConnectionId(1)));
        Assert.That(bench.SentTypes(2), Is.EqualTo(new[] { EventType.Subscribed }), "what it was sent it is not sent again");
        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskStaging));
    }

    [Test]
    public void Stream_ThatEnds_LeavesTasksWaitingForTheNext()
    {
        var bench = Running(out _);
        bench.Tell(new AgentMessage.ExecutorStreamEnded(new ConnectionId(1)));
        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t2")));
        bench.Hear(Make.Kill());
        Assert.That(bench.Effects<ExecutorEffect>(), Is.Empty);

        bench.Subscribe(2, tasks: [ExecutorBench.Task()]);

        Assert.That(bench.SentTypes(2), Is.EqualTo(new[] { EventType.Subscribed, EventType.Kill, EventType.Launch }));
    }

    [TestCase("f9", "e1", CallType.Subscribe, 400, "Framework cannot be found")]
    [TestCase("f1", "e9", CallType.Subscribe, 400, "Executor cannot be found")]
    [TestCase("f1", "e1", CallType.Update, 403, "Executor is not subscribed")]
    [TestCase("f1", "e1", CallType.Message, 403, "Executor is not subscribed")]
    public void Call_ThatFindsNobody_IsRefused(string framework, string executor, CallType type, int status, string text)
    {
        var bench = new Bench().Register();
        bench.StartExecutor();
        var call = new ExecutorCall
        {
            Type = type, FrameworkId = new FrameworkID { Value = framework }, Subscribe = new(),
            Message = new() { Data = Google.Protobuf.ByteString.Empty },
            Update = new() { Status = ExecutorBench.Status(TaskState.TaskRunning) },
        };

        bench.Call(50, call, executor);

        Assert.That(bench.Answered(50), Is.EqualTo((status, text)));
    }

    [TestCase("f1", "e1", true, 0)]
    [TestCase("f1", "e2", true, 403)]
    [TestCase("f2", "e1", true, 403)]
    [TestCase("f1", "e1", false, 403)]
    public void Claims_MustBeThoseOfTheExecutorsPresentRun(string framework, string executor, bool sameContainer, int status)
    {
        var bench = new Bench().Register();
        var container = bench.StartExecutor();

        bench.Call(1, new ExecutorCall { Type = CallType.Subscribe, Subscribe = new() },
            claims: new ExecutorClaims(framework, executor, sameContainer ? container.Value : "another"));

        Assert.That(bench.Effects<ExecutorEffect.Answer>().Select(answer => answer.Status),
            Is.EqualTo(status == 0 ? [] : new[] { status }));
    }

    private static Event ShutdownExecutor() => new()
    {
        Type = Event.Types.Type.ShutdownExecutor,
        ShutdownExecutor = new() { FrameworkId = new FrameworkID { Value = "f1" }, ExecutorId = new ExecutorID { Value = "e1" } },
    };
}
