using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>Tasks from ACCEPT to their acknowledged ends.</summary>
public static class LaunchCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Task_Launched_RunsAndIsAcknowledged", Running) { Numbers = [27], Needs = Needs.Agent },
        new("Task_ThatEnds_SaysHow", Ends) { Numbers = [27], Needs = Needs.Agent },
        new("Task_Killed_IsKilled", Killed) { Numbers = [30], Needs = Needs.Agent },
        new("Task_KilledOnTheWrongAgent_RunsOn", KilledElsewhere) { Needs = Needs.Agent },
        new("Task_TerminalAndUnacknowledged_FreesItsResources", TerminalFreesResources) { Numbers = [157], Needs = Needs.Agent },
        new("Task_LaunchedOnTwoOffersOfOneAgent_UsesBoth", CombinedOffers) { Numbers = [151], Needs = Needs.Agent },
        new("Task_UpdateUnacknowledgedAtFailover_ComesToTheNewScheduler", FailoverUpdate) { Numbers = [20], Needs = Needs.Agent },
        new("Task_OfASchedulerThatIsGone_IsKilled", SchedulerExit) { Numbers = [23], Needs = Needs.Agent },
        new("Task_OfATornDownFramework_IsKilledWithoutUpdates", Teardown) { Needs = Needs.Agent },
    ];

    private static async Task Running(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        var running = await scheduler.FollowAsync(task, TaskState.TaskRunning);
        Expect.Equal(running.Uuid.Length, 16, "the length of the uuid");
        Expect.Equal(running.AgentId.Value, offer.AgentId.Value, "agent_id");
        Expect.That(running.HasTimestamp, "a timestamp");
        var rest = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the rest of the agent");
        Expect.That(Specs.ScalarOf(rest.Resources, "cpus") < Specs.ScalarOf(offer.Resources, "cpus"), "fewer cpus in the next offer");
    }

    private static async Task Ends(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var (good, bad) = (context.Unique("good"), context.Unique("bad"));
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, good, "true"), Specs.Task(offer, bad, "exit 3")));
        Expect.Equal((await scheduler.FollowAsync(good, TaskState.TaskFinished)).Message, "Command exited with status 0", "the message");
        Expect.Equal((await scheduler.FollowAsync(bad, TaskState.TaskFailed)).Message, "Command exited with status 3", "the message");
    }

    private static async Task Killed(CaseContext context)
    {
        var (scheduler, task, _) = await RunningAsync(context);
        await scheduler.SendAsync(Calls.Kill(task));
        await scheduler.FollowAsync(task, TaskState.TaskKilled);
    }

    private static async Task KilledElsewhere(CaseContext context)
    {
        var (scheduler, task, agent) = await RunningAsync(context);
        await scheduler.SendAsync(Calls.Kill(task, new AgentID { Value = "elsewhere" }));
        await scheduler.SendAsync(Calls.Reconcile((task, null)));
        await scheduler.NextUpdateAsync(status => status.TaskId.Value == task && status.State == TaskState.TaskRunning,
            "the task still running");
        await scheduler.SendAsync(Calls.Kill(task, agent));
        await scheduler.FollowAsync(task, TaskState.TaskKilled);
    }

    private static async Task TerminalFreesResources(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var cpus = Specs.ScalarOf(offer.Resources, "cpus");
        var task = context.Unique("task");
        // The first update is not acknowledged, so that the last is never sent; the resources are free all the same.
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task, "true", cpus: cpus)));
        await scheduler.NextUpdateAsync(status => status.TaskId.Value == task, "the first update");
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId) && Specs.ScalarOf(next.Resources, "cpus") == cpus,
            "all cpus of the agent");
    }

    private static async Task CombinedOffers(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var cpus = Specs.ScalarOf(offer.Resources, "cpus");
        var filler = context.Unique("filler");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, filler, cpus: cpus / 2)));
        await scheduler.FollowAsync(filler, TaskState.TaskRunning);
        var rest = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the rest of the agent");
        await scheduler.SendAsync(Calls.Kill(filler));
        await scheduler.FollowAsync(filler, TaskState.TaskKilled);
        var freed = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "what the killed task left");
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Accept([rest.Id, freed.Id], [Calls.LaunchOperation(Specs.Task(offer, task, cpus: cpus))]));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
    }

    private static async Task FailoverUpdate(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        var first = await context.SubscribedAsync(info);
        var offer = await first.NextOfferAsync();
        var task = context.Unique("task");
        await first.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        var update = await first.NextUpdateAsync(status => status.TaskId.Value == task, "the first update");
        var second = context.Successor(first);
        await second.SubscribeAsync(info);
        var again = await second.NextUpdateAsync(status => status.TaskId.Value == task, "the update again");
        Expect.Equal(again.Uuid, update.Uuid, "the uuid of the update that comes again");
        await second.AcknowledgeAsync(again);
    }

    private static async Task SchedulerExit(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        info.FailoverTimeout = 0;
        var (scheduler, task, _) = await RunningAsync(context, info);
        scheduler.Disconnect();
        await context.RemovedAsync(scheduler);
        await ExpectKilledAsync(context, scheduler, task);
    }

    private static async Task Teardown(CaseContext context)
    {
        var (scheduler, task, _) = await RunningAsync(context);
        await scheduler.SendAsync(Calls.Plain(Call.Types.Type.Teardown));
        await scheduler.Events.EndAsync(context.Options.Patience);
        Expect.That(scheduler.Events.All.All(e => e.Type != EventType.Update || e.Update.Status.State != TaskState.TaskKilled),
            "no update of the killed task");
        await ExpectKilledAsync(context, scheduler, task);
    }

    private static async Task ExpectKilledAsync(CaseContext context, ScriptedScheduler scheduler, string task)
    {
        var framework = (await context.FindFrameworkAsync(scheduler.Id!))!.Value;
        var completed = framework.GetProperty("completed_tasks").EnumerateArray().Single(t => t.GetProperty("id").GetString() == task);
        Expect.Equal(completed.GetProperty("state").GetString(), "TASK_KILLED", "the state of the completed task");
    }

    private static async Task<(ScriptedScheduler Scheduler, string Task, AgentID Agent)> RunningAsync(CaseContext context,
        FrameworkInfo? info = null)
    {
        var scheduler = await context.SubscribedAsync(info);
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        return (scheduler, task, offer.AgentId);
    }
}
