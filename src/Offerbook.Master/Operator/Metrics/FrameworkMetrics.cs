using Mesos.V1;
using Offerbook.Master.Operator.Views;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Operator.Metrics;

/// <summary>
/// What one framework asked, was sent and runs. With thousands of frameworks these are nearly all metrics: names are made once.
/// </summary>
internal static class FrameworkMetrics
{
    /// <summary>
    /// Of a framework's name, in characters. It stands in each of its 90 metrics, which its id tells from others': one of 64 KiB would
    /// make every answer 6 MiB longer, three times that where it is escaped.
    /// </summary>
    private const int MaxNameLength = 128;

    private static readonly TaskState[] Terminals =
    [
        TaskState.TaskDropped, TaskState.TaskError, TaskState.TaskFailed, TaskState.TaskFinished, TaskState.TaskGone,
        TaskState.TaskGoneByOperator, TaskState.TaskKilled, TaskState.TaskLost,
    ];

    private static readonly (CallType Type, string Name, MetricLabel Label)[] Calls = Named<CallType>("calls", CallType.Unknown);
    private static readonly (EventType Type, string Name, MetricLabel Label)[] Events = Named<EventType>("events", EventType.Unknown);
    private static readonly (OperationType Type, string Name, MetricLabel Label)[] Operations = Named<OperationType>("operations",
        OperationType.Unknown);

    private static readonly (TaskState State, string Name, MetricLabel Label)[] Active =
        Named("tasks/active/task_", [.. MasterMetrics.LiveStates, TaskState.TaskUnknown]);

    private static readonly (TaskState State, string Name, MetricLabel Label)[] Terminal = Named("tasks/terminal/task_", Terminals);

    public static void AddTo(IMetricSink sink, FrameworkView framework)
    {
        // A name may hold anything, slashes too: it is one step of the path.
        var shown = Shorten(framework.Info.Name);
        sink.Enter($"master/frameworks/{Uri.EscapeDataString(shown)}/{framework.Id}/",
            new MetricLabel("framework", shown), new MetricLabel("framework_id", framework.Id.ToString()));
        var counters = framework.Counters;
        AddAll(sink, "calls", "framework_calls", Calls, counters.Calls);
        AddAll(sink, "events", "framework_events", Events, counters.Events);
        AddAll(sink, "operations", "framework_operations", Operations, counters.Operations);
        sink.Add(MetricKind.Gauge, "subscribed", framework.Connected ? 1 : 0, "framework_subscribed");
        AddOffers(sink, "offers/sent", "sent", counters.OffersSent);
        AddOffers(sink, "offers/accepted", "accepted", counters.OffersAccepted);
        AddOffers(sink, "offers/declined", "declined", counters.OffersDeclined);
        AddOffers(sink, "offers/rescinded", "rescinded", counters.OffersRescinded);
        foreach (var role in framework.Roles)
        {
            sink.Add(MetricKind.Gauge, $"roles/{role}/suppressed", framework.SuppressedRoles.Contains(role) ? 1 : 0,
                "framework_role_suppressed", new MetricLabel("role", role));
        }
        AddTasks(sink, framework);
        sink.Leave();
    }

    /// <summary>Whole characters only: half of a pair is no text.</summary>
    private static string Shorten(string name) => name.Length <= MaxNameLength ? name
        : char.IsHighSurrogate(name[MaxNameLength - 1]) ? name[..(MaxNameLength - 1)] : name[..MaxNameLength];

    private static void AddOffers(IMetricSink sink, string name, string outcome, long count) =>
        sink.Add(MetricKind.Counter, name, count, "framework_offers", new MetricLabel("outcome", outcome));

    private static void AddTasks(IMetricSink sink, FrameworkView framework)
    {
        var active = framework.Tasks.CountBy(task => task.State).ToDictionary();
        foreach (var (state, name, label) in Active)
        {
            sink.Add(MetricKind.Gauge, name, active.GetValueOrDefault(state), "framework_tasks", label);
        }
        sink.Add(MetricKind.Gauge, "tasks/active/task_unreachable", framework.UnreachableTasks.Length, "framework_tasks",
            new MetricLabel("state", "unreachable"));
        foreach (var (state, name, label) in Terminal)
        {
            sink.Add(MetricKind.Counter, name, framework.Counters.TerminalTasks[state], "framework_tasks_ended", label);
        }
    }

    private static void AddAll<T>(IMetricSink sink, string group, string family, (T Type, string Name, MetricLabel Label)[] all,
        EnumCountsView<T> counted) where T : struct, Enum
    {
        // With labels the sum is the reader's to make; without them it has a name of its own.
        sink.Add(MetricKind.Counter, group, counted.Total, "");
        foreach (var (type, name, label) in all)
        {
            sink.Add(MetricKind.Counter, name, counted[type], family, label);
        }
    }

    private static (T Type, string Name, MetricLabel Label)[] Named<T>(string group, T unknown) where T : struct, Enum =>
        [.. Enum.GetValues<T>().Where(type => !type.Equals(unknown)).Distinct()
            .Select(type =>
                (type, $"{group}/{MasterCounters.Snake(type.ToString())}",
                    new MetricLabel("type", MasterCounters.Snake(type.ToString()))))];

    private static (TaskState State, string Name, MetricLabel Label)[] Named(string prefix, TaskState[] states) =>
        [.. states.Select(state => (state, prefix + MasterCounters.Name(state), new MetricLabel("state", MasterCounters.Name(state))))];
}
