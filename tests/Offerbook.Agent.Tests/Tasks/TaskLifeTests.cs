using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Agent.Tests.Tasks;

public sealed class TaskLifeTests
{
    [Test]
    public void Launch_OfACommand_StartsItOnceAndReportsStarting()
    {
        var bench = new Bench().Register();

        bench.Hear(Make.Launch(Make.Task(command: "echo hello")));

        var spec = bench.Effects<LaunchContainer>().Single().Spec;
        Assert.That(spec.Command, Is.EqualTo(new CommandSpec.Shell("echo hello")));
        Assert.That(spec.Sandbox.Directory, Is.EqualTo($"slaves/m1-S0/frameworks/f1/executors/t1/runs/{spec.Container}"));
        var update = bench.Updates().Single();
        Assert.That(update.State, Is.EqualTo(TaskState.TaskStarting));
        Assert.That(update.Source, Is.EqualTo(Source.Executor));
        Assert.That(update.ExecutorId.Value, Is.EqualTo("t1"));
        Assert.That(update.ContainerStatus.ContainerId.Value, Is.EqualTo(spec.Container.Value));
        Assert.That(update.ContainerStatus.NetworkInfos[0].IpAddresses[0].IpAddress, Is.EqualTo("10.0.0.1"));
    }

    [Test]
    public void Launch_IsDurableBeforeTheContainerStarts()
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(Make.Task()));

        var restarted = bench.Restart();

        Assert.That(restarted.Effects<RecoverContainers>().Single().Containers.Select(spec => spec.Container),
            Is.EqualTo(new[] { bench.Effects<LaunchContainer>().Single().Spec.Container }));
    }

    [Test]
    public void Launch_OfATaskThatIsHere_IsIgnored()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        bench.Take();

        bench.Hear(Make.Launch(Make.Task()));

        Assert.That(bench.Take(), Is.Empty);
    }

    [Test]
    public void Launch_OfTheSameIdByAnotherFramework_IsAnotherTask()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());

        bench.Run(Make.Task(), Make.Framework("f2"));

        Assert.That(bench.Effects<LaunchContainer>().Select(launch => launch.Spec.Container).Distinct().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Container_WhenStarted_MakesTheTaskRunningWithItsPid()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task(), pid: 99);
        bench.Hear(Make.Acknowledge("t1", bench.Pending()!));

        Assert.That(bench.Pending()!.State, Is.EqualTo(TaskState.TaskRunning));
        Assert.That(bench.Pending()!.ContainerStatus.ExecutorPid, Is.EqualTo(99));
    }

    [TestCase(0, TaskState.TaskFinished, "Command exited with status 0")]
    [TestCase(3, TaskState.TaskFailed, "Command exited with status 3")]
    public void Exit_WithAStatus_EndsTheTaskInMesosWords(int status, TaskState state, string message)
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(status)));

        var task = bench.TaskView();
        Assert.That(task.Task.State, Is.EqualTo(state));
        Assert.That(task.Task.Statuses[^1].Message, Is.EqualTo(message));
        Assert.That(task.Task.Statuses[^1].HasReason, Is.False);
        Assert.That(bench.Effects<ForgetContainer>().Single().Container, Is.EqualTo(container));
    }

    [Test]
    public void Exit_BySignal_FailsTheTask()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(11)));

        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskFailed));
        Assert.That(bench.TaskView().Task.Statuses[^1].Message, Is.EqualTo("Command terminated with signal Segmentation fault"));
    }

    [Test]
    public void Launch_ThatFails_IsReportedByTheAgent()
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(Make.Task()));

        bench.Tell(new AgentMessage.ContainerLaunchFailed(bench.Effects<LaunchContainer>().Single().Spec.Container, "no such user"));

        var status = bench.TaskView().Task.Statuses[^1];
        Assert.That(status.State, Is.EqualTo(TaskState.TaskFailed));
        Assert.That(status.Reason, Is.EqualTo(Reason.ContainerLaunchFailed));
        Assert.That(status.Source, Is.EqualTo(Source.Agent));
        Assert.That(status.Message, Is.EqualTo("no such user"));
    }

    [Test]
    public void FinishedTask_WhenAcknowledged_MovesToTheHistory()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));

        bench.AcknowledgeAll();

        var framework = bench.Core.View().Frameworks.Single();
        Assert.That(framework.Tasks, Is.Empty);
        Assert.That(framework.Finished.Single().Task.Statuses.Select(status => status.State),
            Is.EqualTo(new[] { TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskFinished }));
        Assert.That(bench.Core.View().Counters.Finished, Is.EqualTo(1));
    }

    [Test]
    public void MaxCompletionTime_Reached_KillsAndFails()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.MaxCompletionTime = new DurationInfo { Nanoseconds = 60_000_000_000 };
        var container = bench.Run(task);

        bench.Pass(TimeSpan.FromSeconds(59));
        Assert.That(bench.Effects<SignalContainer>(), Is.Empty);
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.That(bench.Effects<SignalContainer>().Single().Signal, Is.EqualTo(ContainerSignal.Terminate));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(15)));

        Assert.That(bench.TaskView().Task.State, Is.EqualTo(TaskState.TaskFailed));
        Assert.That(bench.TaskView().Task.Statuses[^1].Reason, Is.EqualTo(Reason.MaxCompletionTimeReached));
    }

    [Test]
    public void Environment_HoldsWhatMesosSets_AndTheTasksOwnComesLast()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.Command.Environment = new Mesos.V1.Environment();
        task.Command.Environment.Variables.Add(new Mesos.V1.Environment.Types.Variable { Name = "MESOS_CHECKPOINT", Value = "mine" });

        bench.Hear(Make.Launch(task));

        var environment = bench.Effects<LaunchContainer>().Single().Spec.Environment;
        Assert.That(environment, Does.Contain(KeyValuePair.Create("MESOS_SLAVE_PID", "slave(1)@10.0.0.1:5051")));
        Assert.That(environment, Does.Contain(KeyValuePair.Create("MESOS_FRAMEWORK_ID", "f1")));
        Assert.That(environment, Does.Contain(KeyValuePair.Create("MESOS_ALLOCATION_ROLE", "*")));
        Assert.That(environment[^1], Is.EqualTo(KeyValuePair.Create("MESOS_CHECKPOINT", "mine")));
    }

    [Test]
    public void Arguments_WithoutAShell_AreTakenAsTheyAre()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.Command = new CommandInfo { Shell = false, Value = "/bin/echo" };
        task.Command.Arguments.AddRange(["echo", "a b", "$HOME"]);

        bench.Hear(Make.Launch(task));

        var command = (CommandSpec.Program)bench.Effects<LaunchContainer>().Single().Spec.Command;
        Assert.That(command.File, Is.EqualTo("/bin/echo"));
        Assert.That(command.Arguments, Is.EqualTo(new[] { "a b", "$HOME" }));
    }

    [Test]
    public void Reconcile_OfATaskThatIsNotHere_AnswersUntilAcknowledged([Values] bool partitionAware)
    {
        var bench = new Bench().Register();
        var reconcile = new Wire.AgentProtocol.Event.Types.Reconcile();
        reconcile.Tasks.Add(new Wire.AgentProtocol.Event.Types.Reconcile.Types.Entry
        {
            FrameworkId = new FrameworkID { Value = "f1" }, TaskId = new TaskID { Value = "ghost" }, PartitionAware = partitionAware,
        });

        bench.Hear(new Wire.AgentProtocol.Event { Type = Wire.AgentProtocol.Event.Types.Type.Reconcile, Reconcile = reconcile });

        var update = bench.Take().OfType<CallMaster>().Single().Call.Update;
        Assert.That(update.Status.State, Is.EqualTo(partitionAware ? TaskState.TaskDropped : TaskState.TaskLost));
        Assert.That(update.Status.Reason, Is.EqualTo(Reason.Reconciliation));
        bench.Pass(TimeSpan.FromSeconds(10));
        Assert.That(bench.Pending("ghost")!.Uuid, Is.EqualTo(update.Status.Uuid));
        bench.Hear(Make.Acknowledge("ghost", update.Status));
        bench.Take();
        bench.Pass(TimeSpan.FromSeconds(60));
        Assert.That(bench.Pending("ghost"), Is.Null);
    }

    [Test]
    [Category("case 193")]
    public void Killing_IsAnnouncedOnlyToFrameworksThatKnowIt([Values] bool capable)
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task(), capable ? Make.Framework("f1", Capability.TaskKillingState) : Make.Framework());

        bench.Hear(Make.Kill());

        Assert.That(bench.TaskView().Task.State, Is.EqualTo(capable ? TaskState.TaskKilling : TaskState.TaskRunning));
    }
}
