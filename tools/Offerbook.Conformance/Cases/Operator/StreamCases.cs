using Mesos.V1;
using Mesos.V1.Master;
using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Master.Event.Types.Type;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Operator;

/// <summary>The stream of cluster events, and the end of frameworks by operators.</summary>
public static class StreamCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Stream_BeginsWithTheStateAndAHeartbeat", Begin) { Numbers = [175] },
        new("Stream_FollowsFrameworks", Frameworks) { Numbers = [175] },
        new("Stream_FollowsTasks_AddedBeforeUpdated", Tasks) { Numbers = [175], Needs = Needs.Agent },
        new("Stream_ToSeveralOperators_IsTheSame", Several) { Numbers = [175] },
        new("Teardown_ByAnOperator_EndsTheFramework", Teardown) { Numbers = [177], Needs = Needs.Agent },
        new("Teardown_ThroughTheOldEndpoint_IsTheSame", TeardownEndpoint) { Numbers = [177] },
    ];

    private static async Task Begin(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var stream = await context.Operator.SubscribeAsync();
        var first = await TakeAsync(context, stream, _ => true, "an event");
        Expect.Equal(first.Type, EventType.Subscribed, "the first event");
        Expect.Equal(first.Subscribed.HeartbeatIntervalSeconds, 15, "heartbeat_interval_seconds");
        Expect.That(first.Subscribed.GetState.GetFrameworks.Frameworks.Any(shown => shown.FrameworkInfo.Id.Equals(scheduler.Id)),
            "the framework in the state");
        Expect.Equal((await TakeAsync(context, stream, _ => true, "an event")).Type, EventType.Heartbeat, "the second event");
    }

    private static async Task Frameworks(CaseContext context)
    {
        var stream = await context.Operator.SubscribeAsync();
        await TakeAsync(context, stream, e => e.Type == EventType.Subscribed, "SUBSCRIBED");
        var info = Specs.Framework([context.Unique("role")]);
        var scheduler = await context.SubscribedAsync(info);
        var added = await TakeAsync(context, stream, e => e.Type == EventType.FrameworkAdded, "FRAMEWORK_ADDED");
        Expect.Equal(added.FrameworkAdded.Framework.FrameworkInfo.Id.Value, scheduler.Id!.Value, "the framework");
        Expect.Equal(added.FrameworkAdded.Framework.Offers.Count, 0, "the number of offers");
        info.Id = scheduler.Id;
        info.Name = "changed";
        await scheduler.ExpectAsync(Calls.UpdateFramework(info), 200);
        var updated = await TakeAsync(context, stream, e => e.Type == EventType.FrameworkUpdated, "FRAMEWORK_UPDATED");
        Expect.Equal(updated.FrameworkUpdated.Framework.FrameworkInfo.Name, "changed", "the name");
        await scheduler.SendAsync(Calls.Plain(Mesos.V1.Scheduler.Call.Types.Type.Teardown));
        var removed = await TakeAsync(context, stream, e => e.Type == EventType.FrameworkRemoved, "FRAMEWORK_REMOVED");
        Expect.Equal(removed.FrameworkRemoved.FrameworkInfo.Id.Value, scheduler.Id.Value, "the framework that was removed");
    }

    private static async Task Tasks(CaseContext context)
    {
        var stream = await context.Operator.SubscribeAsync();
        await TakeAsync(context, stream, e => e.Type == EventType.Subscribed, "SUBSCRIBED");
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        await scheduler.SendAsync(Calls.Kill(task));
        await scheduler.FollowAsync(task, TaskState.TaskKilled);
        await TakeAsync(context, stream, e => e.TaskUpdated is { State: TaskState.TaskKilled } updated
            && updated.Status.TaskId.Value == task, "TASK_UPDATED in TASK_KILLED");
        var told = stream.All.Where(e => e.TaskAdded?.Task.TaskId.Value == task || e.TaskUpdated?.Status.TaskId.Value == task).ToList();
        Expect.Equal(told[0].Type, EventType.TaskAdded, "the first event about the task");
        Expect.Equal(told[0].TaskAdded.Task.AgentId.Value, offer.AgentId.Value, "its agent");
        Expect.That(told.Skip(1).All(e => e.Type == EventType.TaskUpdated && e.TaskUpdated.FrameworkId.Equals(scheduler.Id)),
            "only updates after it");
        var states = told.Skip(1).Select(e => e.TaskUpdated.Status.State).ToList();
        Expect.Equal(states.Distinct().Count(), states.Count, "the number of updates, one for each state");
        Expect.That(states.Contains(TaskState.TaskRunning), "an update in TASK_RUNNING");
    }

    private static async Task Several(CaseContext context)
    {
        var streams = new List<EventLog<Event>>();
        for (var i = 0; i < 3; i++)
        {
            streams.Add(await context.Operator.SubscribeAsync());
            await TakeAsync(context, streams[i], e => e.Type == EventType.Subscribed, "SUBSCRIBED");
        }
        var scheduler = await context.SubscribedAsync();
        foreach (var stream in streams)
        {
            await TakeAsync(context, stream, e => e.FrameworkAdded?.Framework.FrameworkInfo.Id.Equals(scheduler.Id) == true,
                "FRAMEWORK_ADDED");
        }
    }

    private static async Task Teardown(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        await context.Operator.ExpectAsync(OperatorCalls.Teardown(scheduler.Id!), 200, "");
        await scheduler.Events.EndAsync(context.Options.Patience);
        Expect.That(scheduler.Events.All.All(e => e.Error is null), "no ERROR on the stream");
        var completed = (await context.Operator.ReadAsync(Type.GetTasks))
            .GetTasks.CompletedTasks.Single(shown => shown.TaskId.Value == task);
        Expect.Equal(completed.State, TaskState.TaskKilled, "the state of its task");
        await context.Operator.ExpectAsync(OperatorCalls.Teardown(scheduler.Id!), 400, "No framework found with specified ID");
        await context.Operator.ExpectAsync(OperatorCalls.Teardown(new FrameworkID { Value = "nope" }), 400,
            "No framework found with specified ID");
    }

    private static async Task TeardownEndpoint(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        Expect.Equal(await Changes.ReservationCases.PostAsync(context, "/teardown", "frameworkId=" + scheduler.Id!.Value), 200,
            "the status of /teardown");
        await scheduler.Events.EndAsync(context.Options.Patience);
        Expect.Equal(await Changes.ReservationCases.PostAsync(context, "/teardown", "frameworkId=" + scheduler.Id.Value), 400,
            "the status of another");
        Expect.Equal(await Changes.ReservationCases.PostAsync(context, "/teardown", ""), 400, "the status without an id");
    }

    private static Task<Event> TakeAsync(CaseContext context, EventLog<Event> stream, Func<Event, bool> wanted, string what) =>
        stream.TakeAsync(wanted, what, context.Options.Patience);
}
