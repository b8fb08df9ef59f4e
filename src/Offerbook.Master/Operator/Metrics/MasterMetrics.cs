using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Operator.Metrics;

/// <summary>
/// Every metric that the core knows, under its original name, drawn from a view on the reader's thread. What takes time is measured
/// by the shell (<see cref="Hosting.Metrics.ShellMetrics"/>). Frameworks that are forgotten take their metrics with them, so that
/// names do not pile up: at most 85 for each framework that lives or is one of the completed ones still shown.
/// </summary>
internal static class MasterMetrics
{
    private static readonly string[] Scalars = ["cpus", "disk", "gpus", "mem"];

    public static readonly TaskState[] LiveStates = [TaskState.TaskStaging, TaskState.TaskStarting, TaskState.TaskRunning,
        TaskState.TaskKilling];

    public static void AddTo(IMetricSink sink, MasterView view)
    {
        foreach (var (name, value) in view.Counters)
        {
            sink.Add(MetricKind.Counter, "master/" + name, value);
        }
        AddResources(sink, view);
        AddMembers(sink, view);
        AddTasks(sink, view);
        OperationMetrics.AddTo(sink, (type, state) => view.OperationCounts.GetValueOrDefault((type, state)));
        AllocatorMetrics.AddTo(sink, view);
        if (view.Settings.PublishPerFrameworkMetrics)
        {
            foreach (var framework in view.Frameworks)
            {
                FrameworkMetrics.AddTo(sink, framework);
            }
            foreach (var framework in view.CompletedFrameworks)
            {
                FrameworkMetrics.AddTo(sink, framework);
            }
        }
    }

    private static void AddResources(IMetricSink sink, MasterView view)
    {
        Span<Scalar> total = stackalloc Scalar[2 * Scalars.Length];
        Span<Scalar> used = stackalloc Scalar[2 * Scalars.Length];
        foreach (var agent in view.Agents)
        {
            Sum(total, agent.Total);
            foreach (var (_, resources) in agent.Used)
            {
                Sum(used, resources);
            }
        }
        for (var i = 0; i < total.Length; i++)
        {
            var metric = "master/" + Scalars[i / 2] + (i % 2 == 0 ? "" : "_revocable");
            var (has, takes) = (total[i].ToDouble(), used[i].ToDouble());
            sink.Add(MetricKind.Gauge, metric + "_total", has, metric.Replace('/', '_') + "_capacity");
            sink.Add(MetricKind.Gauge, metric + "_used", takes);
            sink.Add(MetricKind.Gauge, metric + "_percent", has > 0 ? takes / has : 0);
        }
    }

    private static void Sum(Span<Scalar> sums, ResourceBag bag)
    {
        var (plain, revocable) = (bag.NonRevocable(), bag.Revocable());
        for (var i = 0; i < Scalars.Length; i++)
        {
            sums[2 * i] += plain.ScalarOf(Scalars[i]);
            sums[(2 * i) + 1] += revocable.ScalarOf(Scalars[i]);
        }
    }

    private static void AddMembers(IMetricSink sink, MasterView view)
    {
        var connected = view.Agents.Count(agent => agent.Connected);
        var active = view.Agents.Count(agent => agent.Active);
        sink.Add(MetricKind.Gauge, "master/slaves_connected", connected);
        sink.Add(MetricKind.Gauge, "master/slaves_disconnected", view.Agents.Length - connected);
        sink.Add(MetricKind.Gauge, "master/slaves_active", active);
        sink.Add(MetricKind.Gauge, "master/slaves_inactive", view.Agents.Length - active);
        sink.Add(MetricKind.Gauge, "master/slaves_unreachable", view.UnreachableAgents);
        var subscribed = view.Frameworks.Count(framework => framework.Connected);
        sink.Add(MetricKind.Gauge, "master/frameworks_connected", subscribed);
        sink.Add(MetricKind.Gauge, "master/frameworks_disconnected", view.Frameworks.Length - subscribed);
        sink.Add(MetricKind.Gauge, "master/frameworks_active", subscribed);
        sink.Add(MetricKind.Gauge, "master/frameworks_inactive", view.Frameworks.Length - subscribed);
        sink.Add(MetricKind.Gauge, "master/outstanding_offers", view.OffersOut);
        sink.Add(MetricKind.Gauge, "master/operator_event_stream_subscribers", view.OperatorSubscribers);
    }

    private static void AddTasks(IMetricSink sink, MasterView view)
    {
        var states = new Dictionary<TaskState, int>();
        var unreachable = 0;
        foreach (var framework in view.Frameworks)
        {
            foreach (var task in framework.Tasks)
            {
                states[task.State] = states.GetValueOrDefault(task.State) + 1;
            }
            unreachable += framework.UnreachableTasks.Count(task => task.State == TaskState.TaskUnreachable);
        }
        foreach (var state in LiveStates)
        {
            sink.Add(MetricKind.Gauge, "master/tasks_" + MasterCounters.Name(state), states.GetValueOrDefault(state));
        }
        sink.Add(MetricKind.Gauge, "master/tasks_unreachable", unreachable);
    }
}
