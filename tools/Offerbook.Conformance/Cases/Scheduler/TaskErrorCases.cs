using Mesos.V1;
using Offerbook.Conformance.Kit;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>Tasks that the master refuses, each with its own text.</summary>
public static class TaskErrorCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("TaskError_OfEachRule_SaysWhatIsWrong", EachRule) { Needs = Needs.Agent },
        new("TaskError_OfATaskThatIsTooBig_NamesBothAmounts", TooBig) { Needs = Needs.Agent },
        new("TaskError_OfALiveTasksId_IsADuplicate", DuplicateId) { Needs = Needs.Agent },
        new("TaskError_OfAnImpossibleResource_RefusesTheWholeLaunch", ImpossibleResource) { Numbers = [165], Needs = Needs.Agent },
        new("TaskError_OfALaunchWithAnId_RefusesTheWholeLaunch", LaunchWithId) { Needs = Needs.Agent },
        new("TaskError_OfOneTask_DoesNotStopTheOther", OneOfTwo) { Needs = Needs.Agent },
    ];

    private static async Task EachRule(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var limited = await context.AgentCanAsync(offer.AgentId, "TASK_RESOURCE_LIMITS");
        string Limits(string text) => limited ? text : "Agent is not capable of handling task resource limits";
        (Action<TaskInfo> Spoil, string Text)[] rules =
        [
            (t => t.TaskId.Value = "..", "'..' is disallowed"),
            (t => t.TaskId.Value = "a/b", "'a/b' contains invalid characters"),
            (t => t.TaskId.Value = new string('x', 256), "ID must not be greater than 255 characters"),
            (t => t.AgentId = new AgentID { Value = "S9" }, $"Task uses invalid agent S9 while agent {offer.AgentId.Value} is expected"),
            (t => t.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = -1 } },
                "Task's 'kill_policy.grace_period' must be non-negative"),
            (t => t.MaxCompletionTime = new DurationInfo { Nanoseconds = -1 }, "Task's `max_completion_time` must be non-negative"),
            (t => t.Check = new CheckInfo(), "Task uses invalid check: CheckInfo must specify 'type'"),
            (t => t.Check = new CheckInfo { Type = CheckInfo.Types.Type.Command },
                "Task uses invalid check: Expecting 'command' to be set for COMMAND check"),
            (t => t.Check = new CheckInfo { Type = CheckInfo.Types.Type.Tcp, Tcp = new() { Port = 1 }, IntervalSeconds = -1 },
                "Task uses invalid check: Expecting 'interval_seconds' to be non-negative"),
            (t => t.HealthCheck = new HealthCheck(), "Task uses invalid health check: HealthCheck must specify 'type'"),
            (t => t.HealthCheck = new HealthCheck { Http = new() { Port = 1, Path = "x" } },
                "Task uses invalid health check: The path 'x' of HTTP health check must start with '/'"),
            (t => t.HealthCheck = new HealthCheck { Type = HealthCheck.Types.Type.Http, Http = new() { Port = 1, Scheme = "ftp" } },
                "Task uses invalid health check: Unsupported HTTP health check scheme: 'ftp'"),
            (t => t.HealthCheck = new HealthCheck { Type = HealthCheck.Types.Type.Command, Command = new CommandInfo() },
                "Task uses invalid health check: Command health check must contain 'shell command'"),
            (t => t.Resources.Clear(), "Task uses no resources"),
            (t => t.Resources[0].AllocationInfo = new Resource.Types.AllocationInfo { Role = "other" },
                $"Invalid task resources: The resources have multiple allocation roles ('{offer.AllocationInfo.Role}' and 'other') but only one allocation role is allowed"),
            (t => t.Resources.Add(Specs.Scalar("gpus", 0.5)),
                "Task uses invalid resources: Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer"),
            (t => t.Resources.Add(
                new Resource(
                    Specs.Scalar("disk", 1)) { Disk = new() { Volume = new Volume { ContainerPath = "p", Mode = Volume.Types.Mode.Rw } } }),
                "Task uses invalid resources: Invalid DiskInfo: Non-persistent volume not supported"),
            (t => t.Resources.Add(new Resource(Specs.Scalar("cpus", 1)) { Revocable = new() }),
                "Task mixes revocable and non-revocable resources: Cannot use both revocable and non-revocable 'cpus' at the same time"),
            (t => Variable(t, v => v.ClearValue()),
                "Task's `CommandInfo` is invalid: Environment variable 'X' of type 'VALUE' must have a value set"),
            (t => Variable(t, v => v.Type = Mesos.V1.Environment.Types.Variable.Types.Type.Secret),
                "Task's `CommandInfo` is invalid: Environment variable 'X' of type 'SECRET' must have a secret set"),
            (t => Variable(t, v => v.Type = Mesos.V1.Environment.Types.Variable.Types.Type.Unknown),
                "Task's `CommandInfo` is invalid: Environment variable of type 'UNKNOWN' is not allowed"),
            (t => t.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker },
                "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo"),
            (t => t.Container = new ContainerInfo
            {
                Type = ContainerInfo.Types.Type.Docker,
                Docker = new() { Image = "i", Parameters = { new Parameter { Key = "name", Value = "n" } } },
            }, "Task's `ContainerInfo` is invalid: Parameter in DockerInfo must not be 'name'"),
            (t => t.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
                Volumes = { new Volume { ContainerPath = "p", Mode = Volume.Types.Mode.Rw } } },
                "Task's `ContainerInfo` is invalid: Invalid volume: Only one of them should be set: 'host_path', 'image' and 'source'"),
            (t => t.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
                LinuxInfo = new LinuxInfo { ShareCgroups = false } },
                "Only tasks in a task group may have 'share_cgroups' set to 'false'"),
            (t => t.Limits["gpus"] = new Value.Types.Scalar { Value = 1 },
                Limits("Only cpus and mem may be included in a task's resource limits")),
            (t => t.Limits["cpus"] = new Value.Types.Scalar { Value = 0.05 },
                Limits("The cpu limit must be greater than or equal to the cpu request")),
            (t => t.Limits["mem"] = new Value.Types.Scalar { Value = 1 },
                Limits("The memory limit must be greater than or equal to the memory request")),
            (t => t.Command = null, "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present"),
            (t => Executor(t, e => e.Command = null), "'ExecutorInfo.command' must be set"),
            (t => Executor(t, e => e.Type = ExecutorInfo.Types.Type.Default),
                "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"),
            (t => Executor(t, e => e.ExecutorId.Value = "a/b"), "'a/b' contains invalid characters"),
            (t => Executor(t, e => e.FrameworkId = new FrameworkID { Value = "x" }),
                $"ExecutorInfo has an invalid FrameworkID (Actual: x vs Expected: {scheduler.Id!.Value})"),
            (t => Executor(t, e => e.ShutdownGracePeriod = new DurationInfo { Nanoseconds = -1 }),
                "ExecutorInfo's 'shutdown_grace_period' must be non-negative"),
        ];
        var tasks = new List<TaskInfo>();
        foreach (var (spoil, _) in rules)
        {
            var task = Specs.Task(offer, context.Unique("task"));
            spoil(task);
            tasks.Add(task);
        }
        await scheduler.SendAsync(Calls.Launch(offer, tasks));
        foreach (var (_, text) in rules)
        {
            var status = await scheduler.NextUpdateAsync(_ => true, $"TASK_ERROR '{text}'");
            Expect.Equal(status.Message, text, "the message");
            Expect.Equal((status.State, status.Source, status.Reason), (TaskState.TaskError, Source.Master, Reason.TaskInvalid),
                "state, source and reason");
            Expect.That(!status.HasUuid, "no uuid");
        }
    }

    private static async Task TooBig(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var role = offer.AllocationInfo.Role;
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, context.Unique("task"), cpus: 100_000, mem: 64)));
        var status = await scheduler.NextUpdateAsync(_ => true, "TASK_ERROR");
        Expect.That(
            status.Message.StartsWith(
                $"Total resources cpus(allocated: {role}):100000; mem(allocated: {role}):64 required by task and its executor is more than available ",
                StringComparison.Ordinal),
            $"both amounts, but the message was '{status.Message}'");
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the resources again");
    }

    private static async Task DuplicateId(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task), Specs.Task(offer, task)));
        var status = await scheduler.NextUpdateAsync(s => s.State == TaskState.TaskError, "TASK_ERROR");
        Expect.Equal(status.Message, $"Task has duplicate ID: {task}", "the message");
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
    }

    private static async Task ImpossibleResource(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var (tiny, fine) = (context.Unique("tiny"), context.Unique("fine"));
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, fine), Specs.Task(offer, tiny, cpus: 0.00001)));
        foreach (var task in new[] { fine, tiny })
        {
            var status = await scheduler.NextUpdateAsync(task, TaskState.TaskError);
            Expect.Equal(status.Reason, Reason.TaskInvalid, "the reason");
            Expect.Contains(status.Message, "Invalid scalar resource: value", "the message");
        }
    }

    private static async Task LaunchWithId(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var launch = Calls.LaunchOperation(Specs.Task(offer, context.Unique("task")));
        launch.Id = new OperationID { Value = "operation" };
        await scheduler.SendAsync(Calls.Accept([offer.Id], [launch]));
        var status = await scheduler.NextUpdateAsync(_ => true, "TASK_ERROR");
        Expect.Equal(status.Message, "The `id` field cannot be set on LAUNCH operations", "the message");
    }

    private static async Task OneOfTwo(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var good = context.Unique("good");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, "."), Specs.Task(offer, good)));
        await scheduler.NextUpdateAsync(".", TaskState.TaskError);
        await scheduler.FollowAsync(good, TaskState.TaskRunning);
    }

    private static void Variable(TaskInfo task, Action<Mesos.V1.Environment.Types.Variable> spoil)
    {
        var variable = new Mesos.V1.Environment.Types.Variable { Name = "X", Value = "v" };
        spoil(variable);
        if (variable.Type == Mesos.V1.Environment.Types.Variable.Types.Type.Secret)
        {
            variable.ClearValue();
        }
        task.Command.Environment = new Mesos.V1.Environment { Variables = { variable } };
    }

    private static void Executor(TaskInfo task, Action<ExecutorInfo> spoil)
    {
        task.Command = null;
        task.Executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = "executor" }, Command = new CommandInfo { Value = "x" } };
        spoil(task.Executor);
    }
}
