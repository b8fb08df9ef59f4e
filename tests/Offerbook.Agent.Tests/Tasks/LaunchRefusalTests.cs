using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Tasks;

public sealed class LaunchRefusalTests
{
    [Test]
    public void Launch_BeyondTheTotal_IsAnError()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task("t1", resources: "cpus:6;mem:64"));

        bench.Hear(Make.Launch(Make.Task("t2", resources: "cpus:3;mem:64")));

        Assert.That(bench.Pending("t2")!.State, Is.EqualTo(TaskState.TaskError));
        Assert.That(bench.Pending("t2")!.Message,
            Does.StartWith("Total resources cpus:3; mem:64 required by task is more than available cpus:2; mem:8128"));
        Assert.That(bench.Effects<LaunchContainer>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Resources_OfAnEndedTask_AreFreeBeforeItsUpdateIsAcknowledged()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task("t1", resources: "cpus:8;ports:[31000-31005]"));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));

        bench.Hear(Make.Launch(Make.Task("t2", resources: "cpus:8;ports:[31005-31006]")));

        Assert.That(bench.Pending("t2")!.State, Is.EqualTo(TaskState.TaskStarting));
    }

    [Test]
    public void Resources_OfRunningTasks_AreKnownAfterARestart()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task("t1", resources: "cpus:8"));
        var restarted = bench.Restart();
        restarted.Tell(new AgentMessage.ContainerStarted(container, 1));
        restarted.Register();

        restarted.Hear(Make.Launch(Make.Task("t2", resources: "cpus:1")));

        Assert.That(restarted.Pending("t2")!.State, Is.EqualTo(TaskState.TaskError));
    }

    [Test]
    public void ATask_WithoutACommand_IsInvalid()
    {
        var task = Make.Task();
        task.Command = null;

        Assert.That(Refused(task).State, Is.EqualTo(TaskState.TaskError));
    }

    [TestCase("../../../etc")]
    [TestCase("a/b")]
    [TestCase("..")]
    [TestCase("")]
    public void Ids_ThatAreNoFileNames_NeverReachTheDisk(string id)
    {
        var bench = new Bench().Register();

        bench.Hear(Make.Launch(Make.Task(id)));

        Assert.That(bench.Effects<LaunchContainer>(), Is.Empty);
        Assert.That(bench.Pending(id)!.State, Is.EqualTo(TaskState.TaskError));
        Assert.That(bench.Core.View().Frameworks, Is.Empty);
    }

    [Test]
    public void EnvironmentVariables_WithABadName_AreRefused()
    {
        var task = Make.Task();
        task.Command.Environment = new Mesos.V1.Environment();
        task.Command.Environment.Variables.Add(new Mesos.V1.Environment.Types.Variable { Name = "a=b", Value = "c" });

        Assert.That(Refused(task).State, Is.EqualTo(TaskState.TaskError));
    }

    [Test]
    public void TaskGroups_AreRefusedTaskByTask()
    {
        var bench = new Bench().Register();
        var group = new TaskGroupInfo();
        group.Tasks.AddRange([Make.Task("a"), Make.Task("b")]);

        bench.Hear(new Wire.AgentProtocol.Event
        {
            Type = Wire.AgentProtocol.Event.Types.Type.LaunchGroup,
            LaunchGroup = new Wire.AgentProtocol.Event.Types.LaunchGroup
            {
                FrameworkInfo = Make.Framework(), Executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = "e" } },
                TaskGroup = group,
            },
        });

        Assert.That(bench.Pending("a")!.Reason, Is.EqualTo(Reason.TaskGroupInvalid));
        Assert.That(bench.Pending("b")!.State, Is.EqualTo(TaskState.TaskError));
    }

    [Test]
    public void Launches_BeyondTheBoundOfTasks_AreDropped()
    {
        var bench = new Bench(Make.Settings() with { MaxTasks = 1 }).Register();
        bench.Run(Make.Task("t1"));

        bench.Hear(Make.Launch(Make.Task("t2")));

        Assert.That(bench.Pending("t2")!.State, Is.EqualTo(TaskState.TaskLost));
        Assert.That(bench.Effects<LaunchContainer>().Count(), Is.EqualTo(1));
    }

    private static TaskStatus Refused(TaskInfo task)
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(task));
        Assert.That(bench.Effects<LaunchContainer>(), Is.Empty);
        return bench.Pending()!;
    }
}
