using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>What the default executor makes of the tasks of a group: who lives, and who dies with whom.</summary>
public static class PodCases
{
    private const string Stay = "sleep 1000";

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Pod_Tasks_ShareAContainerAndReportForThemselves", Statuses) { Numbers = [192], Needs = Needs.Processes },
        new("Pod_TaskThatFinishes_LeavesTheOthers", Finishes) { Numbers = [192], Needs = Needs.Processes },
        new("Pod_TaskThatFails_TakesItsGroupAlong", Fails) { Numbers = [192], Needs = Needs.Processes },
        new("Pod_TaskThatIsKilled_TakesItsGroupAlong", Killed) { Numbers = [192], Needs = Needs.Processes },
        new("Pod_TaskThatRunsTooLong_TakesItsGroupAlong", TooLong) { Numbers = [192, 193], Needs = Needs.Processes },
        new("Pod_TaskThatIsHealthy_SaysSo", Healthy) { Numbers = [192, 194], Needs = Needs.Processes },
        new("Pod_TaskThatIsNotHealthy_TakesItsGroupAlong", Sick) { Numbers = [192, 194], Needs = Needs.Processes },
        new("Pod_TasksWithLimitsOfTheirOwn_Run", Limits) { Numbers = [192], Needs = Needs.Processes },
        new("Pod_OfTwoGroups_LosesOnlyTheOneThatFails", TwoGroups) { Numbers = [192], Needs = Needs.Processes },
    ];

    private static async Task Statuses(CaseContext context)
    {
        var pod = await PodAsync(context, Stay, Stay);
        var running = new List<Mesos.V1.TaskStatus>();
        foreach (var task in pod.Tasks)
        {
            var starting = await pod.Scheduler.NextUpdateAsync(task, TaskState.TaskStarting);
            await pod.Scheduler.AcknowledgeAsync(starting);
            running.Add(await pod.Scheduler.FollowAsync(task, TaskState.TaskRunning));
        }
        Expect.That(running.All(status => status.Source == Mesos.V1.TaskStatus.Types.Source.Executor), "statuses of the executor");
        var ids = running.Select(status => status.ContainerStatus.ContainerId).ToList();
        Expect.That(ids.All(id => id.Parent is not null) && ids[0].Parent.Equals(ids[1].Parent) && ids[0].Value != ids[1].Value,
            $"two containers in one, but they are {string.Join(", ", ids)}");
    }

    private static async Task Finishes(CaseContext context)
    {
        var pod = await PodAsync(context, "true", Stay);
        await pod.Scheduler.FollowAsync(pod.Tasks[0], TaskState.TaskFinished);
        await pod.Scheduler.FollowAsync(pod.Tasks[1], TaskState.TaskRunning);
        await pod.Scheduler.SendAsync(Calls.Reconcile((pod.Tasks[1], null)));
        var answer = await pod.Scheduler.NextUpdateAsync(status => status.TaskId.Value == pod.Tasks[1] && !status.HasUuid, "an answer");
        Expect.Equal(answer.State, TaskState.TaskRunning, "the state of the task that stays");
        await pod.Scheduler.SendAsync(Calls.Kill(pod.Tasks[1]));
        await pod.Scheduler.FollowAsync(pod.Tasks[1], TaskState.TaskKilled);
        await OverAsync(pod);
    }

    private static async Task Fails(CaseContext context)
    {
        var pod = await PodAsync(context, Stay, "exit 3");
        Expect.Equal((await pod.Scheduler.FollowAsync(pod.Tasks[1], TaskState.TaskFailed)).Message, "Command exited with status 3",
            "the message");
        await pod.Scheduler.FollowAsync(pod.Tasks[0], TaskState.TaskKilled);
        await OverAsync(pod);
    }

    private static async Task Killed(CaseContext context)
    {
        var pod = await PodAsync(context, Stay, Stay, Stay);
        foreach (var task in pod.Tasks)
        {
            await pod.Scheduler.FollowAsync(task, TaskState.TaskRunning);
        }
        await pod.Scheduler.SendAsync(Calls.Kill(pod.Tasks[1]));
        foreach (var task in pod.Tasks)
        {
            await pod.Scheduler.FollowAsync(task, TaskState.TaskKilled);
        }
        await OverAsync(pod);
    }

    private static async Task TooLong(CaseContext context)
    {
        var pod = await PodAsync(context, (_, tasks) => tasks[0].MaxCompletionTime = new DurationInfo { Nanoseconds = 500_000_000 }, Stay,
            Stay);
        Expect.Equal((await pod.Scheduler.FollowAsync(pod.Tasks[0], TaskState.TaskFailed)).Reason, Reason.MaxCompletionTimeReached,
            "the reason");
        await pod.Scheduler.FollowAsync(pod.Tasks[1], TaskState.TaskKilled);
        await OverAsync(pod);
    }

    private static async Task Healthy(CaseContext context)
    {
        var pod = await PodAsync(context, (_, tasks) => tasks[0].HealthCheck = Check("true"), Stay, Stay);
        await pod.Scheduler.FollowAsync(pod.Tasks[0], TaskState.TaskRunning);
        var healthy = await pod.Scheduler.NextUpdateAsync(
            status => status.TaskId.Value == pod.Tasks[0]
                && status is { State: TaskState.TaskRunning, HasHealthy: true }, "an update that says healthy or not");
        Expect.That(healthy.Healthy, "a healthy task");
        Expect.Equal(healthy.Reason, Reason.TaskHealthCheckStatusUpdated, "the reason");
    }

    private static async Task Sick(CaseContext context)
    {
        var pod = await PodAsync(context, (_, tasks) => tasks[0].HealthCheck = Check("exit 1"), Stay, Stay);
        var killed = await pod.Scheduler.FollowAsync(pod.Tasks[0], TaskState.TaskKilled);
        Expect.That(killed is { HasHealthy: true, Healthy: false }, "a task that was not healthy");
        await pod.Scheduler.FollowAsync(pod.Tasks[1], TaskState.TaskKilled);
        await OverAsync(pod);
    }

    private static async Task Limits(CaseContext context)
    {
        var pod = await PodAsync(context, (_, tasks) =>
        {
            foreach (var task in tasks)
            {
                task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
                    LinuxInfo = new LinuxInfo { ShareCgroups = false } };
                task.Limits["cpus"] = new Value.Types.Scalar { Value = 0.5 };
                task.Limits["mem"] = new Value.Types.Scalar { Value = 64 };
            }
        }, Stay, Stay);
        foreach (var task in pod.Tasks)
        {
            await pod.Scheduler.FollowAsync(task, TaskState.TaskRunning);
        }
    }

    private static async Task TwoGroups(CaseContext context)
    {
        var pod = await PodAsync(context, Stay, Stay);
        foreach (var task in pod.Tasks)
        {
            await pod.Scheduler.FollowAsync(task, TaskState.TaskRunning);
        }
        var rest = await pod.Scheduler.NextOfferAsync(next => next.AgentId.Equals(pod.Offer.AgentId), "the rest of the agent");
        var (stays, fails) = (context.Unique("stays"), context.Unique("fails"));
        await pod.Scheduler.SendAsync(
            Calls.LaunchGroup(rest, pod.Executor, Specs.Task(rest, stays, Stay), Specs.Task(rest, fails, "exit 1")));
        await pod.Scheduler.FollowAsync(fails, TaskState.TaskFailed);
        await pod.Scheduler.FollowAsync(stays, TaskState.TaskKilled);
        await pod.Scheduler.SendAsync(Calls.Reconcile(pod.Tasks.Select(task => (task, (AgentID?)null))));
        foreach (var task in pod.Tasks)
        {
            var answer = await pod.Scheduler.NextUpdateAsync(status => status.TaskId.Value == task && !status.HasUuid, "an answer");
            Expect.Equal(answer.State, TaskState.TaskRunning, "the state of the group that stays");
        }
    }

    /// <summary>An executor ends with its last task, and that is told.</summary>
    private static async Task OverAsync(Pod pod)
    {
        var failure = await pod.Scheduler.NextAsync(
            e => e.Type == EventType.Failure && e.Failure.ExecutorId?.Equals(pod.Executor.ExecutorId) == true, "FAILURE of the executor");
        Expect.Equal(failure.Failure.Status, 0, "the status of the executor");
    }

    private static Task<Pod> PodAsync(CaseContext context, params string[] commands) => PodAsync(context, (_, _) => { }, commands);

    private static async Task<Pod> PodAsync(CaseContext context, Action<ExecutorInfo, IReadOnlyList<TaskInfo>> change,
        params string[] commands)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.LargeOfferAsync(next => Specs.ScalarOf(next.Resources, "cpus") >= 1
            && Specs.ScalarOf(next.Resources, "mem") >= 256, "an offer for a pod");
        var executor = Specs.DefaultExecutor(scheduler.Id!, context.Unique("pod"));
        var tasks = commands.Select(command => Specs.Task(offer, context.Unique("task"), command)).ToList();
        change(executor, tasks);
        await scheduler.SendAsync(Calls.LaunchGroup(offer, executor, tasks));
        return new Pod(scheduler, offer, executor, [.. tasks.Select(task => task.TaskId.Value)]);
    }

    private static HealthCheck Check(string command) => new()
    {
        Type = HealthCheck.Types.Type.Command, Command = new CommandInfo { Value = command },
        DelaySeconds = 0, IntervalSeconds = 0.2, TimeoutSeconds = 10, ConsecutiveFailures = 2, GracePeriodSeconds = 0,
    };

    private sealed record Pod(ScriptedScheduler Scheduler, Offer Offer, ExecutorInfo Executor, IReadOnlyList<string> Tasks);
}
