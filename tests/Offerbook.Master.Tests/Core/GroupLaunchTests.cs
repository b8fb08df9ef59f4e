using Mesos.V1;
using Mesos.V1.Scheduler;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using CapabilityType = Mesos.V1.AgentInfo.Types.Capability.Types.Type;
using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>LAUNCH_GROUP: one event for all tasks, one charge for their executor, and nothing at all when anything is wrong.</summary>
internal sealed class GroupLaunchTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    private Offer Offer => _scheduler.Offers[^1];

    private static IEnumerable<TestCaseData> BadGroups()
    {
        yield return Bad("Task_IdEmpty", g => g.Tasks[1].TaskId.Value = "", "Task '' is invalid: ID must not be empty");
        yield return Bad("Task_IdTwice", g => g.Tasks[1].TaskId.Value = "a", "Task 'a' is invalid: Task has duplicate ID: a");
        yield return Bad("Task_NoResources", g => g.Tasks[1].Resources.Clear(), "Task 'b' is invalid: Task uses no resources");
        yield return Bad("Task_Docker",
            g => g.Tasks[0].Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = new() { Image = "x" } },
            "Task 'a' is invalid: Docker ContainerInfo is not supported on the task");
        yield return Bad("Task_NetworkWithHttpCheck", g =>
        {
            g.Tasks[0].Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
                NetworkInfos = { new NetworkInfo { Name = "n" } } };
            g.Tasks[0].HealthCheck = new HealthCheck { Type = HealthCheck.Types.Type.Http, Http = new() { Port = 1 } };
        }, "Task 'a' is invalid: HTTP and TCP health checks are not supported for nested containers not joining parent's network");
        yield return Bad("Task_LimitsInSharedCgroups",
            g => g.Tasks[0].Limits["cpus"] = new Value.Types.Scalar { Value = double.PositiveInfinity },
            "Task 'a' is invalid: Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'.");
        yield return Bad("Task_HealthCheckWithoutType", g => g.Tasks[0].HealthCheck = new HealthCheck { Http = new() { Port = 1 } },
            "Task 'a' is invalid: Task uses invalid health check: HealthCheck must specify 'type'");
        yield return Bad("Task_OtherExecutor", g => g.Tasks[1].Executor = new ExecutorInfo(g.Executor) { Name = "other" },
            "The `ExecutorInfo` of task 'b' is different from executor 'e'");
        yield return Bad("Executor_NoType", g => g.Executor.ClearType(), "'ExecutorInfo.type' must be set");
        yield return Bad("Executor_UnknownType", g => g.Executor.Type = ExecutorInfo.Types.Type.Unknown, "Unknown executor type");
        yield return Bad("Executor_DefaultWithCommand", g => g.Executor.Command = new CommandInfo { Value = "x" },
            "'ExecutorInfo.command' must not be set for 'DEFAULT' executor");
        yield return Bad("Executor_DefaultInDocker",
            g => g.Executor.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = new() { Image = "x" } },
            "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor");
        yield return Bad("Executor_DefaultWithImage", g => g.Executor.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            Mesos = new() { Image = new Image { Type = Image.Types.Type.Docker, Docker = new() { Name = "x" } } },
        }, "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor");
        yield return Bad("Executor_NoFrameworkId", g => g.Executor.FrameworkId = null, "'ExecutorInfo.framework_id' must be set");
        yield return Bad("Executor_NegativeGrace", g => g.Executor.ShutdownGracePeriod = new DurationInfo { Nanoseconds = -1 },
            "ExecutorInfo's 'shutdown_grace_period' must be non-negative");
        yield return Bad("Executor_NoCpus", g => g.Executor.Resources.RemoveAt(0),
            "Executor 'e' uses less CPUs (None) than the minimum required (0.01)");
        yield return Bad("Executor_LittleMemory", g => g.Executor.Resources[1].Scalar.Value = 16,
            "Executor 'e' uses less memory (16MB) than the minimum required (32MB)");
        yield return Bad("Executor_NoDisk", g => g.Executor.Resources.RemoveAt(2), "Executor 'e' uses no disk");
        yield return Bad("Executor_ShareCgroups", g => g.Executor.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            LinuxInfo = new LinuxInfo { ShareCgroups = true },
        }, "The 'share_cgroups' field cannot be set to 'true' on executor containers");
        yield return Bad("Group_ShareCgroupsMixed", g => g.Tasks[0].Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            LinuxInfo = new LinuxInfo { ShareCgroups = false },
        }, "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor");
        yield return Bad("Group_PortTwice", g => g.Tasks.ForEach(task => task.Resources.Add(Port(31_001))),
            "There are overlapping resources in the task group's task resources");
        yield return Bad("Group_TooBig", g => g.Tasks[0].Resources[0].Scalar.Value = 3.5,
            "Total resources cpus(allocated: web):4.6; mem(allocated: web):160; disk(allocated: web):32 required by task group and its executor are more than available ");
        yield return Bad("Group_InvalidResource", g => g.Executor.Resources[0].Scalar.Value = -1, "Resource 'cpus' is invalid: ");
        yield return Bad("Group_Roles", g => g.Tasks[0].Resources[0].AllocationInfo = new Resource.Types.AllocationInfo { Role = "x" },
            "Task 'a' is invalid: Invalid task resources: The resources have multiple allocation roles ('web' and 'x') but only one allocation role is allowed");
    }

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master, resources: "cpus:4;mem:4096;disk:1024;ports:[31000-31099]");
        _agent.Capabilities.Add(CapabilityType.TaskResourceLimits);
        _agent.Subscribe();
        _scheduler = new TestScheduler(_master).Subscribe();
    }

    [TestCaseSource(nameof(BadGroups))]
    public void Group_ThatIsWrong_FailsAsAWhole(Action<Group> spoil, string message)
    {
        var group = NewGroup("e", "a", "b");
        spoil(group);
        Launch(group);
        Assert.That(_scheduler.Updates.Select(status => (status.State, status.Reason)),
            Is.EqualTo(Enumerable.Repeat((TaskState.TaskError, TaskStatus.Types.Reason.TaskGroupInvalid), 2)));
        Assert.That(_scheduler.Updates.Select(status => status.Message), Is.All.StartsWith(message));
        Assert.That(_agent.Of(AgentEventType.LaunchGroup), Is.Empty);
        Assert.That(_master.View.Agents[0].Used, Is.Empty);
    }

    [Test, Property("case", 28)]
    public void Group_IsOneEvent_AndItsExecutorIsChargedOnce()
    {
        Launch(NewGroup("e", "a", "b"));
        var launch = _agent.Of(AgentEventType.LaunchGroup).Single().LaunchGroup;
        Assert.That(launch.TaskGroup.Tasks.Select(task => task.TaskId.Value), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(launch.TaskGroup.Tasks.Select(task => task.Executor), Is.All.EqualTo(launch.Executor));
        Assert.That(Used(), Is.EqualTo("cpus(allocated: web):2.1; mem(allocated: web):160; disk(allocated: web):32"));

        Launch(NewGroup("e", "c"));
        Assert.That(Used(), Is.EqualTo("cpus(allocated: web):3.1; mem(allocated: web):224; disk(allocated: web):32"));
        Assert.That(_master.View.Agents[0].Executors, Has.Length.EqualTo(1));
    }

    [Test]
    public void Group_WithAnId_IsRefused()
    {
        var operation = Operation(NewGroup("e", "a"));
        operation.Id = new OperationID { Value = "op" };
        Accept(operation);
        Assert.That(_scheduler.Updates.Single().Message, Is.EqualTo("The `id` field cannot be set on LAUNCH_GROUP operations"));
    }

    [Test]
    public void Group_AfterTheAgentReturns_IsKnownAsBefore()
    {
        Launch(NewGroup("e", "a", "b"));
        var used = Used();
        _agent.TakeLaunches();
        _agent.Disconnect();
        _agent.Subscribe();
        Assert.That(Used(), Is.EqualTo(used));
        Assert.That(_master.View.Agents[0].Executors, Has.Length.EqualTo(1));
    }

    [Test]
    public void Group_AfterTheMasterRestarts_IsLearntFromTheAgent()
    {
        _scheduler.Disconnect();
        var lasting = new TestScheduler(_master, TestScheduler.Framework("web", 3600)).Subscribe();
        _scheduler = lasting;
        Launch(NewGroup("e", "a", "b"));
        var used = Used();
        _agent.TakeLaunches();
        _master.Restart();
        _agent.Subscribe();
        Assert.That(Used(), Is.EqualTo(used));
        lasting.Subscribe();
        lasting.Reconcile();
        Assert.That(lasting.Updates.Select(status => status.TaskId.Value), Is.EquivalentTo(new[] { "a", "b" }));
    }

    [Test]
    public void LimitsOfATaskWithItsOwnCgroups_AreTaken()
    {
        var group = NewGroup("e", "a");
        group.Tasks[0].Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
            LinuxInfo = new LinuxInfo { ShareCgroups = false } };
        group.Tasks[0].Limits["cpus"] = new Value.Types.Scalar { Value = double.PositiveInfinity };
        Launch(group);
        Assert.That(_agent.Of(AgentEventType.LaunchGroup), Has.Count.EqualTo(1));
        // Another group under the same executor has to agree.
        Launch(NewGroup("e", "b"));
        Assert.That(_scheduler.Updates.Single().Message, Does.StartWith("If set, the value of 'share_cgroups'"));
    }

    private string Used() => _master.View.Agents[0].Used.Single().Value.ToString();

    private void Launch(Group group) => Accept(Operation(group));

    private static Offer.Types.Operation Operation(Group group)
    {
        var operation = new Offer.Types.Operation { Type = OperationType.LaunchGroup,
            LaunchGroup = new() { Executor = group.Executor, TaskGroup = new TaskGroupInfo() } };
        operation.LaunchGroup.TaskGroup.Tasks.Add(group.Tasks);
        return operation;
    }

    private void Accept(Offer.Types.Operation operation) => _scheduler.Call(new Call
    {
        Type = Call.Types.Type.Accept,
        Accept = new() { OfferIds = { Offer.Id }, Operations = { operation }, Filters = new Filters { RefuseSeconds = 0 } },
    });

    private Group NewGroup(string executor, params string[] tasks) => new(
        new ExecutorInfo
        {
            Type = ExecutorInfo.Types.Type.Default,
            ExecutorId = new ExecutorID { Value = executor },
            FrameworkId = _scheduler.Id,
            Resources = { TestScheduler.Scalar("cpus", 0.1), TestScheduler.Scalar("mem", 32), TestScheduler.Scalar("disk", 32) },
        },
        tasks.Select(id => TestScheduler.Task(Offer, id)).ToList());

    private static Resource Port(ulong port) => new()
    {
        Name = "ports",
        Type = Value.Types.Type.Ranges,
        Ranges = new Value.Types.Ranges { Range = { new Value.Types.Range { Begin = port, End = port } } },
    };

    private static TestCaseData Bad(string name, Action<Group> spoil, string message) =>
        new TestCaseData(spoil, message).SetName("Group_" + name);

    internal sealed record Group(ExecutorInfo Executor, List<TaskInfo> Tasks);
}
