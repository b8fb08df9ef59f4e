using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>How frameworks come, come again and are refused.</summary>
public static class SubscriptionCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Subscribe_NewFramework_IsSubscribedAndHeartbeats", NewFramework) { Numbers = [6] },
    ];

    private static async Task NewFramework(CaseContext context)
    {
        var scheduler = context.NewScheduler();
        var subscribed = await scheduler.SubscribeAsync(Specs.Framework([context.Unique("role")]));
        Expect.That(subscribed.FrameworkId.Value.Length > 0, "a framework id");
        Expect.Equal(subscribed.HeartbeatIntervalSeconds, 15.0, "heartbeat_interval_seconds");
        Expect.That(subscribed.MasterInfo.Pid.StartsWith("master@", StringComparison.Ordinal), "a pid of the form master@ip:port");
        await scheduler.NextAsync(e => e.Type == EventType.Heartbeat, "HEARTBEAT");
        Expect.Equal(scheduler.Events.All[1].Type, EventType.Heartbeat, "the second event");
        Expect.Equal(scheduler.StreamId?.Length, 36, "the length of the stream id");
    }
}
