using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>How frameworks come and come again.</summary>
public static class SubscriptionCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Subscribe_NewFramework_IsSubscribedAndHeartbeats", NewFramework) { Numbers = [6] },
        new("Subscribe_WithEmptyId_IsANewFramework", EmptyId) { Numbers = [160] },
        new("Subscribe_WithAnIdNobodyKnows_IsTakenWithThatId", UnknownId),
        new("Subscribe_WithDifferingIds_IsRefused", DifferingIds),
        new("Subscribe_Again_KeepsTheIdAndEndsTheOldStream", Failover) { Numbers = [9, 25] },
        new("Subscribe_Again_KeepsUserAndCheckpoint", ImmutableFields),
        new("Subscribe_AfterDisconnecting_IsSubscribedAgain", Reconnect) { Numbers = [9] },
        new("Subscribe_AfterTeardown_IsRefused", AfterTeardown) { Numbers = [19] },
        new("Subscribe_AfterFailoverTimeout_IsRefused", AfterTimeout) { Numbers = [18] },
        new("Subscribe_WithNegativeFailoverTimeout_IsTaken", NegativeTimeout),
        new("Subscribe_MultiRoleWithoutRoles_IsTakenAndOfferedNothing", NoRoles),
    ];

    private static async Task NewFramework(CaseContext context)
    {
        var scheduler = context.NewScheduler();
        var subscribed = await scheduler.SubscribeAsync(Specs.Framework([context.Unique("role")]));
        Expect.That(subscribed.FrameworkId.Value.Length > 0, "a framework id");
        Expect.Equal(subscribed.HeartbeatIntervalSeconds, 15.0, "heartbeat_interval_seconds");
        var master = subscribed.MasterInfo;
        Expect.That(master.Pid.StartsWith("master@", StringComparison.Ordinal), "a pid of the form master@ip:port");
        Expect.That(subscribed.FrameworkId.Value.StartsWith(master.Id + "-", StringComparison.Ordinal),
            "an id made of the master's and a number");
        Expect.That(master.Address is not null && master.HasVersion && master.Capabilities.Count > 0,
            "address, version and capabilities in MasterInfo");
        await scheduler.NextAsync(e => e.Type == EventType.Heartbeat, "HEARTBEAT");
        Expect.Equal(scheduler.Events.All[1].Type, EventType.Heartbeat, "the second event");
        Expect.Equal(scheduler.StreamId?.Length, 36, "the length of the stream id");
    }

    private static async Task EmptyId(CaseContext context)
    {
        var scheduler = context.NewScheduler();
        scheduler.Id = new FrameworkID { Value = "" };
        var subscribed = await scheduler.SubscribeAsync(Specs.Framework([context.Unique("role")]));
        Expect.That(subscribed.FrameworkId.Value.Length > 0, "an id made by the master");
    }

    private static async Task UnknownId(CaseContext context)
    {
        var scheduler = context.NewScheduler();
        scheduler.Id = new FrameworkID { Value = context.Unique("made-up") };
        var subscribed = await scheduler.SubscribeAsync(Specs.Framework([context.Unique("role")]));
        Expect.Equal(subscribed.FrameworkId.Value, scheduler.Id.Value, "the framework id");
    }

    private static async Task DifferingIds(CaseContext context)
    {
        var info = Specs.Framework(["*"]);
        info.Id = new FrameworkID { Value = "b" };
        await context.NewScheduler().ExpectAsync(
            new Call { Type = Call.Types.Type.Subscribe, FrameworkId = new FrameworkID { Value = "a" },
                Subscribe = new() { FrameworkInfo = info } },
            400, "Failed to validate scheduler::Call: 'framework_id' differs from 'subscribe.framework_info.id'");
    }

    private static async Task Failover(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        var first = await context.SubscribedAsync(info);
        var second = context.Successor(first);
        var subscribed = await second.SubscribeAsync(info);
        Expect.Equal(subscribed.FrameworkId.Value, first.Id!.Value, "the framework id");
        var error = await first.NextAsync(e => e.Type == EventType.Error, "ERROR on the old stream");
        Expect.Equal(error.Error.Message, "Framework failed over", "the text of ERROR");
        await first.Events.EndAsync(context.Options.Patience);
        Expect.That(first.StreamId != second.StreamId, "a new stream id");
        await first.ExpectAsync(Calls.Revive(), 400,
            $"The stream ID '{first.StreamId}' included in this request didn't match the stream ID currently associated with framework ID {first.Id.Value}");
    }

    private static async Task ImmutableFields(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        var scheduler = await context.SubscribedAsync(info);
        var other = info.Clone();
        other.User = "somebody";
        other.Checkpoint = true;
        other.Name = "renamed";
        await scheduler.SubscribeAsync(other);
        var shown = (await context.FindFrameworkAsync(scheduler.Id!))!.Value;
        Expect.Equal(shown.GetProperty("user").GetString(), "root", "the user, which a new subscription does not change");
        Expect.Equal(shown.GetProperty("checkpoint").GetBoolean(), false, "checkpoint, which a new subscription does not change");
        Expect.Equal(shown.GetProperty("name").GetString(), "renamed", "the name");
    }

    private static async Task Reconnect(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        var scheduler = await context.SubscribedAsync(info);
        await context.DisconnectedAsync(scheduler);
        await scheduler.ExpectAsync(Calls.Revive(), 403, "Framework is not subscribed");
        var subscribed = await scheduler.SubscribeAsync(info);
        Expect.Equal(subscribed.FrameworkId.Value, scheduler.Id!.Value, "the framework id");
    }

    private static async Task AfterTeardown(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        var scheduler = await context.SubscribedAsync(info);
        await scheduler.SendAsync(Calls.Plain(Call.Types.Type.Teardown));
        await scheduler.Events.EndAsync(context.Options.Patience);
        Expect.That(scheduler.Events.All.All(e => e.Type != EventType.Error), "a stream that ends without ERROR");
        await scheduler.ExpectAsync(Calls.Revive(), 400, "Framework cannot be found");
        await context.Successor(scheduler).RefusedAsync(info, "Framework has been removed");
    }

    private static async Task AfterTimeout(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        info.FailoverTimeout = 0;
        var scheduler = await context.SubscribedAsync(info);
        scheduler.Disconnect();
        await context.RemovedAsync(scheduler);
        await context.Successor(scheduler).RefusedAsync(info, "Framework has been removed");
    }

    private static async Task NegativeTimeout(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        info.FailoverTimeout = -1;
        await context.SubscribedAsync(info);
    }

    private static async Task NoRoles(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync(Specs.Framework([]));
        await scheduler.NoOffersAsync();
    }
}
