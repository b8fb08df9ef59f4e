using Mesos.V1;
using Offerbook.Conformance.Kit;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Conformance.Cases.Operator;

/// <summary>Agents that operators take out and bring back.</summary>
public static class DrainCases
{
    private static readonly AgentID Nowhere = new() { Value = "nowhere" };

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Drain_OfAnIdleAgent_IsDoneAtOnce", Idle) { Numbers = [189], Needs = Needs.Agent },
        new("Drain_OfABusyAgent_EndsItsTasks", Busy) { Numbers = [189], Needs = Needs.Agent },
        new("Deactivated_Agent_MakesNoOffersUntilReactivated", Deactivated) { Numbers = [189], Needs = Needs.Agent },
        new("Drain_OfWhatIsUnknown_IsRefused", Unknown) { Numbers = [189, 178] },
        new("Drain_OfAScheduledMachine_IsRefused", Scheduled) { Numbers = [189], Needs = Needs.Agent },
    ];

    private static async Task Idle(CaseContext context)
    {
        var (scheduler, offer) = await OfferedAsync(context);
        Undo(context, offer.AgentId);
        await context.Operator.ExpectAsync(OperatorCalls.Drain(offer.AgentId), 200, "");
        await scheduler.NextAsync(e => e.Rescind?.OfferId.Equals(offer.Id) == true, "RESCIND of the offer");
        await context.EventuallyAsync(async () => await StateAsync(context, offer.AgentId) == DrainState.Drained,
            "the agent to be drained");
        await context.Operator.ExpectAsync(OperatorCalls.Reactivate(offer.AgentId), 200, "");
        Expect.Equal((await context.AgentAsync(offer.AgentId)).Deactivated, false, "deactivated");
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the agent again");
        await context.Operator.ExpectAsync(OperatorCalls.Reactivate(offer.AgentId), 400, "Agent is not deactivated");
    }

    private static async Task Busy(CaseContext context)
    {
        var (scheduler, offer) = await OfferedAsync(context);
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the rest of the agent");
        Undo(context, offer.AgentId);
        await context.Operator.ExpectAsync(OperatorCalls.Drain(offer.AgentId), 200, "");
        var killed = await scheduler.NextUpdateAsync(task, TaskState.TaskKilled);
        Expect.Equal(killed.Reason, Reason.AgentDraining, "the reason");
        // Its end is not acknowledged: the agent is not empty.
        Expect.Equal(await StateAsync(context, offer.AgentId), DrainState.Draining, "the state of the agent");
        await context.Operator.ExpectAsync(OperatorCalls.Reactivate(offer.AgentId), 400, "Agent is still in the DRAINING state");
        await scheduler.AcknowledgeAsync(killed);
        await context.EventuallyAsync(async () => await StateAsync(context, offer.AgentId) == DrainState.Drained,
            "the agent to be drained");
        Expect.Equal((await context.AgentAsync(offer.AgentId)).Deactivated, true, "deactivated");
        await scheduler.NoOffersAsync(next => next.AgentId.Equals(offer.AgentId));
    }

    private static async Task Deactivated(CaseContext context)
    {
        var (scheduler, offer) = await OfferedAsync(context);
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Suppress());
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        Undo(context, offer.AgentId);
        await context.Operator.ExpectAsync(OperatorCalls.Deactivate(offer.AgentId), 200, "");
        await context.Operator.ExpectAsync(OperatorCalls.Deactivate(offer.AgentId), 200, "");
        await scheduler.SendAsync(Calls.Revive());
        await scheduler.NoOffersAsync(next => next.AgentId.Equals(offer.AgentId));
        await scheduler.SendAsync(Calls.Reconcile((task, null)));
        await scheduler.NextUpdateAsync(task, TaskState.TaskRunning);
        await context.Operator.ExpectAsync(OperatorCalls.Reactivate(offer.AgentId), 200, "");
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the agent again");
    }

    private static async Task Unknown(CaseContext context)
    {
        await context.Operator.ExpectAsync(OperatorCalls.Drain(Nowhere), 400, "Unknown agent");
        await context.Operator.ExpectAsync(OperatorCalls.Deactivate(Nowhere), 400);
        await context.Operator.ExpectAsync(OperatorCalls.Reactivate(Nowhere), 400);
        await context.Operator.ExpectAsync(OperatorCalls.MarkGone(Nowhere), 404, "Agent 'nowhere' not found");
    }

    private static async Task Scheduled(CaseContext context)
    {
        var agent = await context.AnAgentAsync();
        var ip = agent.Pid[(agent.Pid.IndexOf('@', StringComparison.Ordinal) + 1)..agent.Pid.LastIndexOf(':')];
        context.AtEnd(() => context.Operator.CallAsync(OperatorCalls.UpdateSchedule()));
        var machine = new MachineID { Hostname = agent.AgentInfo.Hostname, Ip = ip };
        await context.Operator.ExpectAsync(OperatorCalls.UpdateSchedule(OperatorCalls.Window([machine])), 200);
        var answer = await context.Operator.CallAsync(OperatorCalls.Drain(agent.AgentInfo.Id));
        Expect.Equal(answer.Status, 400, "the status");
        Expect.Contains(answer.Reason, "is part of a maintenance schedule", "the text");
    }

    private static async Task<DrainState?> StateAsync(CaseContext context, AgentID agent) =>
        (await context.AgentAsync(agent)).DrainInfo?.State;

    private static async Task<(ScriptedScheduler Scheduler, Offer Offer)> OfferedAsync(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        return (scheduler, await scheduler.NextOfferAsync());
    }

    private static void Undo(CaseContext context, AgentID agent) => context.AtEnd(() => context.EventuallyAsync(
        async () =>
            !(await context.AgentAsync(agent)).Deactivated
                || (await context.Operator.CallAsync(OperatorCalls.Reactivate(agent))).Status == 200,
        "the agent to be active again"));
}
