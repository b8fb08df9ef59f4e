using Mesos.V1;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>What is said of a task that cannot be launched; and custom executors, whose resources are charged once.</summary>
internal sealed class TaskValidationTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    private static IEnumerable<TestCaseData> BadTasks()
    {
        yield return Bad("Id_Empty", task => task.TaskId.Value = "", "ID must not be empty");
        yield return Bad("Id_Dots", task => task.TaskId.Value = "..", "'..' is disallowed");
        yield return Bad("Id_Slash", task => task.TaskId.Value = "a\\b", "'a\\b' contains invalid characters");
        yield return Bad("Id_Long", task => task.TaskId.Value = new string('x', 256), "ID must not be greater than 255 characters");
        yield return Bad("Agent_Other", task => task.AgentId = new AgentID { Value = "S9" }, "Task uses invalid agent S9 while agent");
        yield return Bad("Grace_Negative", task => task.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = -1 } },
            "Task's 'kill_policy.grace_period' must be non-negative");
        yield return Bad("Completion_Negative", task => task.MaxCompletionTime = new DurationInfo { Nanoseconds = -1 },
            "Task's `max_completion_time` must be non-negative");
        yield return Bad("Resources_None", task => task.Resources.Clear(), "Task uses no resources");
        yield return Bad("Resources_Negative", task => task.Resources[0].Scalar.Value = -1, "Resource 'cpus' is invalid");
        yield return Bad("Roles_Two", task => task.Resources[0].AllocationInfo = new Resource.Types.AllocationInfo { Role = "other" },
            "only one allocation role is allowed");
        yield return Bad("Command_None", task => task.Command = null,
            "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present");
        yield return Bad("Health_NoType", task => task.HealthCheck = new HealthCheck(),
            "Task uses invalid health check: HealthCheck must specify 'type'");
        yield return Bad("Health_Path", task => task.HealthCheck = new HealthCheck { Http = new() { Port = 1, Path = "x" } },
            "must start with '/'");
        yield return Bad("Health_Negative",
            task => task.HealthCheck = new HealthCheck { Type = HealthCheck.Types.Type.Tcp, Tcp = new() { Port = 1 }, DelaySeconds = -1 },
            "Expecting 'delay_seconds' to be non-negative");
        yield return Bad("Check_NoType", task => task.Check = new CheckInfo(), "Task uses invalid check: CheckInfo must specify 'type'");
        yield return Bad("Variable_NoValue",
            task => task.Command.Environment =
                new Mesos.V1.Environment { Variables = { new Mesos.V1.Environment.Types.Variable { Name = "X" } } },
            "Environment variable 'X' of type 'VALUE' must have a value set");
        yield return Bad("Docker_Missing", task => task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker },
            "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo");
        yield return Bad("Volume_NoSource", task => task.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            Volumes = { new Volume { ContainerPath = "p", Mode = Volume.Types.Mode.Rw } },
        }, "Only one of them should be set: 'host_path', 'image' and 'source'");
        yield return Bad("Limits_Unsupported", task => task.Limits["cpus"] = new Value.Types.Scalar { Value = 2 },
            "Agent is not capable of handling task resource limits");
    }

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master).Subscribe();
    }

    [TestCaseSource(nameof(BadTasks))]
    public void Task_ThatIsWrong_IsAnError(Action<TaskInfo> spoil, string message)
    {
        var task = TestScheduler.Task(_scheduler.Offers[0], "t");
        spoil(task);
        _scheduler.Accept(_scheduler.Offers[0], task);
        var status = _scheduler.Updates.Single();
        Assert.That((status.State, status.Reason), Is.EqualTo((TaskState.TaskError, TaskStatus.Types.Reason.TaskInvalid)));
        Assert.That(status.Message, Does.Contain(message));
        Assert.That(_agent.Of(AgentEventType.Launch), Is.Empty);
        Assert.That(_master.View.Agents[0].Used, Is.Empty);
    }

    [Test]
    public void Executor_IsChargedOnceAndFreedWhenItExits()
    {
        var offer = _scheduler.Offers[0];
        _scheduler.Accept(offer, WithExecutor(offer, "a"), WithExecutor(offer, "b"));
        Assert.That(_master.View.Agents[0].Used.Single().Value.ToString(), Is.EqualTo("cpus(allocated: web):2.5; mem(allocated: web):128"));
        Assert.That(_scheduler.Offers[^1].ExecutorIds.Single().Value, Is.EqualTo("e"));
        foreach (var task in (string[])["a", "b"])
        {
            _scheduler.Acknowledge(_agent.Update(_scheduler.Id!, task, TaskState.TaskFinished));
        }
        _agent.Call(new Offerbook.Wire.AgentProtocol.Call
        {
            Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.ExecutorExited,
            ExecutorExited = new() { FrameworkId = _scheduler.Id, ExecutorId = new ExecutorID { Value = "e" }, Status = 256 },
        });
        Assert.That(_scheduler.Events.Single(e => e.Type == EventType.Failure).Failure.Status, Is.EqualTo(256));
        Assert.That(_master.View.Agents[0].Used, Is.Empty);
    }

    [Test]
    public void Executor_WithAnIdInUse_MustBeTheSame()
    {
        var offer = _scheduler.Offers[0];
        var other = WithExecutor(offer, "b");
        other.Executor.Command.Value = "something else";
        _scheduler.Accept(offer, WithExecutor(offer, "a"), other);
        Assert.That(_scheduler.Updates.Single().Message,
            Does.Contain("ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID."));
    }

    [Test]
    public void Executor_OfARefusedTask_IsNotCharged()
    {
        var offer = _scheduler.Offers[0];
        var task = WithExecutor(offer, "a");
        task.Executor.Resources[0].Scalar.Value = 100;
        _scheduler.Accept(offer, task);
        Assert.That(_scheduler.Updates.Single().Message, Does.StartWith("Total resources "));
        Assert.That(_master.View.Agents[0].Executors, Is.Empty);
    }

    private static TaskInfo WithExecutor(Offer offer, string id)
    {
        var task = TestScheduler.Task(offer, id);
        task.Command = null;
        task.Executor = new ExecutorInfo
        {
            ExecutorId = new ExecutorID { Value = "e" },
            Command = new CommandInfo { Value = "./executor" },
            Resources = { TestScheduler.Scalar("cpus", 0.5) },
        };
        return task;
    }

    private static TestCaseData Bad(string name, Action<TaskInfo> spoil, string message) =>
        new TestCaseData(spoil, message).SetName("Task_" + name);
}
