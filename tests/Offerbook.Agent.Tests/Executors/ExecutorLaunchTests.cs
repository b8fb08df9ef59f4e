using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tests.Support;
using CallTypes = Offerbook.Wire.AgentProtocol.Call.Types;
using EventType = Mesos.V1.Executor.Event.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Agent.Tests.Executors;

public sealed class ExecutorLaunchTests
{
    [Test]
    public void Launch_StartsTheExecutor_AndItsTaskWaitsUntilItSubscribes()
    {
        var bench = new Bench().Register();

        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task()));

        var spec = bench.Effects<LaunchContainer>().Single().Spec;
        Assert.That(spec.Command, Is.EqualTo(new CommandSpec.Shell("run-executor")));
        Assert.That(spec.Sandbox.Executor.Value, Is.EqualTo("e1"));
        bench.Tell(new AgentMessage.ContainerStarted(spec.Container, 4711));
        Assert.That(bench.Effects<ExecutorEffect>(), Is.Empty);
        Assert.That(bench.Updates(), Is.Empty, "an executor speaks for its tasks itself");

        bench.Subscribe();

        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Subscribed, EventType.Launch }));
        Assert.That(bench.Sent().Last().Launch.Task, Is.EqualTo(ExecutorBench.Task()));
    }

    [Test]
    public void Subscribed_TellsWhoTheExecutorIsAndWhereItRuns()
    {
        var bench = new Bench().Register();
        var container = bench.StartExecutor();

        bench.Subscribe();

        var subscribed = bench.Sent().First().Subscribed;
        Assert.That(subscribed.ExecutorInfo, Is.EqualTo(ExecutorBench.Info()));
        Assert.That(subscribed.FrameworkInfo, Is.EqualTo(Make.Framework()));
        Assert.That(subscribed.AgentInfo.Id.Value, Is.EqualTo(Make.AgentIdText));
        Assert.That(subscribed.ContainerId.Value, Is.EqualTo(container.Value));
    }

    [Test]
    public void Tasks_OfOneExecutor_ShareItAndKeepTheirOrder()
    {
        var bench = new Bench().Register();
        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t2"), launchExecutor: true));
        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t1"), launchExecutor: false));
        bench.Hear(ExecutorBench.LaunchGroup(ExecutorBench.Info(), "t4", "t3"));
        bench.Tell(new AgentMessage.ContainerStarted(bench.Container(), 1));
        Assert.That(bench.Effects<LaunchContainer>().Count(), Is.EqualTo(1));

        bench.Subscribe();
        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t0"), launchExecutor: false));

        Assert.That(bench.Sent().SelectMany(sent => sent switch
        {
            { Launch.Task: { } task } => [task.TaskId.Value],
            { LaunchGroup.TaskGroup: { } group } => [string.Join("+", group.Tasks.Select(task => task.TaskId.Value))],
            _ => Array.Empty<string>(),
        }), Is.EqualTo(new[] { "t2", "t1", "t4+t3", "t0" }));
    }

    [Test]
    public void Limits_OfTheContainer_FollowTheTasksThatComeAndGo()
    {
        var bench = new Bench().Register();
        bench.StartExecutor();
        bench.Subscribe();
        bench.Take();

        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t2", resources: "cpus:2;mem:128")));

        Assert.That(bench.Effects<UpdateContainer>().Single().Limits, Is.EqualTo(new ContainerLimits(3.1, null, 224, null, null)));
        var order = bench.Done.Where(effect => effect is UpdateContainer or ExecutorEffect.Send).Select(effect => effect.GetType())
            .ToArray();
        Assert.That(order, Is.EqualTo(new[] { typeof(UpdateContainer), typeof(ExecutorEffect.Send) }), "the room is there before the task");
        bench.Take();

        bench.Update(ExecutorBench.Status(TaskState.TaskFinished, "t2"));

        Assert.That(bench.Effects<UpdateContainer>().Single().Limits.Cpus, Is.EqualTo(1.1));
    }

    [Test]
    public void Spec_OfTheExecutor_BringsEveryVariable()
    {
        var executor = ExecutorBench.Info();
        executor.ShutdownGracePeriod = new DurationInfo { Nanoseconds = 90_000_000_000 };
        executor.Command.Environment =
            new Mesos.V1.Environment { Variables = { new Mesos.V1.Environment.Types.Variable { Name = "OWN", Value = "1" } } };
        var bench = new Bench(Make.Settings() with { ExecutorTokenKey = new byte[32] }).Register();

        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task(executor: executor)));

        var environment = bench.Effects<LaunchContainer>().Single().Spec.Environment.ToDictionary();
        Assert.That(environment, Does.ContainKey("MESOS_EXECUTOR_AUTHENTICATION_TOKEN"));
        environment.Remove("MESOS_EXECUTOR_AUTHENTICATION_TOKEN");
        Assert.That(environment, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["MESOS_FRAMEWORK_ID"] = "f1",
            ["MESOS_EXECUTOR_ID"] = "e1",
            ["MESOS_SLAVE_ID"] = Make.AgentIdText,
            ["MESOS_AGENT_ENDPOINT"] = "10.0.0.1:5051",
            ["MESOS_SLAVE_PID"] = "slave(1)@10.0.0.1:5051",
            ["MESOS_CHECKPOINT"] = "1",
            ["MESOS_HTTP_COMMAND_EXECUTOR"] = "0",
            ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = "90secs",
            ["MESOS_RECOVERY_TIMEOUT"] = "15mins",
            ["MESOS_SUBSCRIPTION_BACKOFF_MAX"] = "2secs",
            ["MESOS_ALLOCATION_ROLE"] = "*",
            ["LIBPROCESS_PORT"] = "0",
            ["OWN"] = "1",
        }));
    }

    [Test]
    public void Kill_BeforeDelivery_EndsTheTaskAndTheExecutorIsSentAway()
    {
        var bench = new Bench().Register();
        bench.StartExecutor();

        bench.Hear(Make.Kill());

        var status = bench.Pending()!;
        Assert.That((status.State, status.Reason, status.Source),
            Is.EqualTo((TaskState.TaskKilled, Reason.TaskKilledDuringLaunch, Source.Agent)));
        bench.Subscribe();
        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Shutdown }), "it has nothing to do");
        Assert.That(bench.Effects<ExecutorEffect.CloseStream>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Kill_BeforeDelivery_TakesTheWholeGroup()
    {
        var bench = new Bench().Register();
        bench.StartExecutor();
        bench.Hear(ExecutorBench.LaunchGroup(ExecutorBench.Info(), "g1", "g2"));

        bench.Hear(Make.Kill("g2"));

        Assert.That(new[] { "g1", "g2" }.Select(task => bench.Pending(task)?.Reason), Is.All.EqualTo(Reason.TaskKilledDuringLaunch));
        Assert.That(bench.Pending(), Is.Null);
        bench.Subscribe();
        Assert.That(bench.SentTypes(), Is.EqualTo(new[] { EventType.Subscribed, EventType.Launch }));
    }

    [Test]
    public void Kill_OfADeliveredTask_ReachesTheExecutorEachTime()
    {
        var bench = new Bench().Register();
        bench.StartExecutor();
        bench.Subscribe();
        bench.Take();

        bench.Hear(Make.Kill());
        bench.Hear(Make.Kill(graceSeconds: 7));

        var kills = bench.Sent().Select(sent => sent.Kill).ToArray();
        Assert.That(kills.Select(kill => kill.TaskId.Value), Is.EqualTo(new[] { "t1", "t1" }));
        Assert.That(kills.Select(kill => kill.KillPolicy?.GracePeriod.Nanoseconds), Is.EqualTo(new long?[] { null, 7_000_000_000 }));
        Assert.That(bench.Effects<SignalContainer>(), Is.Empty);
        Assert.That(bench.Updates(), Is.Empty, "KILLING and KILLED are the executor's to say");
    }

    [Test]
    public void Executor_ThatDoesNotSubscribe_IsKilledAndItsTasksFail()
    {
        var bench = new Bench().Register();
        bench.StartExecutor();
        bench.Take();

        bench.Pass(TimeSpan.FromMinutes(1));

        var status = bench.Pending()!;
        Assert.That((status.State, status.Reason, status.Message),
            Is.EqualTo((TaskState.TaskFailed, Reason.ExecutorRegistrationTimeout, "Executor did not register within 1mins")));
        Assert.That(bench.Effects<SignalContainer>().Last().Signal, Is.EqualTo(ContainerSignal.Kill));
    }

    [Test]
    public void LaunchFailure_OfTheExecutor_FailsItsTasks()
    {
        var bench = new Bench().Register();
        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task()));

        bench.Tell(new AgentMessage.ContainerLaunchFailed(bench.Container(), "no such user"));

        var status = bench.Pending()!;
        Assert.That((status.State, status.Reason, status.Message),
            Is.EqualTo((TaskState.TaskFailed, Reason.ContainerLaunchFailed, "no such user")));
        Assert.That(bench.Told(CallTypes.Type.ExecutorExited).Count(), Is.EqualTo(1));
    }

    [TestCase(false, null, "No executor is expected to launch and there is no executor running")]
    [TestCase(true, "t0", "Master wants to launch executor, but one already exists")]
    public void Launch_ThatTheMasterMeantOtherwise_IsDropped(bool launchExecutor, string? before, string message)
    {
        var bench = new Bench().Register();
        if (before is not null)
        {
            bench.StartExecutor(ExecutorBench.Task(before));
        }
        bench.Take();

        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task(), launchExecutor));

        var status = bench.Pending()!;
        Assert.That((status.State, status.Reason, status.Message), Is.EqualTo((TaskState.TaskLost, Reason.ExecutorTerminated, message)));
        Assert.That(bench.Effects<LaunchContainer>(), Is.Empty);
        Assert.That(bench.Told(CallTypes.Type.ExecutorExited), Is.Empty, "the master has set nothing aside for it");
    }

    [Test]
    public void Launch_BeyondTheAgentsResources_IsRefusedAndTheMasterHearsThatNoExecutorRuns()
    {
        var bench = new Bench().Register();

        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task(resources: "cpus:8;mem:64"), launchExecutor: true));

        Assert.That(bench.Pending()!.State, Is.EqualTo(TaskState.TaskError));
        Assert.That(bench.Pending()!.ExecutorId.Value, Is.EqualTo("e1"));
        Assert.That(bench.Told(CallTypes.Type.ExecutorExited).Single().ExecutorExited.Status, Is.EqualTo(256));
        bench.AcknowledgeAll();
        Assert.That(bench.Core.View().Frameworks.Single().Executors, Is.Empty);
    }

    [Test]
    public void Refused_Group_IsRefusedWhole()
    {
        var bench = new Bench().Register();
        var group = ExecutorBench.LaunchGroup(ExecutorBench.Info(), "g1", "g2");
        group.LaunchGroup.TaskGroup.Tasks[1].Resources[0].Scalar.Value = 100;

        bench.Hear(group);

        Assert.That(new[] { "g1", "g2" }.Select(task => (bench.Pending(task)!.State, bench.Pending(task)!.Reason)),
            Is.All.EqualTo((TaskState.TaskError, Reason.TaskGroupInvalid)));
        Assert.That(bench.Effects<LaunchContainer>(), Is.Empty);
    }

    [Test]
    public void Executor_IsShownWithItsTasksAndTheirPhase()
    {
        var bench = new Bench().Register();
        bench.StartExecutor();
        Assert.That(bench.Core.View().Frameworks.Single().Executors.Single() is { Phase: ExecutorPhase.Registering, Queued.Count: 1 });

        bench.Subscribe();

        Assert.That(bench.Core.View().Frameworks.Single().Executors.Single() is { Phase: ExecutorPhase.Running, Queued.Count: 0 });
        Assert.That(bench.TaskView().Task.ExecutorId.Value, Is.EqualTo("e1"));
    }
}
