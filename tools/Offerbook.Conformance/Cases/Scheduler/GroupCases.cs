using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>Task groups under the default executor.</summary>
public static class GroupCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Group_Launched_RunsAllItsTasks", Running) { Numbers = [28], Needs = Needs.TaskGroups },
        new("Group_ThatIsInvalid_FailsAsAWhole", Invalid) { Needs = Needs.Agent },
        new("Group_WhoseExecutorIsShutDown_FailsWithItsExecutor", ExecutorShutDown) { Numbers = [32], Needs = Needs.TaskGroups },
    ];

    private static async Task Running(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var (a, b, executor) = (context.Unique("a"), context.Unique("b"), context.Unique("executor"));
        await scheduler.SendAsync(
            Calls.LaunchGroup(offer, Specs.DefaultExecutor(scheduler.Id!, executor), Specs.Task(offer, a), Specs.Task(offer, b)));
        foreach (var task in new[] { a, b })
        {
            var running = await scheduler.FollowAsync(task, TaskState.TaskRunning);
            Expect.Equal(running.ExecutorId?.Value, executor, "executor_id");
        }
        var rest = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the rest of the agent");
        Expect.Equal(Math.Round(Specs.ScalarOf(offer.Resources, "cpus") - Specs.ScalarOf(rest.Resources, "cpus"), 3), 0.3,
            "the cpus of two tasks and one executor");
        Expect.That(rest.ExecutorIds.Any(id => id.Value == executor), "the executor in executor_ids of the next offer");
        var c = context.Unique("c");
        await scheduler.SendAsync(Calls.LaunchGroup(rest, Specs.DefaultExecutor(scheduler.Id!, executor), Specs.Task(rest, c)));
        await scheduler.FollowAsync(c, TaskState.TaskRunning);
    }

    private static async Task Invalid(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var first = await scheduler.NextOfferAsync();
        var limited = await context.AgentCanAsync(first.AgentId, "TASK_RESOURCE_LIMITS");
        await scheduler.SendAsync(Calls.Decline(0, first.Id));
        (Action<ExecutorInfo, TaskInfo> Spoil, Func<TaskInfo, string> Text)[] rules =
        [
            ((e, _) => e.ClearType(), _ => "'ExecutorInfo.type' must be set"),
            ((e, _) => e.Command = new CommandInfo { Value = "x" }, _ => "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"),
            ((e, _) => e.FrameworkId = null, _ => "'ExecutorInfo.framework_id' must be set"),
            ((e, _) => e.Resources.RemoveAt(2), t => $"Executor '{t.Labels.Labels_[0].Value}' uses no disk"),
            ((e, _) => e.Resources.RemoveAt(0),
                t => $"Executor '{t.Labels.Labels_[0].Value}' uses less CPUs (None) than the minimum required (0.01)"),
            ((_, t) => t.Resources.Clear(), t => $"Task '{t.TaskId.Value}' is invalid: Task uses no resources"),
            ((_, t) => t.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = new() { Image = "i" } },
                t => $"Task '{t.TaskId.Value}' is invalid: Docker ContainerInfo is not supported on the task"),
            ((_, t) => t.Limits["cpus"] = new Value.Types.Scalar { Value = 1 }, t => $"Task '{t.TaskId.Value}' is invalid: " + (limited
                ? "Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'."
                : "Agent is not capable of handling task resource limits")),
            ((_, t) => t.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
                LinuxInfo = new LinuxInfo { ShareCgroups = false } },
                _ => "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor"),
        ];
        foreach (var (spoil, text) in rules)
        {
            var offer = await scheduler.NextOfferAsync();
            var executor = Specs.DefaultExecutor(scheduler.Id!, context.Unique("executor"));
            var (good, bad) = (Specs.Task(offer, context.Unique("good")), Specs.Task(offer, context.Unique("bad")));
            bad.Labels = new Labels { Labels_ = { new Label { Key = "executor", Value = executor.ExecutorId.Value } } };
            spoil(executor, bad);
            await scheduler.SendAsync(Calls.LaunchGroup(offer, executor, good, bad));
            foreach (var task in new[] { good, bad })
            {
                var status = await scheduler.NextUpdateAsync(task.TaskId.Value, TaskState.TaskError);
                Expect.Equal(status.Message, text(bad), "the message");
                Expect.Equal(status.Reason, Reason.TaskGroupInvalid, "the reason");
            }
        }
    }

    private static async Task ExecutorShutDown(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var (task, executor) = (context.Unique("task"), context.Unique("executor"));
        await scheduler.SendAsync(Calls.LaunchGroup(offer, Specs.DefaultExecutor(scheduler.Id!, executor), Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        await scheduler.SendAsync(new Call
        {
            Type = Call.Types.Type.Shutdown,
            Shutdown = new() { AgentId = offer.AgentId, ExecutorId = new ExecutorID { Value = executor } },
        });
        var failure = await scheduler.NextAsync(e => e.Type == EventType.Failure && e.Failure.ExecutorId?.Value == executor,
            "FAILURE of the executor");
        Expect.That(failure.Failure.HasStatus, "a wait status");
        Expect.Equal(failure.Failure.AgentId.Value, offer.AgentId.Value, "agent_id");
    }
}
