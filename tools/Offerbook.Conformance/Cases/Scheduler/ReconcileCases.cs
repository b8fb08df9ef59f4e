using Mesos.V1;
using Offerbook.Conformance.Kit;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>What a scheduler is told when it asks.</summary>
public static class ReconcileCases
{
    private static readonly AgentID Nowhere = new() { Value = "nowhere" };

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Reconcile_OfALiveTask_SaysItsState", LiveTask) { Numbers = [29, 55, 56], Needs = Needs.Agent },
        new("Reconcile_OfAllTasks_SaysEveryLiveOne", Implicit) { Numbers = [63, 64], Needs = Needs.Agent },
        new("Reconcile_OfATerminalUnacknowledgedTask_SaysItsEnd", Unacknowledged) { Numbers = [65], Needs = Needs.Agent },
        new("Reconcile_WhileAnUpdateIsOut_SaysWhatWasForwarded", Forwarded) { Numbers = [66], Needs = Needs.Agent },
        new("Reconcile_OfAnUnknownTask_SaysLostOrUnknown", UnknownTask) { Numbers = [57, 58] },
        new("Reconcile_OfAnUnknownTaskOnAKnownAgent_SaysLostOrGone", GoneTask) { Numbers = [58, 59], Needs = Needs.Agent },
        new("Kill_OfAnUnknownTask_IsAnsweredLikeReconcile", KillUnknown) { Numbers = [60] },
    ];

    private static async Task LiveTask(CaseContext context)
    {
        var (scheduler, offer) = await OfferedAsync(context);
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        var running = await scheduler.FollowAsync(task, TaskState.TaskRunning);
        // Known wins even over a wrong agent.
        foreach (var agent in new[] { null, offer.AgentId, Nowhere })
        {
            await scheduler.SendAsync(Calls.Reconcile((task, agent)));
            var status = await AnswerAsync(scheduler, task);
            Expect.Equal(status.State, TaskState.TaskRunning, "the state");
            Expect.Equal(status.Message, "Reconciliation: Latest task state", "the message");
            Expect.Equal(status.AgentId.Value, running.AgentId.Value, "agent_id");
        }
    }

    private static async Task Implicit(CaseContext context)
    {
        var (scheduler, offer) = await OfferedAsync(context);
        var (live, over) = (context.Unique("live"), context.Unique("over"));
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, live), Specs.Task(offer, over, "true")));
        await scheduler.FollowAsync(live, TaskState.TaskRunning);
        await scheduler.FollowAsync(over, TaskState.TaskFinished);
        await scheduler.SendAsync(Calls.Reconcile());
        await AnswerAsync(scheduler, live);
        // The answers come in order: one to a question asked later shows that there was none before.
        await scheduler.SendAsync(Calls.Reconcile((live, null)));
        await AnswerAsync(scheduler, live);
        Expect.That(
            scheduler.Events.All.All(e => e.Update?.Status is not { Reason: Reason.Reconciliation } status || status.TaskId.Value != over),
            "nothing of the task whose end was acknowledged");
    }

    private static async Task Unacknowledged(CaseContext context)
    {
        var (scheduler, offer) = await OfferedAsync(context);
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task, "true")));
        TaskStatus status;
        while ((status = await scheduler.NextUpdateAsync(s => s.TaskId.Value == task && s.HasUuid,
            "an update")).State != TaskState.TaskFinished)
        {
            await scheduler.AcknowledgeAsync(status);
        }
        await scheduler.SendAsync(Calls.Reconcile());
        Expect.Equal((await AnswerAsync(scheduler, task)).State, TaskState.TaskFinished, "the state");
        await scheduler.AcknowledgeAsync(status);
        await scheduler.SendAsync(Calls.Reconcile((task, offer.AgentId)));
        Expect.Equal((await AnswerAsync(scheduler, task)).State, TaskState.TaskLost, "the state after the acknowledgement");
    }

    private static async Task Forwarded(CaseContext context)
    {
        var (scheduler, offer) = await OfferedAsync(context);
        var task = context.Unique("task");
        var cpus = Specs.ScalarOf(offer.Resources, "cpus");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task, "true", cpus: cpus)));
        var first = await scheduler.NextUpdateAsync(s => s.TaskId.Value == task, "the first update");
        // All cpus are offered again when the agent has said that the task is over.
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId) && Specs.ScalarOf(next.Resources, "cpus") == cpus,
            "all cpus of the agent");
        await scheduler.SendAsync(Calls.Reconcile((task, null)));
        Expect.Equal((await AnswerAsync(scheduler, task)).State, first.State, "the state, which is that of the update that is out");
    }

    private static async Task UnknownTask(CaseContext context)
    {
        await UnknownAsync(await context.SubscribedAsync(), null, TaskState.TaskLost, "Reconciliation: Task is unknown");
        await UnknownAsync(await context.SubscribedAsync(), Nowhere, TaskState.TaskLost, "Reconciliation: Task is unknown");
        var aware = await context.SubscribedAsync(Specs.Framework([context.Unique("role")], Capability.PartitionAware));
        await UnknownAsync(aware, null, TaskState.TaskUnknown, "Reconciliation: Task is unknown");
        await UnknownAsync(aware, Nowhere, TaskState.TaskUnknown, "Reconciliation: Task is unknown");
    }

    private static async Task GoneTask(CaseContext context)
    {
        var (scheduler, offer) = await OfferedAsync(context);
        await UnknownAsync(scheduler, offer.AgentId, TaskState.TaskLost, "Reconciliation: Task is unknown to the agent");
        var aware = await context.SubscribedAsync(Specs.Framework([context.Unique("role")], Capability.PartitionAware));
        await UnknownAsync(aware, offer.AgentId, TaskState.TaskGone, "Reconciliation: Task is unknown to the agent");
    }

    private static async Task KillUnknown(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync(Specs.Framework([context.Unique("role")], Capability.PartitionAware));
        await scheduler.SendAsync(Calls.Kill("never"));
        Expect.Equal((await AnswerAsync(scheduler, "never")).State, TaskState.TaskUnknown, "the state");
    }

    private static async Task UnknownAsync(ScriptedScheduler scheduler, AgentID? agent, TaskState state, string message)
    {
        await scheduler.SendAsync(Calls.Reconcile(("never", agent)));
        var status = await AnswerAsync(scheduler, "never");
        Expect.Equal((status.State, status.Message), (state, message), "state and message");
    }

    private static async Task<TaskStatus> AnswerAsync(ScriptedScheduler scheduler, string task)
    {
        var status = await scheduler.NextUpdateAsync(s => s.TaskId.Value == task && s.Reason == Reason.Reconciliation,
            "an answer about the task");
        Expect.Equal(status.Source, Source.Master, "the source");
        Expect.That(!status.HasUuid, "no uuid");
        return status;
    }

    private static async Task<(ScriptedScheduler Scheduler, Offer Offer)> OfferedAsync(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        return (scheduler, await scheduler.NextOfferAsync());
    }
}
